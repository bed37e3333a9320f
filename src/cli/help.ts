import type { Command } from './command.ts'

const WIDTH = 80

const EXITS = [
  'Exit codes: 0 done, 1 failed, 2 wrong or unclear options, arguments or WHO,',
  '            3 timed out while waiting, 130 interrupted by Ctrl+C.',
]

/** What `kith help` says. */
export const generalHelp = (commands: readonly Command[]): string =>
  [
    'Kith: private chat between people, directly from one machine to the other.',
    '',
    'Usage: kith [COMMAND] [OPTIONS]',
    '',
    ...columns(commands.map((each) => [each.name, each.summary])),
    '',
    'Without a command Kith starts and opens its window; kith start --help tells its',
    'options.',
    'WHO is a name, a private name, a tag such as k7wq2f, or an id; where messages',
    'go, also the title of a group.',
    '',
    'kith COMMAND --help tells more about one of them; kith --version the version.',
    '',
    ...EXITS,
  ].join('\n')

/** What `kith COMMAND --help` says. */
export const commandHelp = (command: Command): string =>
  [
    `Usage: kith ${[command.name, command.takes, '[OPTIONS]'].filter((part) => part !== '').join(' ')}`,
    '',
    ...wrap(command.summary + '.', WIDTH),
    ...(command.more ?? []).flatMap((paragraph) => ['', ...wrap(paragraph, WIDTH)]),
    '',
    ...columns([
      ...Object.entries(command.options).map(([name, option]): readonly [string, string] => [
        option.value === undefined ? `--${name}` : `--${name} ${option.value}`,
        option.help,
      ]),
      ['--help', 'Say this'],
    ]),
    '',
    ...EXITS,
  ].join('\n')

const columns = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, text]) =>
    wrap(text, WIDTH - left).map((line, index) => `${(index === 0 ? `  ${name}` : '').padEnd(left)}${line}`),
  )
}

const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
