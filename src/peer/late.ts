import { encode } from '../core/bytes/cbor.ts'
import type { Hex } from '../core/bytes/hex.ts'
import type { Store, StoredLine } from '../store/port.ts'
import { compareOrders, type Order } from '../view/view.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import type { RecordChange } from './record.ts'

/**
 * The lines that came after later ones had been read: their authors were away, or their clocks are wrong. They lie before
 * the place up to which was read, and are unread all the same.
 */
export class Late {
  readonly #conversation: Hex
  readonly #ids: Set<string>

  private constructor(conversation: Hex, ids: Iterable<string>) {
    this.#conversation = conversation
    this.#ids = new Set(ids)
  }

  static async load(store: Store, conversation: Hex): Promise<Late> {
    const prefix = prefixOf(conversation)
    const records = await store.records('conversation', prefix)
    return new Late(
      conversation,
      records.map(({ key }) => key.slice(prefix.length)),
    )
  }

  get count(): number {
    return this.#ids.size
  }

  /** Takes in what a batch wrote; answers what to write of it. */
  note(
    { fresh, lines }: { readonly fresh: readonly Outgoing[]; readonly lines: readonly StoredLine[] },
    { own, readUpTo }: { readonly own: Hex; readonly readUpTo: Order | undefined },
  ): readonly RecordChange[] {
    if (!readUpTo) return []
    const before = lines.filter((line) => line.author !== own && compareOrders(line, readUpTo) <= 0)
    if (before.length === 0) return []
    const came = new Set(fresh.map(({ author, seq }) => `${author} ${seq}`))
    return before.flatMap(({ id, author, seq, counts }): readonly RecordChange[] => {
      if (counts && came.has(`${author} ${seq}`)) {
        this.#ids.add(id)
        return [{ put: 'record', ...this.#place(id), value: encode(null) }]
      }
      return !counts && this.#ids.delete(id) ? [{ drop: 'record', ...this.#place(id) }] : []
    })
  }

  /** What to write when all of it was read; `read` is called once that is written. */
  reading(): { readonly changes: readonly RecordChange[]; readonly read: () => void } {
    const ids = [...this.#ids]
    return {
      changes: ids.map((id) => ({ drop: 'record', ...this.#place(id) })),
      read: () => {
        for (const id of ids) this.#ids.delete(id)
      },
    }
  }

  #place(id: string): { readonly space: 'conversation'; readonly key: string } {
    return { space: 'conversation', key: `${prefixOf(this.#conversation)}${id}` }
  }
}

const prefixOf = (conversation: Hex): string => `${conversation}/late/`
