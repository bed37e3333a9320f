import type { Hex } from '../../core/bytes/hex.ts'

/** Two who met ask for a relayed link within this time, if they need one. */
export const UNRELAYED_MILLIS = 30_000
/** Pairs that are remembered for that long; beyond, the oldest counts at once. */
const MET_MAX = 4_096

export type PairCounts = {
  /** Pairs with a relayed link between them now. */
  readonly pairs: number
  /** Times that a pair got its first one. */
  readonly pairsTotal: number
  /** Pairs that met at one moment and asked for none within UNRELAYED_MILLIS. */
  readonly metUnrelayedTotal: number
}

/**
 * Counts pairs of devices, for the share of them that needs no relay. Who they are is kept while a link stands between
 * them or for UNRELAYED_MILLIS, and told to nobody.
 */
export type Pairs = {
  /** A relayed link of these two stands; what is returned says that it ended. */
  relayed(a: Hex, b: Hex): () => void
  /** These two were told of each other to call at one moment. */
  met(a: Hex, b: Hex): void
  counts(): PairCounts
}

export const createPairs = (now: () => number): Pairs => {
  const standing = new Map<string, number>()
  /** Since when; oldest first. */
  const met = new Map<string, number>()
  let pairsTotal = 0
  let metUnrelayedTotal = 0

  const settle = (): void => {
    for (const [pair, since] of met) {
      if (met.size <= MET_MAX && now() < since + UNRELAYED_MILLIS) return
      met.delete(pair)
      metUnrelayedTotal += 1
    }
  }

  return {
    relayed: (a, b) => {
      settle()
      const pair = pairOf(a, b)
      met.delete(pair)
      const links = standing.get(pair) ?? 0
      if (links === 0) pairsTotal += 1
      standing.set(pair, links + 1)
      return () => {
        const left = (standing.get(pair) ?? 1) - 1
        if (left === 0) standing.delete(pair)
        else standing.set(pair, left)
      }
    },
    met: (a, b) => {
      const pair = pairOf(a, b)
      if (!standing.has(pair) && !met.has(pair)) met.set(pair, now())
      settle()
    },
    counts: () => {
      settle()
      return { pairs: standing.size, pairsTotal, metUnrelayedTotal }
    },
  }
}

const pairOf = (a: Hex, b: Hex): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
