import { deserialize, serialize } from 'node:v8'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import type { Horizon } from '../../../src/core/group/history.ts'
import { contentIn, isCommitted, readSealed } from '../../../src/core/group/sealed.ts'
import type { Replica } from '../../../src/core/group/replica.ts'
import type { Outgoing, Want } from '../../../src/core/sync/exchange.ts'
import { readContent } from '../../../src/core/timeline/content.ts'
import { comparePositions } from '../../../src/core/timeline/message.ts'

export const LOADED_EVENTS_MAX = 64

/** What a device has written down: it is all that is left of it when it starts again. */
export class Disk {
  readonly events = new Map<Hex, SignedEvent>()
  /** What each control event knew: more of them than a replica holds in memory. */
  readonly horizons = new Map<Hex, Horizon>()
  /** Salted plaintexts, by event. */
  readonly plaintexts = new Map<Hex, Uint8Array>()
  /** Of everything sealed, whether it stands or was withdrawn: what a screen shows. */
  readonly lines = new Map<Hex, 'said' | 'void'>()
  readonly #chains = new Map<Hex, Map<number, SignedEvent>>()
  #replica: Uint8Array | undefined

  /** As if the program had ended and begun anew: nothing that was in memory is left. */
  get replica(): Replica | undefined {
    return this.#replica && (deserialize(this.#replica) as Replica)
  }

  set replica(replica: Replica | undefined) {
    this.#replica = replica && serialize(replica)
  }

  put(event: SignedEvent): void {
    this.events.set(event.id, event)
    const chain = this.#chains.get(event.author) ?? new Map<number, SignedEvent>()
    this.#chains.set(event.author, chain.set(event.seq, event))
  }

  at(author: Hex, seq: number): SignedEvent | undefined {
    return this.#chains.get(author)?.get(seq)
  }

  of(author: Hex, from = 1): readonly SignedEvent[] {
    return [...(this.#chains.get(author)?.values() ?? [])]
      .filter(({ seq }) => seq >= from)
      .sort((a, b) => a.seq - b.seq)
  }

  /**
   * The next events of these authors in the order of all, in which whatever one builds on comes before it; each author's as
   * they were written, whatever time stands in them.
   */
  load(wants: readonly Want[]): readonly Outgoing[] {
    const wanted = wants.flatMap(([author, from]) => {
      let time = 0
      return this.of(author, from).map((event) => ({
        event,
        author,
        seq: event.seq,
        time: (time = Math.max(time, event.time)),
      }))
    })
    return wanted
      .sort(comparePositions)
      .slice(0, LOADED_EVENTS_MAX)
      .map(({ event }) => outgoing(event))
  }

  /** What an event says, from its own keys or as its author said it again; undefined when it cannot be read here. */
  text(id: Hex): string | undefined {
    const plaintext = this.plaintexts.get(id) ?? this.#again(id)
    const inside = plaintext && contentIn(plaintext)
    const content = inside && readContent(inside)
    return content?.kind === 'text' ? content.text : content?.kind
  }

  #again(id: Hex): Uint8Array | undefined {
    const target = this.events.get(id)
    const body = target && readSealed(target.body)
    for (const [by, plaintext] of this.plaintexts) {
      const inside = contentIn(plaintext)
      const content = inside && readContent(inside)
      if (!body || content?.kind !== 'again' || content.target !== id) continue
      if (this.events.get(by)?.author === target.author && isCommitted(body, content.plaintext))
        return content.plaintext
    }
    return undefined
  }
}

export const outgoing = ({ author, seq, bytes }: SignedEvent): Outgoing => ({ author, seq, size: bytes.length, bytes })
