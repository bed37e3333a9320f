import { toHex, type Hex } from '../core/bytes/hex.ts'
import { sha256 } from '../core/crypto/symmetric.ts'

/** An event that builds on control events which are not here: who may write cannot be judged yet. */
export type Waiting = {
  /** Of these bytes. */
  readonly id: Hex
  readonly from: Hex
  readonly bytes: Uint8Array
  /** The control events that were missing when it came. */
  readonly needs: readonly Hex[]
}

export const HELD_BACK_EVENTS_MAX = 1_024
export const HELD_BACK_BYTES_MAX = 8 * 1024 * 1024

/** The events of one conversation that wait, in the order in which they came; in memory alone, for they come again. */
export class HeldBack {
  readonly #events = new Map<Hex, Waiting>()
  #bytes = 0

  get size(): number {
    return this.#events.size
  }

  /** False when there is no room left: whoever sent it will send it again. */
  add({ from, bytes: said, needs }: Omit<Waiting, 'id'>): boolean {
    const event = { id: toHex(sha256(said)), from, bytes: said, needs }
    if (this.#events.has(event.id)) return true
    const bytes = this.#bytes + event.bytes.length
    if (this.#events.size >= HELD_BACK_EVENTS_MAX || bytes > HELD_BACK_BYTES_MAX) return false
    this.#events.set(event.id, event)
    this.#bytes = bytes
    return true
  }

  delete(id: Hex): void {
    this.#bytes -= this.#events.get(id)?.bytes.length ?? 0
    this.#events.delete(id)
  }

  /** The control events that something here waits for. */
  needs(): ReadonlySet<Hex> {
    return new Set([...this.#events.values()].flatMap(({ needs }) => needs))
  }

  all(): readonly Waiting[] {
    return [...this.#events.values()]
  }
}
