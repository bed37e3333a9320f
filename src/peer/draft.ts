import type { Hex } from '../core/bytes/hex.ts'
import type { Horizon } from '../core/group/history.ts'
import type { Replica } from '../core/group/replica.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import type { Change, Store, StoredEvent, StoredLine } from '../store/port.ts'
import type { Marks } from './marks.ts'
import { loadHorizon } from './history-records.ts'
import { replicaChanges } from './replica-records.ts'

/** What something said means beyond its line. */
export type Meaning = { readonly kind: 'renamed'; readonly person: Hex; readonly name: string; readonly at: number }

/**
 * What a batch of operations on one conversation will write, all or nothing: the replica as it will be, and the events
 * and lines on top of what the store holds. Reads see what the batch has written so far.
 */
export class Draft {
  replica: Replica
  /** New events in order, for the links. */
  readonly fresh: Outgoing[] = []
  /** What came from each device in this batch: author to greatest sequence. */
  readonly arrivals = new Map<Hex, Map<Hex, number>>()
  marks: Marks
  readonly meanings: Meaning[] = []
  /** Devices that named what they hold: their marks may be written later. */
  readonly learnt = new Set<Hex>()
  /** Epochs that this device could not open, and epochs that others could not open. */
  readonly toComplain = new Set<Hex>()
  readonly toRepeat = new Set<Hex>()
  readonly #before: Replica
  readonly #store: Store
  readonly #events = new Map<Hex, StoredEvent>()
  readonly #lines = new Map<string, StoredLine | undefined>()
  readonly #records: Change[] = []

  constructor(store: Store, replica: Replica, marks: Marks) {
    this.#store = store
    this.#before = replica
    this.replica = replica
    this.marks = marks
  }

  async event(id: Hex): Promise<StoredEvent | undefined> {
    return this.#events.get(id) ?? (await this.#store.event(id))
  }

  /** What a control event of earlier knew that is not in memory any more. */
  horizon(control: Hex): Promise<Horizon | undefined> {
    return loadHorizon(this.#store, this.replica.conversation, control)
  }

  async line(id: string): Promise<StoredLine | undefined> {
    return this.#lines.has(id) ? this.#lines.get(id) : this.#store.line(this.replica.conversation, id)
  }

  /** The events that edit, delete or react to this one, those of this batch included. */
  async amendments(target: Hex, limit: number): Promise<readonly StoredEvent[]> {
    const stored = await this.#store.amendments(target, limit)
    const own = [...this.#events.values()].filter((event) => event.target === target)
    return [...stored.filter(({ id }) => !this.#events.has(id)), ...own].slice(0, limit)
  }

  putEvent(event: StoredEvent): void {
    this.#events.set(event.id, event)
  }

  putLine(line: StoredLine): void {
    this.#lines.set(line.id, line)
  }

  dropLine(id: string): void {
    this.#lines.set(id, undefined)
  }

  put(change: Change): void {
    this.#records.push(change)
  }

  /** The lines that this batch wrote. */
  get lines(): readonly StoredLine[] {
    return [...this.#lines.values()].filter((line) => line !== undefined)
  }

  get dropped(): readonly string[] {
    return [...this.#lines].filter(([, line]) => line === undefined).map(([id]) => id)
  }

  changes(): readonly Change[] {
    const conversation = this.replica.conversation
    return [
      ...[...this.#events.values()].map((event): Change => ({ put: 'event', event })),
      ...[...this.#lines].map(([id, line]): Change =>
        line ? { put: 'line', line } : { drop: 'line', conversation, id },
      ),
      ...this.#records,
      ...replicaChanges(this.#before, this.replica),
    ]
  }
}
