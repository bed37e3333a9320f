import type { Command, Terminal, World } from './command.ts'
import { EXIT, type Exit } from './exit.ts'
import { commandHelp, generalHelp } from './help.ts'
import { parse, splitLine } from './parse.ts'
import { printable } from './safe-text.ts'
import { processTerminal } from './terminal.ts'
import { version } from './version.ts'
import { commandWords, exitFor } from './words.ts'

/** Runs what a command line asks for. */
export const runLine = async (
  line: readonly string[],
  commands: readonly [Command, ...Command[]],
  makeWorld: () => World,
  terminal: Terminal = processTerminal,
): Promise<Exit> => {
  const wanted = parse(line, commands)
  if (!wanted.ok) {
    const { word } = splitLine(line, commands[0])
    const about = commands.find((each) => each.name === word)?.name
    terminal.note(`kith: ${printable(commandWords(wanted.refusal))}`)
    terminal.note(`\`kith ${about === undefined ? 'help' : `${about} --help`}\` tells how to use it.`)
    return exitFor(wanted.refusal)
  }
  switch (wanted.value.at) {
    case 'help':
      terminal.print(wanted.value.command === undefined ? generalHelp(commands) : commandHelp(wanted.value.command))
      return EXIT.done
    case 'version':
      terminal.print(version())
      return EXIT.done
    case 'run':
      return wanted.value.command.run(wanted.value.given, makeWorld())
  }
}
