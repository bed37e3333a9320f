import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { readEvent, signEvents, type IdentifiedEvent, type SignedEvent } from '../core/event/event.ts'
import { chainOf, vectorOf } from '../core/event/graph.ts'
import { isControl } from '../core/event/kinds.ts'
import { wipeAged } from '../core/group/keyring.ts'
import { operate, type Proposal } from '../core/group/operate.ts'
import type { Written } from '../core/group/pen.ts'
import { isUnkeyed, rekey } from '../core/group/rekey.ts'
import { membersNow, type Replica } from '../core/group/replica.ts'
import { join, write } from '../core/group/write.ts'
import type { Vector } from '../core/sync/frame.ts'
import { encodeContent, type Content } from '../core/timeline/content.ts'
import { readLine } from '../core/timeline/line.ts'
import type { StoredLine } from '../store/port.ts'
import { Batches, type BatchesPorts } from './batches.ts'
import { toldPrefix } from './bringing.ts'
import { rechronicle } from './changes.ts'
import { isAmendment, reveal } from './chronicle.ts'
import type { Draft } from './draft.ts'
import type { Hearing } from './hearing.ts'
import { branchKey } from './holdings.ts'
import type { Intake } from './intake.ts'
import { withHeld, type Marks } from './marks.ts'
import type { RecordChange } from './record.ts'
import { Scribe, type SayRefusal, type ScribePorts } from './scribe.ts'

/** What a conversation needs of its peer. */
export type Surroundings = Omit<BatchesPorts, 'sign' | 'onWriting' | 'onWritten'> &
  ScribePorts & {
    readonly me: Replica['me']
    readonly hearing: Hearing
    /** Whether somebody else in it is linked, or may be in a moment. */
    readonly isComing: () => boolean
  }

/** Of events that somebody sent: how much counts against the sender, and how many wait for others. */
export type TakenIn = {
  readonly refused: number
  readonly waiting: number
  /** What they name in the place of the newest event that is held here of somebody: a fork, if there is such an event. */
  readonly contested: readonly Hex[]
}

/** How much each outcome counts against its sender: who cannot know that a request is full is honest. */
const REFUSAL: Readonly<Record<Intake, number>> = { taken: 0, refused: 1, later: 1 / 16, waiting: 0 }

/** One conversation of this peer: what can be done in it, and what comes in. */
export class Conversation {
  readonly id: Hex
  readonly #around: Surroundings
  readonly #batches: Batches
  readonly #scribe: Scribe

  private constructor(id: Hex, scribe: Scribe, parts: { readonly around: Surroundings; readonly batches: Batches }) {
    this.id = id
    this.#around = parts.around
    this.#batches = parts.batches
    this.#scribe = scribe
  }

  static async load(around: Surroundings, id: Hex): Promise<Conversation> {
    const scribe = new Scribe(around)
    const onWriting = (draft: Draft): Promise<boolean> => scribe.finish(draft)
    const onWritten = (isKept: boolean): void => {
      scribe.settle(isKept)
      around.hearing.stir()
    }
    const sign: BatchesPorts['sign'] = (events) => signEvents(around.pen(), events)
    const batches = await Batches.load({ ...around, sign, onWriting, onWritten }, id, around.me)
    return new Conversation(id, scribe, { around, batches })
  }

  /** As it is on disk. */
  get replica(): Replica {
    return this.#batches.replica
  }

  get marks(): Marks {
    return this.#batches.marks
  }

  get vector(): Vector {
    return vectorOf(this.#batches.replica.graph)
  }

  /** Events that arrived and wait for others that they build on. */
  get heldBack(): number {
    return this.#scribe.heldBack.size
  }

  /** Control events that something waits for, and that are not here. */
  get missing(): readonly Hex[] {
    const { controls } = this.replica
    return this.#scribe.heldBack.needs().filter((id) => !controls.has(id))
  }

  /** A control event that is held, be it in its author's chain or beside it. */
  async control(id: Hex): Promise<SignedEvent | undefined> {
    const event = await this.event(id)
    return event && isControl(event.kind) ? event : undefined
  }

  /** An event that is held in its author's chain, or a control event beside it. */
  async event(id: Hex): Promise<SignedEvent | undefined> {
    const { store } = this.#around
    const bytes = await store.record('conversation', branchKey(this.id, id))
    const read = readEvent(bytes ?? (await store.event(id))?.bytes ?? NOTHING)
    const event = read.ok ? read.value.event : undefined
    return event?.conversation === this.id ? event : undefined
  }

  /** Writes something down and answers with its event once it is on disk. `speech`: what a person says, not a mark. */
  say(content: Content, input: { readonly speech: boolean }): Promise<Result<IdentifiedEvent, SayRefusal>> {
    return this.#write(async (draft) => {
      // Asked where nothing else comes between: a deletion may have come a moment ago.
      if (await isTooLate(draft, content)) return refuse({ kind: 'message-deleted' })
      const founded = await this.#scribe.found(draft)
      if (!founded.ok) return founded
      const written = await write(this.#around.pen(), draft.replica, { content: encodeContent(content), ...input })
      return written.ok ? accept(await this.#scribe.take(draft, written.value)) : written
    })
  }

  /** Says that this person takes part, if no event has said so yet. */
  join(): Promise<Result<null, SayRefusal>> {
    return this.#write(async (draft) => {
      if (draft.replica.joined || draft.replica.certificates.size === 0) return accept(null)
      await this.#scribe.take(draft, await join(this.#around.pen(), draft.replica))
      return accept(null)
    })
  }

  /** Begins with what founded it, just now and here. */
  begin(written: Written, also: readonly RecordChange[]): Promise<Result<null, SayRefusal>> {
    return this.#batches.add(async (draft) => {
      for (const change of also) draft.put(change)
      await this.#scribe.take(draft, written)
      return accept(null)
    })
  }

  /** Changes who is in or what the group is, all of it or nothing; `also` is written with it. */
  operate(proposals: readonly Proposal[], also: readonly RecordChange[] = []): Promise<Result<null, SayRefusal>> {
    return this.#write(async (draft) => {
      const operated = await operate(this.#around.pen(), draft.replica, proposals)
      if (!operated.ok) return operated
      await this.#scribe.take(draft, operated.value)
      for (const { disputed } of operated.value.operated) await rechronicle(draft, disputed)
      for (const change of also) draft.put(change)
      return accept(null)
    })
  }

  /** Sees to it that there is a key for those who are in now. */
  secure(): Promise<Result<null, SayRefusal>> {
    return this.#write(async (draft) => {
      if (!isUnkeyed(draft.replica)) return accept(null)
      const written = await rekey(this.#around.pen(), draft.replica)
      if (!written.ok) return written
      await this.#scribe.take(draft, written.value)
      return accept(null)
    })
  }

  /** Shows what others told of its history, as far as the events are here. */
  reveal(): Promise<Result<null, SayRefusal>> {
    return this.#batches.add(async (draft) => {
      const prefix = toldPrefix(this.id)
      for (const { key, value } of await this.#around.store.records('conversation', prefix)) {
        const held = await draft.held(key.slice(prefix.length))
        if (!held) continue
        draft.put({ drop: 'record', space: 'conversation', key })
        if (!held.content) await reveal(draft, held, value, 'told')
      }
      return accept(null)
    })
  }

  /** Puts a line that is no event: something that was noticed here. */
  note(line: StoredLine): Promise<Result<null, SayRefusal>> {
    return this.#batches.add((draft) => {
      draft.putLine(line)
      return Promise.resolve(accept(null))
    })
  }

  /** Takes in events that somebody sent. Answers once what can be kept is on disk. */
  receive(from: Hex, events: readonly Uint8Array[]): Promise<Result<TakenIn, SayRefusal>> {
    return this.#batches.add(async (draft) => {
      let refused = 0
      let waiting = 0
      for (const each of this.#scribe.arrived(draft, events)) {
        const intake = await this.#scribe.takeIn(draft, from, each)
        refused += REFUSAL[intake]
        if (intake === 'waiting') waiting += 1
      }
      const contested = [...draft.contested]
      draft.contested.clear()
      return accept({ refused, waiting, contested })
    })
  }

  /**
   * A device named what it holds: delivery is derived from that, and how far this device had written before it was
   * restored. `at`: when it said so by its own clock, if not just now.
   */
  learnt(device: Hex, held: Vector, at = Infinity): Promise<Result<null, SayRefusal>> {
    return this.#batches.add((draft) => {
      noteHeard(draft, device, { seq: held.get(draft.replica.me.device) ?? 0, at })
      const marks = withHeld(draft.marks, device, provenHeld(draft, device, held), vectorOf(draft.replica.graph))
      if (marks !== draft.marks) draft.learnt.add(device)
      draft.marks = marks
      return Promise.resolve(accept(null))
    })
  }

  /** Lets go of everything that was said here; `also` is written with it. What is held stays known, so nothing comes back. */
  forget(also: readonly RecordChange[]): Promise<Result<null, SayRefusal>> {
    return this.#batches.add((draft) => {
      draft.forget()
      for (const change of also) draft.put(change)
      return Promise.resolve(accept(null))
    })
  }

  /** Wipes the keys that have been kept for too long. */
  wipe(): Promise<Result<null, SayRefusal>> {
    return this.#batches.add((draft) => {
      draft.replica = { ...draft.replica, keyring: wipeAged(draft.replica.keyring, this.#around.pen().now) }
      return Promise.resolve(accept(null))
    })
  }

  /**
   * What writes own events. The first since this peer began waits for somebody who is there, or about to be, to say how far
   * this device had written: its disk may have been put back. A restored one writes nothing before that.
   */
  #write<Value>(run: (draft: Draft) => Promise<Result<Value, SayRefusal>>): Promise<Result<Value, SayRefusal>> {
    const add = (): Promise<Result<Value, SayRefusal>> =>
      this.#batches.add((draft) => (draft.restored ? Promise.resolve(refuse({ kind: 'restoring' })) : run(draft)))
    const isHeard = (): boolean => !this.#batches.isUnheard || !this.#around.isComing()
    if (isHeard()) return add()
    return new Promise((resolve) => this.#around.hearing.wait(isHeard, () => resolve(add())))
  }

  /** Nothing comes in here any more: what waits is let go of. */
  letGo(): void {
    this.#scribe.heldBack.clear()
  }

  /** Resolves when nothing is being written any more. */
  settled(): Promise<void> {
    return this.#batches.settled()
  }
}

/** Whether what is said changes a message that was deleted. To delete it once more is to have it as one wants it. */
const isTooLate = async (draft: Draft, content: Content): Promise<boolean> => {
  if (!isAmendment(content) || content.kind === 'delete') return false
  const kept = await draft.line(content.target)
  const line = kept && readLine(kept.bytes)
  return line?.kind === 'text' && line.message.kind === 'deleted'
}

/** Only who is in gets all that is written here: others may know less of it. An old word says nothing about now. */
const noteHeard = (draft: Draft, device: Hex, { seq, at }: { readonly seq: number; readonly at: number }): void => {
  const { replica, restored } = draft
  const isIn = replica.kind === 'unfounded' || membersNow(replica).devices.has(device)
  draft.noteNamed(seq, isIn && device !== replica.me.device && at >= (restored?.at ?? 0))
}

/**
 * A number counts for the event that has it here. Who names more than this device has written here, or whatever of a chain
 * that forked, may hold other events under these numbers: no more of it counts than before.
 */
const provenHeld = ({ replica, marks }: Draft, device: Hex, held: Vector): Vector => {
  const me = replica.me.device
  const own = chainOf(replica.graph, me)
  const named = held.get(me) ?? 0
  if (!own.forked && named <= own.seq) return held
  return new Map(held).set(me, Math.min(named, marks.get(device)?.held.get(me) ?? 0))
}

const NOTHING = new Uint8Array(0)
