import type { Scheduler } from './network/port.ts'

/**
 * How long something that is to be written waits, in all, for the first word of those who are linked or about to be. One
 * round trip is enough where a link stands; to make one through a server takes about a second.
 */
export const HEARING_MILLIS_MAX = 3_000

/** What waits to be written until others have said how far this device had written. */
export class Hearing {
  readonly #after: Scheduler['after']
  readonly #waiting = new Map<() => void, () => boolean>()
  #isStirred = false

  constructor(after: Scheduler['after']) {
    this.#after = after
  }

  /** Calls `go` once it is over, and after HEARING_MILLIS_MAX whatever happens; those that wait go on in their order. */
  wait(isOver: () => boolean, go: () => void): void {
    const end = (): void => {
      this.#waiting.delete(end)
      cancel()
      go()
    }
    const cancel = this.#after(HEARING_MILLIS_MAX, end)
    this.#waiting.set(end, isOver)
  }

  /** Something was heard, or somebody came or went: some may have waited for that. */
  stir(): void {
    if (this.#waiting.size === 0 || this.#isStirred) return
    this.#isStirred = true
    // Afterwards: one thing that happens is told in several pieces, between which nobody may seem to be about to come.
    queueMicrotask(() => {
      this.#isStirred = false
      for (const [end, isOver] of this.#waiting) if (isOver()) end()
    })
  }

  /** Nothing is to be heard any more: all of them go on now. */
  end(): void {
    for (const end of this.#waiting.keys()) end()
  }
}
