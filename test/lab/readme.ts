import { SIDES } from './sides.ts'
import { movesTable } from './moves.ts'
import { summaryOf } from './summary.ts'
import { markdown, reachedOf } from './table.ts'
import type { Results } from './results.ts'
import type { Row } from './verdict.ts'

const BEGIN = '<!-- made by npm run lab -->'
const END = '<!-- end -->'

/** The README with these results in the place that is marked for them. */
export const withResults = (readme: string, results: Results): string => {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (from < 0 || to < from) throw new Error('the README has no place for results of the lab')
  return `${readme.slice(0, from)}${BEGIN}\n\n${sectionOf(results)}\n\n${readme.slice(to)}`
}

const sectionOf = ({ day, cores, load, runs, rows, moves }: Results): string =>
  [
    `Measured on ${day}, ${runs} runs of each of ${rows.length} pairs, on one machine with ${cores} cores and a load of ${load}, with which times grow:`,
    summaryOf(rows),
    'What two of them reach. *Direct*: one of both can be called. *TCP* or *UDP*: both called each other at one moment. *Relay*: through the server, sealed.',
    matrixOf(rows),
    homesOf(rows),
    movesTable(moves),
  ].join('\n\n')

/** What each two sides reach, with a row and a column for each side. */
const matrixOf = (rows: readonly Row[]): string => {
  const cell = (one: string, other: string): string => {
    const row = rows.find(({ pair }) => pair === `${one}+${other}` || pair === `${other}+${one}`)
    return row ? reachedOf(row.runs) : ''
  }
  return markdown([['', ...SIDES], ...SIDES.map((one) => [one, ...SIDES.map((other) => cell(one, other))])])
}

const homesOf = (rows: readonly Row[]): string => {
  const reached = (home: string): string => reachedOf(rows.find(({ pair }) => pair === home)?.runs ?? [])
  return (
    `Two in one home: ${reached('same-lan')} on one network; on networks that are kept apart, ${reached('hairpin')} where ` +
    `the router passes back in what is sent to its outside address, else ${reached('no-hairpin')}.`
  )
}
