/** One line of the table: what was measured, over several runs. */
export type Row = {
  readonly what: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** What it should be at most, or at least when it is a rate. */
  readonly reach?: number
}

/** A row over the results of several runs. */
export const row = (what: string, unit: string, values: readonly number[], reach?: number): Row => {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    what,
    unit,
    median: at(sorted, 0.5),
    min: at(sorted, 0),
    max: at(sorted, 1),
    ...(reach !== undefined && { reach }),
  }
}

/** The value that this share of a sorted list is not greater than. */
export const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

export const quantile = (values: readonly number[], share: number): number =>
  at(
    values.toSorted((a, b) => a - b),
    share,
  )

/** Undefined for a row without a reach. Of a rate more is better, of everything else less. */
export const isReached = ({ unit, median, reach }: Row): boolean | undefined => {
  if (reach === undefined) return undefined
  return isRate(unit) ? median >= reach : median <= reach
}

const isRate = (unit: string): boolean => unit.endsWith('/s') || unit === 'per s'
