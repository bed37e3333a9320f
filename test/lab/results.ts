import type { Move } from './moves.ts'
import type { Row } from './verdict.ts'

/** What the lab leaves, as JSON. */
export type Results = {
  /** The day, as `2026-11-23`. */
  readonly day: string
  readonly cores: number
  /** How many programs wanted a core at the same time, those of the lab among them: the median of all runs. */
  readonly load: number
  /** Of each pair. */
  readonly runs: number
  readonly rows: readonly Row[]
  readonly moves: readonly Move[]
}

/** The results of two times as those of one. */
export const together = (one: Results, other: Results): Results => ({
  ...other,
  load: Math.round((one.load * one.runs + other.load * other.runs) / (one.runs + other.runs)),
  runs: one.runs + other.runs,
  rows: one.rows.map((row) => {
    const same = other.rows.find(({ pair }) => pair === row.pair)
    return { ...row, runs: [...row.runs, ...(same?.runs ?? [])] }
  }),
  moves: one.moves.map(({ what, pauses }) => {
    const same = other.moves.find((each) => each.what === what)
    return { what, pauses: [...pauses, ...(same?.pauses ?? [])] }
  }),
})

/** JSON with a line for each run, so that changes can be read. */
export const formatResults = ({ rows, moves, ...facts }: Results): string => {
  const lines = (items: readonly unknown[], indent: string): string =>
    items.map((each) => `\n${indent}${typeof each === 'string' ? each : JSON.stringify(each)}`).join(',')
  const pairs = rows.map(({ pair, theory, runs }) => {
    const head = `"pair": ${JSON.stringify(pair)}, "theory": ${JSON.stringify(theory)}`
    return `{ ${head}, "runs": [${lines(runs, '      ')}] }`
  })
  const head = Object.entries(facts).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`)
  return `{\n${head.join('')}  "rows": [${lines(pairs, '    ')}\n  ],\n  "moves": [${lines(moves, '    ')}\n  ]\n}\n`
}
