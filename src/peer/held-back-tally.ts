import type { Hex } from '../core/bytes/hex.ts'

export type Bound = { readonly events: number; readonly bytes: number }

/** What waits for others at most in all conversations together, and of that what came from one device. */
export const HELD_BACK_IN_ALL_MAX: Bound = { events: 8_192, bytes: 32 * 1024 * 1024 }
export const HELD_BACK_FROM_ONE_MAX: Bound = { events: 2_048, bytes: 8 * 1024 * 1024 }

/** Counts what waits in all conversations of a peer. */
export class HeldBackTally {
  #all = NOTHING
  readonly #from = new Map<Hex, Bound>()

  /** Counts one more event of so many bytes. False when there is no room for it. */
  take(from: Hex, bytes: number): boolean {
    const all = plus(this.#all, { events: 1, bytes })
    const theirs = plus(this.#from.get(from) ?? NOTHING, { events: 1, bytes })
    if (!fits(all, HELD_BACK_IN_ALL_MAX) || !fits(theirs, HELD_BACK_FROM_ONE_MAX)) return false
    this.#all = all
    this.#from.set(from, theirs)
    return true
  }

  give(from: Hex, bytes: number): void {
    const less = { events: -1, bytes: -bytes }
    const theirs = plus(this.#from.get(from) ?? NOTHING, less)
    this.#all = plus(this.#all, less)
    if (theirs.events > 0) this.#from.set(from, theirs)
    else this.#from.delete(from)
  }
}

const NOTHING: Bound = { events: 0, bytes: 0 }

const plus = (one: Bound, other: Bound): Bound => ({
  events: one.events + other.events,
  bytes: one.bytes + other.bytes,
})

const fits = (amount: Bound, most: Bound): boolean => amount.events <= most.events && amount.bytes <= most.bytes
