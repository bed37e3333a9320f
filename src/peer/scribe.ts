import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Crypto } from '../core/crypto/port.ts'
import type { IdentifiedEvent } from '../core/event/event.ts'
import { chainOf } from '../core/event/graph.ts'
import { CONTROL_HEADS_MAX } from '../core/event/kinds.ts'
import type { Entry } from '../core/group/founding.ts'
import { withoutSending, type OwnSlotKey } from '../core/group/keyring.ts'
import type { OperateRefusal } from '../core/group/operate.ts'
import type { Pen, Written } from '../core/group/pen.ts'
import { rekey } from '../core/group/rekey.ts'
import { missingControls } from '../core/group/replica.ts'
import { complain, found, write, type WriteRefusal } from '../core/group/write.ts'
import { encodeContent } from '../core/timeline/content.ts'
import type { Store, StoreRefusal } from '../store/port.ts'
import { arrivedBefore, arrivedTogether, type Arrived } from './arrived.ts'
import { chronicleChange } from './changes.ts'
import { chronicle } from './chronicle.ts'
import type { Draft } from './draft.ts'
import { HELD_BACK_MAX, HELD_BACK_OF_REQUEST_MAX, HeldBack } from './held-back.ts'
import type { HeldBackTally } from './held-back-tally.ts'
import { loadHorizon } from './history-records.ts'
import { Holdings } from './holdings.ts'
import { takeIn, type Intake, type Openness } from './intake.ts'
import { Repairs } from './repairs.ts'
import { sayAgain } from './repetition.ts'
import { hasCaughtUp, restoredDrop } from './restored.ts'

export type ScribePorts = {
  readonly store: Store
  readonly crypto: Crypto
  readonly pen: () => Pen
  readonly cardKeys: () => readonly OwnSlotKey[]
  /** The device to found a direct conversation with; undefined while nothing is known of the other person's keys. */
  readonly entry: () => Entry | undefined
  /** What is taken in: little while it is a request, nothing from somebody blocked. */
  readonly openness: () => Openness
  /** Of what waits in all conversations. */
  readonly heldBackTally: HeldBackTally
}

export type SayRefusal =
  | StoreRefusal
  | WriteRefusal
  | OperateRefusal
  | { readonly kind: 'not-met' }
  /** It came back from an export, and how far this device had written since is not known yet. */
  | { readonly kind: 'restoring' }
  /** What is to be changed, or reacted to, was deleted. */
  | { readonly kind: 'message-deleted' }

/** Writes into the drafts of one conversation, and remembers what has to be come back to. */
export class Scribe {
  /** What came and waits for other events. */
  readonly heldBack: HeldBack
  readonly #ports: ScribePorts
  readonly #repairs = new Repairs()
  readonly #holdings = new Holdings()
  #waited = 0
  /** What waited, and is taken in with the batch that is being written. */
  readonly #taken = new Set<string>()

  constructor(ports: ScribePorts) {
    this.#ports = ports
    this.heldBack = new HeldBack(ports.heldBackTally)
  }

  /** Takes in an event that somebody sent; what waits for others is remembered. */
  async takeIn(draft: Draft, from: Hex, arrived: Arrived): Promise<Intake> {
    const intake = await this.#takeIn(draft, from, arrived)
    if (intake !== 'waiting' || !arrived.read.ok) return intake
    const { event } = arrived.read.value
    const isRequest = this.#ports.openness() === 'request'
    const waiting = { from, bytes: event.bytes, needs: missingControls(draft.replica, event) }
    const isHeld = this.heldBack.add(waiting, isRequest ? HELD_BACK_OF_REQUEST_MAX : HELD_BACK_MAX)
    return isHeld || !isRequest ? 'waiting' : 'later'
  }

  #takeIn(draft: Draft, from: Hex, arrived: Arrived): Promise<Intake> {
    const { crypto, cardKeys, openness, pen } = this.#ports
    return takeIn(draft, {
      ...arrived,
      crypto,
      cardKeys: cardKeys(),
      openness: openness(),
      holdings: this.#holdings,
      now: pen().now,
      from,
    })
  }

  /** Events that came together, each read shortly before its turn. */
  arrived(draft: Draft, events: readonly Uint8Array[]): Iterable<Arrived> {
    // Of a request it is not known beforehand which of them find room.
    const isOpen = this.#ports.openness() === 'open'
    return arrivedTogether(this.#ports.crypto, events, ({ author, seq }) => {
      return isOpen && seq > chainOf(draft.replica.graph, author).seq
    })
  }

  /** Founds a direct conversation, if nobody has. */
  async found(draft: Draft): Promise<Result<null, SayRefusal>> {
    if (draft.replica.certificates.size > 0) return accept(null)
    const entry = this.#ports.entry()
    if (!entry) return refuse({ kind: 'not-met' })
    await this.take(draft, await found(this.#ports.pen(), draft.replica, entry))
    return accept(null)
  }

  /** Puts what was written into the draft and answers the last event. */
  async take(draft: Draft, written: Written): Promise<IdentifiedEvent> {
    draft.replica = written.replica
    for (const { event, plaintext } of written.events) {
      if (plaintext) await chronicle(draft, event, plaintext, 'own')
      else {
        draft.putEvent(event)
        await chronicleChange(draft, event)
      }
    }
    return (written.events.at(-1) as Written['events'][number]).event
  }

  /** What has to be done at the end of a batch. Answers whether more or fewer events wait than before. */
  async finish(draft: Draft): Promise<boolean> {
    await this.#retry(draft)
    await this.#goOn(draft)
    if (draft.restored) this.#repairs.putOff(draft)
    else await this.#repair(draft)
    return this.heldBack.size - this.#taken.size !== this.#waited
  }

  /** The batch is on disk, or the disk refused it: then everything waits as before. */
  settle(isKept: boolean): void {
    if (isKept) for (const id of this.#taken) this.heldBack.delete(id)
    else this.#holdings.recount()
    this.heldBack.settle(isKept)
    this.#taken.clear()
    this.#waited = this.heldBack.size
    this.#repairs.settle(isKept)
  }

  /** Takes in what waited for the control events of this batch, and so on for what waited for those. */
  async #retry(draft: Draft): Promise<void> {
    const { store, before } = draft
    let { controls } = before
    while (this.heldBack.size > this.#taken.size && draft.replica.controls !== controls) {
      controls = draft.replica.controls
      const isNew = (id: Hex): boolean => draft.replica.controls.has(id)
      const isHere = async (id: Hex): Promise<boolean> =>
        isNew(id) || (await loadHorizon(store, before.conversation, id)) !== undefined
      const hasRoom = draft.replica.graph.controlHeads.length < CONTROL_HEADS_MAX
      for (const { id, from, bytes } of await this.heldBack.ready({ isNew, isHere, hasRoom }))
        if ((await this.#takeIn(draft, from, arrivedBefore(bytes))) === 'waiting') this.heldBack.park(id)
        else this.#taken.add(id)
    }
  }

  /**
   * Lets this device write again once all that it had written is here. Which message keys it used in the epochs of then is
   * not known for certain, so none of these is sealed under any more: the next message makes a new one.
   */
  async #goOn(draft: Draft): Promise<void> {
    const { restored, word, replica } = draft
    const { device } = replica.me
    if (!restored || !hasCaughtUp(word, chainOf(replica.graph, device))) return
    draft.restored = undefined
    draft.put(restoredDrop(replica.conversation))
    draft.replica = { ...replica, keyring: withoutSending(replica.keyring, device) }
    // The others take this device's own epochs for certain, and would build on one that is lost what they say again.
    const hasLost = replica.keyring.epochs.some(({ author, secrets }) => author === device && !secrets)
    const renewed = hasLost ? await rekey(this.#ports.pen(), draft.replica) : undefined
    if (renewed?.ok) await this.take(draft, renewed.value)
  }

  /** Says which epochs could not be opened here, and says again what others could not open. */
  async #repair(draft: Draft): Promise<void> {
    const pen = this.#ports.pen()
    for (const epoch of this.#repairs.complaints(draft))
      await this.take(draft, await complain(pen, draft.replica, epoch))
    for (const epoch of this.#repairs.repetitions(draft))
      for (const content of await sayAgain(draft, this.#ports.store, epoch)) {
        const written = await write(pen, draft.replica, { content: encodeContent(content), speech: true })
        if (written.ok) await this.take(draft, written.value)
      }
  }
}
