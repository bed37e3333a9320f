import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Crypto } from '../core/crypto/port.ts'
import type { SignedEvent } from '../core/event/event.ts'
import { vectorOf } from '../core/event/graph.ts'
import type { Entry } from '../core/group/founding.ts'
import { operate, type OperateRefusal, type Proposal } from '../core/group/operate.ts'
import { wipeAged, type OwnSlotKey } from '../core/group/keyring.ts'
import type { Pen, Written } from '../core/group/pen.ts'
import { isUnkeyed, rekey } from '../core/group/rekey.ts'
import { membershipNow, withFewControls, type Replica } from '../core/group/replica.ts'
import { complain, found, join, write, type WriteRefusal } from '../core/group/write.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import type { Vector } from '../core/sync/frame.ts'
import { encodeContent, type Content } from '../core/timeline/content.ts'
import type { Change, Store, StoredLine, StoreRefusal } from '../store/port.ts'
import { toldPrefix } from './bringing.ts'
import { chronicleChange, rechronicle } from './changes.ts'
import { chronicle, keepBare, reveal } from './chronicle.ts'
import { Draft, type Meaning, type Outlook } from './draft.ts'
import { HeldBack } from './held-back.ts'
import { takeIn, type Intake } from './intake.ts'
import { sayAgain } from './repetition.ts'
import { loadMarks, markChange, withHeld, type Marks } from './marks.ts'
import type { RecordChange } from './record.ts'
import { Repairs } from './repairs.ts'
import { loadReplica } from './replica-records.ts'

/** What a conversation needs of its peer. */
export type Surroundings = {
  readonly store: Store
  readonly crypto: Crypto
  readonly me: Replica['me']
  readonly pen: () => Pen
  readonly cardKeys: () => readonly OwnSlotKey[]
  /** The device to found a direct conversation with; undefined while nothing is known of the other person's keys. */
  readonly entry: () => Entry | undefined
  /** How many events of each author are taken in: few while it is a request, none from somebody blocked. */
  readonly intakeMax: () => number
  readonly outlook: Outlook
  /** Called after each batch that was kept, in order. */
  readonly onKept: (kept: Kept) => void
  /** Called when the disk took something (undefined), or refused it. */
  readonly onStored: (refusal: StoreRefusal | undefined) => void
  /** Calls back once after that time, unless the function that is returned was called before. */
  readonly after: (millis: number, run: () => void) => () => void
}

/** What a batch changed, once it is on disk. */
export type Kept = {
  readonly vector: Vector
  readonly fresh: readonly Outgoing[]
  readonly arrivals: ReadonlyMap<Hex, Vector>
  readonly lines: readonly StoredLine[]
  readonly dropped: readonly string[]
  readonly meanings: readonly Meaning[]
  readonly marks: Marks
  /** Who is in, or what the group is, may be another than before. */
  readonly isRegrouped: boolean
}

export type SayRefusal = StoreRefusal | WriteRefusal | OperateRefusal | { readonly kind: 'not-met' }

/** Of events that somebody sent: how much counts against the sender, and how many wait for others. */
export type TakenIn = { readonly refused: number; readonly waiting: number }

/** Operations that are written in one transaction at most. */
export const BATCH_MAX = 256
/**
 * How long what others hold is known in memory only. A crash loses it, and the next link brings it again; writing it down
 * at once would cost a sender one more transaction for each of theirs.
 */
export const MARKS_UNWRITTEN_MILLIS_MAX = 1_000

/** How much each outcome counts against its sender: who cannot know that a request is full is honest. */
const REFUSAL: Readonly<Record<Intake, number>> = { taken: 0, refused: 1, later: 1 / 16, waiting: 0 }

/** What an operation does to the draft of its batch; it answers once the batch is on disk. */
type Operation = {
  readonly run: (draft: Draft) => Promise<Result<unknown, SayRefusal>>
  readonly settle: (answer: Result<unknown, SayRefusal>) => void
}

/**
 * One conversation of this peer. Operations run one after the other, in batches: each batch is decided by the core on a
 * draft, written in one transaction, and only then becomes what everybody sees. A batch that the disk refuses leaves
 * nothing behind.
 */
export class Conversation {
  readonly id: Hex
  readonly #around: Surroundings
  readonly #waiting: Operation[] = []
  readonly #repairs = new Repairs()
  readonly #heldBack = new HeldBack()
  #replica: Replica
  #marks: Marks
  #running: Promise<void> | undefined
  /** Devices whose marks are not on disk as they are here. */
  readonly #unwritten = new Set<Hex>()
  #cancelWriting: (() => void) | undefined

  private constructor(around: Surroundings, replica: Replica, marks: Marks) {
    this.id = replica.conversation
    this.#around = around
    this.#replica = replica
    this.#marks = marks
  }

  static async load(around: Surroundings, id: Hex): Promise<Conversation> {
    return new Conversation(around, await loadReplica(around.store, id, around.me), await loadMarks(around.store, id))
  }

  /** As it is on disk. */
  get replica(): Replica {
    return this.#replica
  }

  get marks(): Marks {
    return this.#marks
  }

  get vector(): Vector {
    return vectorOf(this.#replica.graph)
  }

  /** Events that arrived and wait for others that they build on. */
  get heldBack(): number {
    return this.#heldBack.size
  }

  /** Writes something down and answers with its event once it is on disk. `speech`: what a person says, not a mark. */
  say(content: Content, input: { readonly speech: boolean }): Promise<Result<SignedEvent, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      const founded = await this.#founded(draft)
      if (!founded.ok) return founded
      const written = await write(this.#around.pen(), draft.replica, { content: encodeContent(content), ...input })
      return written.ok ? accept(await this.#take(draft, written.value)) : written
    })
  }

  /** Says that this person takes part, if no event has said so yet. */
  join(): Promise<Result<null, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      if (draft.replica.joined || draft.replica.certificates.size === 0) return accept(null)
      await this.#take(draft, await join(this.#around.pen(), draft.replica))
      return accept(null)
    })
  }

  /** Begins with what founded it, just now and here. */
  begin(written: Written, also: readonly RecordChange[]): Promise<Result<null, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      for (const change of also) draft.put(change)
      await this.#take(draft, written)
      return accept(null)
    })
  }

  /** Changes who is in or what the group is; `also` is written with it or not at all. */
  operate(proposal: Proposal, also: readonly RecordChange[] = []): Promise<Result<null, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      const operated = await operate(this.#around.pen(), draft.replica, proposal)
      if (!operated.ok) return operated
      await this.#take(draft, operated.value)
      await rechronicle(draft, operated.value.operated.disputed)
      for (const change of also) draft.put(change)
      return accept(null)
    })
  }

  /** Sees to it that there is a key for those who are in now. */
  secure(): Promise<Result<null, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      if (!isUnkeyed(draft.replica)) return accept(null)
      const written = await rekey(this.#around.pen(), draft.replica)
      if (!written.ok) return written
      await this.#take(draft, written.value)
      return accept(null)
    })
  }

  /** Shows what others told of its history, as far as the events are here. */
  reveal(): Promise<Result<null, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      const prefix = toldPrefix(this.id)
      for (const { key, value } of await this.#around.store.records('conversation', prefix)) {
        const held = await draft.event(key.slice(prefix.length))
        if (!held) continue
        draft.put({ drop: 'record', space: 'conversation', key })
        if (!held.content) await reveal(draft, held, value, 'told')
      }
      return accept(null)
    })
  }

  /** Puts a line that is no event: something that was noticed here. */
  note(line: StoredLine): Promise<Result<null, SayRefusal>> {
    return this.#enqueue((draft) => {
      draft.putLine(line)
      return Promise.resolve(accept(null))
    })
  }

  /** Takes in events that somebody sent. Answers once what can be kept is on disk. */
  receive(from: Hex, events: readonly Uint8Array[]): Promise<Result<TakenIn, SayRefusal>> {
    return this.#enqueue(async (draft) => {
      let refused = 0
      let waiting = 0
      for (const bytes of events) {
        const intake = await takeIn(draft, { ...this.#context(), from, bytes })
        refused += REFUSAL[intake]
        if (intake !== 'waiting') continue
        waiting += 1
        this.#heldBack.add({ from, bytes })
      }
      return accept({ refused, waiting })
    })
  }

  /** A device named what it holds: delivery is derived from that. */
  learnt(device: Hex, held: Vector): Promise<Result<null, SayRefusal>> {
    return this.#enqueue((draft) => {
      const marks = withHeld(draft.marks, device, held, vectorOf(draft.replica.graph))
      if (marks !== draft.marks) draft.learnt.add(device)
      draft.marks = marks
      return Promise.resolve(accept(null))
    })
  }

  /** Wipes the keys that have been kept for too long. */
  wipe(): Promise<Result<null, SayRefusal>> {
    return this.#enqueue((draft) => {
      draft.replica = { ...draft.replica, keyring: wipeAged(draft.replica.keyring, this.#around.pen().now) }
      return Promise.resolve(accept(null))
    })
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    this.#writeMarks()
    while (this.#running) await this.#running
  }

  #context() {
    const { crypto, cardKeys, intakeMax, pen } = this.#around
    return { crypto, cardKeys: cardKeys(), intakeMax: intakeMax(), now: pen().now }
  }

  async #founded(draft: Draft): Promise<Result<null, SayRefusal>> {
    if (draft.replica.certificates.size > 0) return accept(null)
    const entry = this.#around.entry()
    if (!entry) return refuse({ kind: 'not-met' })
    const written = await found(this.#around.pen(), draft.replica, entry)
    await this.#take(draft, written)
    return accept(null)
  }

  /** Puts what was written into the draft and answers the last event. */
  async #take(draft: Draft, written: Written): Promise<SignedEvent> {
    draft.replica = written.replica
    for (const { event, plaintext } of written.events) {
      if (plaintext) await chronicle(draft, event, plaintext, 'own')
      else keepBare(draft, event)
      if (!plaintext) await chronicleChange(draft, event)
      draft.fresh.push({ author: event.author, seq: event.seq, size: event.bytes.length, bytes: event.bytes })
    }
    return (written.events.at(-1) as Written['events'][number]).event
  }

  #enqueue<Value>(run: (draft: Draft) => Promise<Result<Value, SayRefusal>>): Promise<Result<Value, SayRefusal>> {
    return new Promise((resolve) => {
      this.#waiting.push({ run, settle: resolve as Operation['settle'] })
      this.#running ??= this.#drain()
    })
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runBatch()
    this.#running = undefined
  }

  async #runBatch(): Promise<void> {
    const { store, outlook } = this.#around
    const draft = new Draft(store, { replica: this.#replica, marks: this.#marks, outlook })
    const waited = this.#heldBack.size
    const settle: ((kept: Result<null, StoreRefusal>) => void)[] = []
    // One by one, so that what is asked while an operation runs still joins its batch.
    for (let next = this.#waiting.shift(); next; next = settle.length < BATCH_MAX ? this.#waiting.shift() : undefined) {
      const operation = next
      const answer = await operation.run(draft)
      settle.push((kept) => operation.settle(kept.ok ? answer : kept))
    }
    await this.#retry(draft)
    await this.#repair(draft)
    const changes = draft.changes()
    const kept = await this.#commit(draft, changes)
    if (kept.ok) {
      this.#replica = withFewControls(draft.replica)
      this.#marks = draft.marks
    }
    // The links first: an answer to the caller can wait a moment, the other person should not.
    const isNews = changes.length + draft.learnt.size > 0 || this.#heldBack.size !== waited
    if (kept.ok && isNews) this.#around.onKept(this.#kept(draft))
    for (const each of settle) each(kept)
  }

  /** Takes in what waited for the control events of this batch, and so on for what waited for those. */
  async #retry(draft: Draft): Promise<void> {
    let controls: Replica['controls'] | undefined = draft.before.controls
    while (this.#heldBack.size > 0 && draft.replica.controls !== controls) {
      controls = draft.replica.controls
      for (const { id, from, bytes } of this.#heldBack.all())
        if ((await takeIn(draft, { ...this.#context(), from, bytes })) !== 'waiting') this.#heldBack.delete(id)
    }
  }

  /** Writes the batch, and with it the marks that wait. Marks alone go on waiting. */
  async #commit(draft: Draft, changes: readonly Change[]): Promise<Result<null, StoreRefusal>> {
    for (const device of draft.learnt) this.#unwritten.add(device)
    if (changes.length === 0) {
      if (this.#unwritten.size > 0)
        this.#cancelWriting ??= this.#around.after(MARKS_UNWRITTEN_MILLIS_MAX, () => this.#writeMarks())
      return accept(null)
    }
    const devices = [...this.#unwritten]
    const marks = devices.map((device) => markChange(this.id, device, draft.marks))
    const kept = await this.#around.store.commit([...changes, ...marks])
    this.#around.onStored(kept.ok ? undefined : kept.refusal)
    if (kept.ok) for (const device of devices) this.#unwritten.delete(device)
    return kept
  }

  #writeMarks(): void {
    this.#cancelWriting?.()
    this.#cancelWriting = undefined
    if (this.#unwritten.size === 0) return
    void this.#enqueue((draft) => {
      for (const device of this.#unwritten) draft.put(markChange(this.id, device, draft.marks))
      return Promise.resolve(accept(null))
    })
  }

  /** Says which epochs could not be opened here, and says again what others could not open. */
  async #repair(draft: Draft): Promise<void> {
    const pen = this.#around.pen()
    for (const epoch of this.#repairs.complaints(draft))
      await this.#take(draft, await complain(pen, draft.replica, epoch))
    for (const epoch of this.#repairs.repetitions(draft))
      for (const content of await sayAgain(draft, this.#around.store, epoch)) {
        const written = await write(pen, draft.replica, { content: encodeContent(content), speech: true })
        if (written.ok) await this.#take(draft, written.value)
      }
  }

  #kept(draft: Draft): Kept {
    return {
      vector: vectorOf(draft.replica.graph),
      fresh: draft.fresh,
      arrivals: draft.arrivals,
      lines: draft.lines,
      dropped: draft.dropped,
      meanings: draft.meanings,
      marks: draft.marks,
      isRegrouped: membershipNow(draft.before) !== membershipNow(draft.replica),
    }
  }
}
