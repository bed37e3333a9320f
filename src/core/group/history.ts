import type { Hex } from '../bytes/hex.ts'
import type { Membership } from './membership.ts'
import { knows, type Bits, type Step } from './step.ts'

/** Every step that a replica knows. */
export type History = {
  /** In an order in which each comes after its past: a step's number is its place in it. */
  readonly steps: ReadonlyMap<Hex, Step>
  /** What was decided of some sets of these steps. */
  readonly folds: Map<string, Membership>
}

/** What a control event knew: the latest steps, and the depth of the deepest epoch. */
export type Horizon = { readonly steps: readonly Hex[]; readonly epochDepth: number }

export const emptyHistory = (): History => ({ steps: new Map(), folds: new Map() })
export const NO_HORIZON: Horizon = { steps: [], epochDepth: 0 }

/** A version of its own: a step that is forgotten again with this version leaves nothing behind in the one before. */
export const withStep = (history: History, step: Step): History => ({
  steps: new Map(history.steps).set(step.id, step),
  folds: new Map(history.folds),
})

/** These steps and everything in their past. Steps that are not known are left out. */
export const closureOf = (history: History, ids: readonly Hex[]): Bits => {
  const bits = new Uint32Array((history.steps.size + 31) >>> 5)
  for (const id of ids) {
    const step = history.steps.get(id)
    if (!step) continue
    step.past.forEach((word, at) => {
      bits[at] = (bits[at] ?? 0) | word
    })
    bits[step.number >>> 5] = (bits[step.number >>> 5] ?? 0) | (1 << (step.number & 31))
  }
  return bits
}

/** What several control events knew together. */
export const joined = (history: History, horizons: readonly Horizon[]): Horizon => {
  const [first, ...others] = horizons
  if (!first) return NO_HORIZON
  const epochDepth = Math.max(...horizons.map((each) => each.epochDepth))
  const isSame = others.every(({ steps }) => steps === first.steps || steps.join() === first.steps.join())
  if (isSame) return { steps: first.steps, epochDepth }
  return { steps: latest(history, new Set(horizons.flatMap(({ steps }) => steps))), epochDepth }
}

/** Those of these steps that are in no other's past, sorted: a name for the set of them and all their past. */
const latest = (history: History, ids: ReadonlySet<Hex>): readonly Hex[] => {
  const steps = [...ids].map((id) => history.steps.get(id)).filter((step) => step !== undefined)
  return steps
    .filter((step) => !steps.some((other) => knows(other, step)))
    .map(({ id }) => id)
    .sort()
}
