import type { Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { readEvent, type SignedEvent, type UnsignedEvent } from '../core/event/event.ts'
import { chainOf } from '../core/event/graph.ts'
import type { Membership } from '../core/group/membership.ts'
import { membershipNow, withStoredControls, type Replica } from '../core/group/replica.ts'
import { isVoided } from '../core/group/voided.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import type { HistoryPromise, Introduction } from '../core/timeline/content.ts'
import type { Change, Store, StoredEvent, StoredLine } from '../store/port.ts'
import { storedAmendments } from './amendments.ts'
import { loadHorizon } from './history-records.ts'
import { markChange, withMembers, type Marks } from './marks.ts'
import type { RecordChange } from './record.ts'
import { replicaChanges } from './replica-records.ts'
import { restoredPut, withNamed, type Restored, type Word } from './restored.ts'

/** What something said means beyond its line. */
export type Meaning =
  | { readonly kind: 'renamed'; readonly person: Hex; readonly name: string; readonly at: number }
  /** This person speaks from this device. */
  | { readonly kind: 'device'; readonly person: Hex; readonly device: Hex }
  | { readonly kind: 'introduced'; readonly by: Hex; readonly introduction: Introduction }
  /** What was said in a group before is on disk, to be shown once its events are. */
  | { readonly kind: 'history'; readonly conversation: Hex }
  | { readonly kind: 'invitation'; readonly secret: Uint8Array; readonly history: HistoryPromise }

/** What a draft has to know of the world to judge what is said. */
export type Outlook = {
  /** Whether I accepted the other person of this direct conversation. */
  readonly isContact: () => boolean
  /** Whether the other person may tell me what was said in this group: a contact, or who brought me in. */
  readonly trusts: (group: Hex) => boolean
  /** Whether one more request may wait for an answer. */
  readonly hasRoomForRequest: () => boolean
}

/** An event that is held, with what it says, salted, if that can be read, and which other it changes or says again. */
export type Held = Pick<StoredEvent, 'content' | 'target'> & { readonly event: SignedEvent | UnsignedEvent }

/**
 * What a batch of operations on one conversation will write, all or nothing: the replica as it will be, and the events
 * and lines on top of what the store holds. Reads see what the batch has written so far.
 */
export class Draft {
  replica: Replica
  readonly outlook: Outlook
  /** New events in order, for the links. */
  readonly fresh: Outgoing[] = []
  /** What came from each device in this batch: author to greatest sequence. */
  readonly arrivals = new Map<Hex, Map<Hex, number>>()
  marks: Marks
  /** Present while nothing may be written: it is not known how far this device had written before. */
  restored: Restored | undefined
  word: Word
  readonly meanings: Meaning[] = []
  /** Devices that named what they hold: their marks may be written later. */
  readonly learnt = new Set<Hex>()
  /** Epochs that this device could not open, and epochs that others could not open. */
  readonly toComplain = new Set<Hex>()
  readonly toRepeat = new Set<Hex>()
  /** Events that somebody named in the place of others that are held here. */
  readonly contested = new Set<Hex>()
  /** Groups into which this batch brought an introduction. */
  readonly introduced = new Set<Hex>()
  readonly before: Replica
  readonly store: Store
  readonly #sign: (events: readonly UnsignedEvent[]) => Promise<readonly SignedEvent[]>
  readonly #events = new Map<Hex, Held>()
  /** By what they change: the events of this batch that edit, delete, react to or say something again. */
  readonly #amendments = new Map<Hex, Set<Hex>>()
  readonly #lines = new Map<string, StoredLine | undefined>()
  readonly #records = new Map<string, Change>()
  #isForgetting = false
  /** Who was in, and how far the own chain had come, when it was looked at last. */
  #noted: { readonly membership: Membership; readonly tip: number }

  constructor(
    store: Store,
    from: {
      readonly replica: Replica
      readonly marks: Marks
      readonly restored: Restored | undefined
      readonly word: Word
      readonly outlook: Outlook
    },
    sign: (events: readonly UnsignedEvent[]) => Promise<readonly SignedEvent[]>,
  ) {
    this.store = store
    this.#sign = sign
    this.before = from.replica
    this.replica = from.replica
    this.marks = from.marks
    this.restored = from.restored
    this.word = from.word
    this.outlook = from.outlook
    this.#noted = {
      membership: membershipNow(from.replica),
      tip: chainOf(from.replica.graph, from.replica.me.device).seq,
    }
  }

  /** Remembers since when each device is in, after what may have changed that. */
  noteMembers(): void {
    const { conversation, graph, me } = this.replica
    const membership = membershipNow(this.replica)
    const before = this.#noted
    this.#noted = { membership, tip: chainOf(graph, me.device).seq }
    if (membership === before.membership) return
    const was = before.membership.members.devices
    // Whoever is in with the own first word, or is the first beside oneself, is given all of it.
    const isFirst = before.tip === 0 || ![...was.values()].some((person) => person !== me.person)
    const admissions = new Map([...membership.admissions].map(([device, { id }]) => [device, id]))
    admissions.delete(me.device)
    const seq = isFirst ? 0 : this.#noted.tip
    const marks = withMembers(this.marks, admissions, { seq, before: new Set(was.keys()) })
    for (const device of admissions.keys())
      if (marks.get(device) !== this.marks.get(device)) this.put(markChange(conversation, device, marks))
    this.marks = marks
  }

  /** Somebody named how far this device had written; `heard`: it is all that they hold now. */
  noteNamed(seq: number, heard: boolean): void {
    this.word = withNamed(this.word, { seq, heard })
  }

  /**
   * Somebody brought an event that this device wrote and does not hold: its disk was put back to an older state. Nothing is
   * written until all of which anybody spoke is here.
   */
  noteSetBack({ seq }: Pick<SignedEvent, 'seq'>, at: number): void {
    this.noteNamed(seq, false)
    if (this.restored) return
    this.restored = { at }
    this.put(restoredPut(this.replica.conversation, at))
  }

  /** Whether an event is held, in this conversation or another. */
  async holds(id: Hex): Promise<boolean> {
    return this.#events.has(id) || (await this.store.event(id)) !== undefined
  }

  /** An event of this conversation. */
  async held(id: Hex): Promise<Held | undefined> {
    const known = this.#events.get(id)
    if (known) return known
    const stored = await this.store.event(id)
    return stored && this.#read(stored)
  }

  async line(id: string): Promise<StoredLine | undefined> {
    if (this.#lines.has(id) || this.#isForgetting) return this.#lines.get(id)
    return this.store.line(this.replica.conversation, id)
  }

  /** A record of this conversation. */
  async record(key: string): Promise<Uint8Array | undefined> {
    const change = this.#records.get(key)
    if (change) return 'put' in change && change.put === 'record' ? change.value : undefined
    return this.store.record('conversation', key)
  }

  /** All events that edit, delete or react to this one or say it again, those of this batch included. */
  async *amendments(target: Hex): AsyncGenerator<Held, void> {
    if (!this.#isForgetting)
      for await (const each of storedAmendments(this.store, target)) {
        const held = this.#events.has(each.id) ? undefined : this.#read(each)
        if (held) yield held
      }
    for (const id of this.#amendments.get(target) ?? []) {
      const held = this.#events.get(id)
      if (held) yield held
    }
  }

  /** The ids of one author's events from a sequence on that this batch brought. */
  freshIds(author: Hex, from: number): readonly Hex[] {
    return [...this.#events.values()].flatMap(({ event }) =>
      event.author === author && event.seq >= from ? [event.id] : [],
    )
  }

  /** Whether an event does not count by what is known now: its author was removed, and had not heard of it. */
  async isVoid(event: Pick<SignedEvent, 'id' | 'author' | 'seq' | 'control'>): Promise<boolean> {
    const verdict = isVoided(this.replica, event)
    if (verdict !== undefined) return verdict
    await this.recall(event)
    return isVoided(this.replica, event) === true
  }

  /** Takes back into memory what the control events knew that an event builds on. */
  async recall(event: Pick<SignedEvent, 'control'>): Promise<void> {
    const { conversation } = this.replica
    this.replica = await withStoredControls(this.replica, event, (id) => loadHorizon(this.store, conversation, id))
  }

  putEvent(event: Held['event'], saying: Omit<Held, 'event'> = {}): void {
    this.#events.set(event.id, { event, ...saying })
    const { target } = saying
    if (target !== undefined) this.#amendments.set(target, (this.#amendments.get(target) ?? new Set()).add(event.id))
  }

  /** Signs what this device wrote, all of it together, for the disk and the links. */
  async sign(): Promise<void> {
    const written = [...this.#events.values()].flatMap(({ event }) => ('encoding' in event ? [event] : []))
    if (written.length === 0) return
    for (const event of await this.#sign(written)) {
      this.#events.set(event.id, { ...this.#events.get(event.id), event })
      this.fresh.push({ author: event.author, seq: event.seq, size: event.bytes.length, bytes: event.bytes })
    }
  }

  putLine(line: StoredLine): void {
    this.#lines.set(line.id, line)
  }

  dropLine(id: string): void {
    this.#lines.set(id, undefined)
  }

  /** Drops everything that was said so far, in this batch and before it. */
  forget(): void {
    this.#isForgetting = true
    this.#lines.clear()
    this.#amendments.clear()
    for (const [id, { event }] of this.#events) this.#events.set(id, { event })
  }

  put(change: RecordChange): void {
    this.#records.set(change.space === 'conversation' ? change.key : `${change.space}:${change.key}`, change)
  }

  /** The lines that this batch wrote. */
  get lines(): readonly StoredLine[] {
    return [...this.#lines.values()].filter((line) => line !== undefined)
  }

  get dropped(): readonly string[] {
    return [...this.#lines].filter(([, line]) => line === undefined).map(([id]) => id)
  }

  /** To be asked once everything is signed. */
  changes(): readonly Change[] {
    const conversation = this.replica.conversation
    return [
      ...(this.#isForgetting ? [{ drop: 'texts', conversation } as const] : []),
      ...[...this.#events.values()].map((held): Change => ({ put: 'event', event: stored(held) })),
      ...[...this.#lines].map(([id, line]): Change =>
        line ? { put: 'line', line } : { drop: 'line', conversation, id },
      ),
      ...this.#records.values(),
      ...replicaChanges(this.before, this.replica),
    ]
  }

  #read({ conversation, bytes, content, target }: StoredEvent): Held | undefined {
    const read = readEvent(bytes)
    if (conversation !== this.replica.conversation || !read.ok) return undefined
    const { event } = read.value
    if (this.#isForgetting) return { event }
    return { event, ...(content && { content }), ...(target !== undefined && { target }) }
  }
}

const stored = ({ event, ...saying }: Held): StoredEvent => {
  if (!('bytes' in event)) throw new Bug('an event is to be written that was not signed')
  const { id, conversation, author, seq, bytes } = event
  return { id, conversation, author, seq, bytes, ...saying }
}
