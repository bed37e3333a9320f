import type { Crypto } from '../../../src/core/crypto/port.ts'
import { openEvent, type SignedEvent } from '../../../src/core/event/event.ts'

/** Reads and verifies each event once for all devices: the same bytes give the same event, and that takes the most time. */
export class Reader {
  readonly #crypto: Crypto
  readonly #events = new Map<string, SignedEvent | undefined>()

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  async open(bytes: Uint8Array): Promise<SignedEvent | undefined> {
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    if (this.#events.has(name)) return this.#events.get(name)
    const opened = await openEvent(this.#crypto, bytes)
    const event = opened.ok ? opened.value : undefined
    this.#events.set(name, event)
    return event
  }
}
