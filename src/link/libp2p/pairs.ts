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
  /** Relayed links that were given up for a better one. */
  readonly replacedTotal: number
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
  /** One of this device's relayed links was given up for a better one; each of them counts once. */
  replaced(device: Hex): void
  /** These two were told of each other to call at one moment. */
  met(a: Hex, b: Hex): void
  counts(): PairCounts
}

/** A relayed link that stands. */
type Standing = { replaced: boolean }

export const createPairs = (now: () => number): Pairs => {
  const standing = new Map<string, number>()
  /** Since when; oldest first. */
  const met = new Map<string, number>()
  const links = new Map<Hex, Set<Standing>>()
  let pairsTotal = 0
  let replacedTotal = 0
  let metUnrelayedTotal = 0

  const settle = (): void => {
    for (const [pair, since] of met) {
      if (met.size <= MET_MAX && now() < since + UNRELAYED_MILLIS) return
      met.delete(pair)
      metUnrelayedTotal += 1
    }
  }

  const note = (device: Hex, link: Standing): (() => void) => {
    const all = links.get(device) ?? new Set()
    links.set(device, all.add(link))
    return () => {
      all.delete(link)
      if (all.size === 0 && links.get(device) === all) links.delete(device)
    }
  }

  return {
    relayed: (a, b) => {
      settle()
      const pair = pairOf(a, b)
      met.delete(pair)
      const before = standing.get(pair) ?? 0
      if (before === 0) pairsTotal += 1
      standing.set(pair, before + 1)
      const link: Standing = { replaced: false }
      const ends = [note(a, link), note(b, link)]
      return () => {
        for (const end of ends) end()
        const left = (standing.get(pair) ?? 1) - 1
        if (left === 0) standing.delete(pair)
        else standing.set(pair, left)
      }
    },
    replaced: (device) => {
      const link = [...(links.get(device) ?? [])].find(({ replaced }) => !replaced)
      if (link === undefined) return
      link.replaced = true
      replacedTotal += 1
    },
    met: (a, b) => {
      const pair = pairOf(a, b)
      if (!standing.has(pair) && !met.has(pair)) met.set(pair, now())
      settle()
    },
    counts: () => {
      settle()
      return { pairs: standing.size, pairsTotal, replacedTotal, metUnrelayedTotal }
    },
  }
}

const pairOf = (a: Hex, b: Hex): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
