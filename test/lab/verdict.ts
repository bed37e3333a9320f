import type { Theory } from './pairs.ts'
import type { Outcome } from './run.ts'

/** All runs of one pair. */
export type Row = { readonly pair: string; readonly theory: Theory; readonly runs: readonly Outcome[] }

/** Of the runs of a pair that is direct in theory, those that have to be. */
export const DIRECT_SHARE_LEAST = 0.95

export type Verdict =
  | 'good'
  /** In some run, nothing that was said arrived. */
  | 'not connected'
  /** Direct in theory, and in too many runs not. */
  | 'not direct'
  /** Direct in some run, although theory says that it cannot be: the theory is wrong, or a router of the lab. */
  | 'against theory'

export const verdictOf = ({ theory, runs }: Row): Verdict => {
  if (runs.some(({ path, first }) => path === 'none' || first === undefined)) return 'not connected'
  const direct = runs.filter(isDirect).length
  if (theory === 'direct') return direct / runs.length >= DIRECT_SHARE_LEAST ? 'good' : 'not direct'
  return direct === 0 ? 'good' : 'against theory'
}

export const isDirect = ({ path }: Outcome): boolean => path !== 'none' && path !== 'relayed'

/** What is to be reached, in milliseconds: the first message, and a direct path after it. */
export const FIRST_MILLIS_MAX = 1_000
export const DIRECT_MILLIS_MAX = 2_000
/** On a link that was punched, against the plain connection. */
export const roundTripMillisMax = (plain: number): number => plain * 1.3 + 0.2
