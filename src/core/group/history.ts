import type { Hex } from '../bytes/hex.ts'
import type { Membership } from './membership.ts'
import type { Operation, Role } from './operation.ts'

/** A device, and the person whose it is. */
export type Owned = readonly [device: Hex, person: Hex]

/** What an event does to who is in: a founding, a joining of a direct conversation, or an operation, without its keys. */
export type Deed =
  | { readonly kind: 'found'; readonly devices: readonly Owned[]; readonly title: string | null }
  | { readonly kind: 'join'; readonly devices: readonly Owned[] }
  | {
      readonly kind: 'add'
      readonly role: Role
      readonly invitation: Hex | null
      readonly devices: readonly Owned[]
    }
  | { readonly kind: 'device'; readonly devices: readonly Owned[] }
  | { readonly kind: 'picture'; readonly isEmpty: boolean }
  | Exclude<Operation, { readonly kind: 'add' | 'device' | 'picture' }>

/** A deed where it stands among the others: who did it, and all that its author knew of. */
export type Step = {
  readonly id: Hex
  /** Its place in the history. */
  readonly number: number
  readonly author: Hex
  readonly seq: number
  readonly time: number
  readonly deed: Deed
  /** The latest steps that it builds on: those of its past that no other of its past builds on. */
  readonly parents: readonly Hex[]
  readonly past: Bits
  /** The longest way to it through its past; 1 without one. */
  readonly depth: number
  /** Judged once, by its own past alone, so that everybody judges the same. Absent: it has no effect. */
  readonly warrant?: Warrant
}

/** By what right a step was taken, as of its own past. */
export type Warrant = {
  readonly person: Hex
  readonly seniority: Seniority
  /** Its author counted as admin only because no admin was left. */
  readonly byDefault: boolean
  /** How many people the invitation that it cites is for. */
  readonly uses: number | null
}

/** Of a person and of a device: depth and id of the step that first let it in. */
export type Seniority = readonly [depth: number, id: Hex, deviceDepth: number, deviceId: Hex]

/** Every step that a replica knows. */
export type History = {
  /** In an order in which each comes after its past: a step's number is its place in it. */
  readonly steps: ReadonlyMap<Hex, Step>
  /** What was decided of some sets of these steps. */
  readonly folds: Map<string, Membership>
}

/** A set of numbered steps. */
export type Bits = Uint32Array

/** What a control event knew: the latest steps, and the depth of the deepest epoch. */
export type Horizon = { readonly steps: readonly Hex[]; readonly epochDepth: number }

export const emptyHistory = (): History => ({ steps: new Map(), folds: new Map() })
export const NO_HORIZON: Horizon = { steps: [], epochDepth: 0 }

export const has = (bits: Bits, number: number): boolean => ((bits[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0

export const countOf = (bits: Bits): number => {
  let count = 0
  for (let word of bits) for (; word !== 0; word &= word - 1) count += 1
  return count
}

/** A version of its own: a step that is forgotten again with this version leaves nothing behind in the one before. */
export const withStep = (history: History, step: Step): History => ({
  steps: new Map(history.steps).set(step.id, step),
  folds: new Map(history.folds),
})

/** Whether the author of a step knew of another. */
export const knows = (later: Step, earlier: Step): boolean => has(later.past, earlier.number)

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
