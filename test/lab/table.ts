import { isDirect, verdictOf, type Row } from './verdict.ts'
import type { Outcome } from './run.ts'

const HEAD = [
  'pair',
  'in theory',
  'reached',
  'first message, ms',
  'until direct, ms',
  'round trip, ms',
  'plain TCP, ms',
  'MB/s',
  'what failed',
]

/** The rows as a table of Markdown: medians and, of several runs, the worst. A pair that is not as it should be is marked. */
export const tableOf = (rows: readonly Row[]): string => markdown([HEAD, ...rows.map(cellsOf)])

export const markdown = ([head = [], ...rows]: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const cellsOf = (row: Row): readonly string[] => {
  const { pair, theory, runs } = row
  const verdict = verdictOf(row)
  const speeds = runs.flatMap(({ speed }) => speed ?? [])
  return [
    verdict === 'good' ? pair : `**${pair}: ${verdict}**`,
    theory,
    reachedOf(runs),
    medianAndMost(runs.map(({ first }) => first)),
    medianAndMost(runs.map(({ direct }) => direct)),
    medianAndMost(
      speeds.map(({ roundTripMillis }) => roundTripMillis),
      2,
    ),
    medianAndMost(
      speeds.map(({ plainRoundTripMillis }) => plainRoundTripMillis),
      2,
    ),
    medianOf(speeds.map(({ megabytesPerSecond }) => megabytesPerSecond))?.toFixed(0) ?? '',
    [...new Set(runs.flatMap(({ failures }) => failures))].join(', '),
  ]
}

/** Each way that was reached, with how often when it was not always: `TCP 4/5, relay 1/5`. */
export const reachedOf = (runs: readonly Outcome[]): string => {
  const ways = Map.groupBy(runs, wayOf)
  return [...ways].map(([way, all]) => (ways.size === 1 ? way : `${way} ${all.length}/${runs.length}`)).join(', ')
}

const wayOf = (run: Outcome): string => {
  if (run.path === 'none') return 'nothing'
  if (!isDirect(run)) return 'relay'
  return run.by === undefined ? run.path : run.by.toUpperCase()
}

export const medianOf = (values: readonly (number | undefined)[]): number | undefined => {
  const sorted = sortedOf(values)
  return sorted[(sorted.length - 1) >> 1]
}

export const medianAndMost = (values: readonly (number | undefined)[], digits = 0): string => {
  const [median, most] = [medianOf(values), sortedOf(values).at(-1)]
  if (median === undefined || most === undefined) return ''
  return values.length === 1 ? median.toFixed(digits) : `${median.toFixed(digits)}, worst ${most.toFixed(digits)}`
}

const sortedOf = (values: readonly (number | undefined)[]): readonly number[] =>
  values.filter((value) => value !== undefined).toSorted((a, b) => a - b)
