import type { Hex } from '../core/bytes/hex.ts'
import { accept, type Result } from '../core/bytes/result.ts'
import { chainOf, vectorOf } from '../core/event/graph.ts'
import type { SignedEvent, UnsignedEvent } from '../core/event/event.ts'
import { membershipNow, withFewControls, type Replica } from '../core/group/replica.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import type { Vector } from '../core/sync/frame.ts'
import type { Change, Store, StoredLine, StoreRefusal } from '../store/port.ts'
import { Draft, type Meaning, type Outlook } from './draft.ts'
import { loadMarks, markChange, type Marks } from './marks.ts'
import { loadReplica } from './replica-records.ts'
import { hasCaughtUp, loadRestored, NO_WORD, type Restored } from './restored.ts'

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

export type BatchesPorts = {
  readonly store: Store
  readonly outlook: Outlook
  /** Signs what this device wrote. */
  readonly sign: (events: readonly UnsignedEvent[]) => Promise<readonly SignedEvent[]>
  /** Does what has to be done before a batch is written. Answers whether there is news beyond what is written. */
  readonly onWriting: (draft: Draft) => Promise<boolean>
  /** Called once the disk has taken the batch, or refused it. */
  readonly onWritten: (isKept: boolean) => void
  /** Called after each batch that was kept, in order. */
  readonly onKept: (kept: Kept) => void
  /** Called when the disk took something (undefined), or refused it. */
  readonly onStored: (refusal: StoreRefusal | undefined) => void
  /** Calls back once after that time, unless the function that is returned was called before. */
  readonly after: (millis: number, run: () => void) => () => void
}

/** Operations that are written in one transaction at most. */
export const BATCH_MAX = 256
/**
 * How long what others hold is known in memory only. A crash loses it, and the next link brings it again; writing it down
 * at once would cost a sender one more transaction for each of theirs.
 */
export const MARKS_UNWRITTEN_MILLIS_MAX = 1_000

type Held = { readonly replica: Replica; readonly marks: Marks; readonly restored: Restored | undefined }

/** What an operation does to the draft of its batch; it answers once the batch is on disk. */
type Operation = {
  readonly run: (draft: Draft) => Promise<Result<unknown, Refusal>>
  readonly settle: (answer: Result<unknown, Refusal>) => void
}

type Refusal = { readonly kind: string }

/**
 * Runs the operations of one conversation, one after the other, in batches: each batch is decided by the core on a draft,
 * written in one transaction, and only then becomes what everybody sees. A batch that the disk refuses leaves nothing
 * behind.
 */
export class Batches {
  readonly #id: Hex
  readonly #ports: BatchesPorts
  /** How far this device had written when it began. */
  readonly #begun: number
  readonly #waiting: Operation[] = []
  #replica: Replica
  #marks: Marks
  #restored: Restored | undefined
  /** What was heard since this peer began of how far this device has written. */
  #word = NO_WORD
  #running: Promise<void> | undefined
  /** Devices whose marks are not on disk as they are here. */
  readonly #unwritten = new Set<Hex>()
  #cancelWriting: (() => void) | undefined

  private constructor(ports: BatchesPorts, held: Held) {
    this.#id = held.replica.conversation
    this.#ports = ports
    this.#replica = held.replica
    this.#marks = held.marks
    this.#restored = held.restored
    this.#begun = chainOf(held.replica.graph, held.replica.me.device).seq
  }

  static async load(ports: BatchesPorts, id: Hex, me: Replica['me']): Promise<Batches> {
    const { store } = ports
    const replica = await loadReplica(store, id, me)
    return new Batches(ports, { replica, marks: await loadMarks(store, id), restored: await loadRestored(store, id) })
  }

  /** As it is on disk. */
  get replica(): Replica {
    return this.#replica
  }

  get marks(): Marks {
    return this.#marks
  }

  /**
   * Whether nobody has said yet that all is here which this device had written: before its first event since it began, and
   * for as long as it is restored.
   */
  get isUnheard(): boolean {
    const own = chainOf(this.#replica.graph, this.#replica.me.device)
    return this.#restored !== undefined || (own.seq === this.#begun && !hasCaughtUp(this.#word, own))
  }

  /** Runs it with others and answers what it answered, once all of them are on disk. */
  add<Value, R extends Refusal>(
    run: (draft: Draft) => Promise<Result<Value, R>>,
  ): Promise<Result<Value, R | StoreRefusal>> {
    return new Promise((resolve) => {
      this.#waiting.push({ run, settle: resolve as Operation['settle'] })
      this.#running ??= this.#drain()
    })
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    this.#writeMarks()
    while (this.#running) await this.#running
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runBatch()
    this.#running = undefined
  }

  async #runBatch(): Promise<void> {
    const { store, outlook, sign, onWriting, onWritten, onKept } = this.#ports
    const held = { replica: this.#replica, marks: this.#marks, restored: this.#restored, word: this.#word }
    const draft = new Draft(store, { ...held, outlook }, sign)
    const settle: ((kept: Result<null, StoreRefusal>) => void)[] = []
    // One by one, so that what is asked while an operation runs still joins its batch.
    for (let next = this.#waiting.shift(); next; next = settle.length < BATCH_MAX ? this.#waiting.shift() : undefined) {
      const operation = next
      const answer = await operation.run(draft)
      draft.noteMembers()
      settle.push((kept) => operation.settle(kept.ok ? answer : kept))
    }
    const hasNews = await onWriting(draft)
    draft.noteMembers()
    await draft.sign()
    const changes = draft.changes()
    const kept = await this.#commit(draft, changes)
    if (kept.ok) {
      this.#replica = withFewControls(draft.replica)
      this.#marks = draft.marks
      this.#restored = draft.restored
      this.#word = draft.word
    }
    onWritten(kept.ok)
    // The links first: an answer to the caller can wait a moment, the other person should not.
    if (kept.ok && (hasNews || changes.length + draft.learnt.size > 0)) onKept(keptOf(draft))
    for (const each of settle) each(kept)
  }

  /** Writes the batch, and with it the marks that wait. Marks alone go on waiting. */
  async #commit(draft: Draft, changes: readonly Change[]): Promise<Result<null, StoreRefusal>> {
    for (const device of draft.learnt) this.#unwritten.add(device)
    if (changes.length === 0) {
      if (this.#unwritten.size > 0)
        this.#cancelWriting ??= this.#ports.after(MARKS_UNWRITTEN_MILLIS_MAX, () => this.#writeMarks())
      return accept(null)
    }
    const devices = [...this.#unwritten]
    const marks = devices.map((device) => markChange(this.#id, device, draft.marks))
    const kept = await this.#ports.store.commit([...changes, ...marks])
    this.#ports.onStored(kept.ok ? undefined : kept.refusal)
    if (kept.ok) for (const device of devices) this.#unwritten.delete(device)
    return kept
  }

  #writeMarks(): void {
    this.#cancelWriting?.()
    this.#cancelWriting = undefined
    if (this.#unwritten.size === 0) return
    void this.add((draft) => {
      for (const device of this.#unwritten) draft.put(markChange(this.#id, device, draft.marks))
      return Promise.resolve(accept(null))
    })
  }
}

const keptOf = (draft: Draft): Kept => ({
  vector: vectorOf(draft.replica.graph),
  fresh: draft.fresh,
  arrivals: draft.arrivals,
  lines: draft.lines,
  dropped: draft.dropped,
  meanings: draft.meanings,
  marks: draft.marks,
  isRegrouped: membershipNow(draft.before) !== membershipNow(draft.replica),
})
