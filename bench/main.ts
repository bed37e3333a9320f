import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { benchAway } from './away.ts'
import { benchCrowd } from './crowd.ts'
import { benchGroup } from './group.ts'
import { benchLink } from './link.ts'
import { benchMailbox } from './mailbox.ts'
import { benchPast } from './past.ts'
import { benchRaw } from './raw.ts'
import { isReached, type Row } from './row.ts'
import { benchServer } from './server.ts'
import { benchStart } from './start.ts'
import { benchStore } from './store.ts'
import { benchSync } from './sync.ts'
import { benchTalk } from './talk.ts'
import { benchWindow } from './window.ts'

const SECTIONS = {
  talk: () => benchTalk(),
  start: () => benchStart(),
  window: () => benchWindow(),
  past: () => benchPast(),
  group: () => benchGroup(),
  store: () => benchStore(),
  link: () => benchLink(),
  server: () => benchServer(),
  mailbox: () => benchMailbox(),
  sync: () => benchSync(),
  crowd: () => benchCrowd(),
  away: () => benchAway(),
}

type Section = keyof typeof SECTIONS

const isSection = (word: string): word is Section => Object.hasOwn(SECTIONS, word)

/** `npm run bench`: everything; `npm run bench -- talk start`: these sections alone. */
const main = async (words: readonly string[]): Promise<void> => {
  const unknown = words.filter((word) => !isSection(word))
  if (unknown.length > 0) {
    console.error(`There is no ${unknown.join(', ')}. Sections: ${Object.keys(SECTIONS).join(', ')}`)
    process.exitCode = 2
    return
  }
  const wanted = words.length > 0 ? words.filter(isSection) : (Object.keys(SECTIONS) as Section[])
  const began = new Date()
  const loadBefore = loadavg()[0] ?? 0
  const rows: Row[] = [...(await benchRaw())]
  print(rows)
  for (const section of wanted) {
    const found = await SECTIONS[section]()
    print(found)
    rows.push(...found)
  }
  const machine = { cores: availableParallelism(), processor: cpus()[0]?.model ?? '', node: process.version }
  const load = { before: loadBefore, after: loadavg()[0] ?? 0 }
  write(began, {
    began: began.toISOString(),
    machine,
    load,
    rows: rows.map((row) => ({ ...row, reached: isReached(row) })),
  })
  console.log(
    `\n${machine.cores} cores, ${machine.processor}; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
  )
}

/** Numbers with three figures that count. */
const shortNumber = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString()

const print = (rows: readonly Row[]): void => {
  for (const row of rows) {
    const { what, unit, median, min, max, reach } = row
    const reached = isReached(row)
    const verdict = reached === undefined ? '' : reached ? 'reached' : 'NOT reached'
    const numbers = [median, min, max].map((value) => shortNumber(value).padStart(9)).join('')
    const goal = reach === undefined ? '' : shortNumber(reach)
    console.log(`${what.padEnd(WHAT_COLUMN)}${numbers} ${unit.padEnd(5)} ${goal.padStart(7)}  ${verdict}`.trimEnd())
  }
}

const WHAT_COLUMN = 66
const HEADING = `${'what'.padEnd(WHAT_COLUMN)}   median      min      max unit    reach  reached?`

const write = (began: Date, results: unknown): void => {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${began.toISOString().replaceAll(':', '-')}.json`)
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\n${file}`)
}

if (import.meta.main) {
  console.log(HEADING)
  await main(process.argv.slice(2))
}
