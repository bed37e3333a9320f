import type { Hex } from '../bytes/hex.ts'
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

/** A set of numbered steps. */
export type Bits = Uint32Array

export const has = (bits: Bits, number: number): boolean => ((bits[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0

export const countOf = (bits: Bits): number => {
  let count = 0
  for (let word of bits) for (; word !== 0; word &= word - 1) count += 1
  return count
}

/** Whether the author of a step knew of another. */
export const knows = (later: Step, earlier: Step): boolean => has(later.past, earlier.number)
