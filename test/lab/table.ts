import type { Outcome } from './pair.ts'

/** All runs of one pair. */
export type Row = {
  readonly pair: string
  readonly theory: 'direct' | 'relayed'
  readonly runs: readonly Outcome[]
}

const HEAD = ['pair', 'in theory', 'path', 'connected', 'direct', 'first message', 'until direct', 'what failed']

/** The rows as a table of Markdown. Times are the median and, of several runs, the worst. */
export const tableOf = (rows: readonly Row[]): string => {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const cellsOf = ({ pair, theory, runs }: Row): readonly string[] => {
  const share = (isSo: (run: Outcome) => boolean): string => `${runs.filter(isSo).length}/${runs.length}`
  return [
    pair,
    theory,
    [...new Set(runs.map(({ path }) => path))].join(', '),
    share(({ first }) => first !== undefined),
    share(({ direct }) => direct !== undefined),
    timesOf(runs.map(({ first }) => first)),
    timesOf(runs.map(({ direct }) => direct)),
    [...new Set(runs.flatMap(({ failures }) => failures))].join(', '),
  ]
}

const timesOf = (times: readonly (number | undefined)[]): string => {
  const sorted = times.filter((time) => time !== undefined).toSorted((a, b) => a - b)
  const [middle, worst] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)]
  if (middle === undefined || worst === undefined) return 'never'
  return sorted.length === 1 ? `${middle} ms` : `${middle} ms, worst ${worst} ms`
}
