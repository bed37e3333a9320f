import type { Hex } from '../../core/bytes/hex.ts'
import { readEvent } from '../../core/event/event.ts'
import { isControl, KIND } from '../../core/event/kinds.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Outgoing, Want } from '../../core/sync/exchange.ts'
import type { Vector } from '../../core/sync/frame.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { MailboxRefusal } from '../network/port.ts'
import {
  decodeDeposit,
  depositOn,
  encodeDeposit,
  needless,
  NO_DEPOSIT,
  owed,
  withBlob,
  without,
  withoutStale,
  type Deposit,
  type Placed,
} from './deposit.ts'
import { LETTER_BYTES_MAX, parcels } from './parcels.ts'
import type { CorrespondencePorts, Member, Subject } from './subject.ts'

/** How long a link has to bring something to everybody before it is put on a server. */
export const DIRECT_MILLIS = 2_000
/** What is read of the own events at once: several letters, so that few of them go out half empty. */
const PIECE_BYTES_MAX = 8 * LETTER_BYTES_MAX
/** So many own control events may lie between two changes of the members that are not on the server otherwise. */
const TRAILING_MAX = 64
/** When it is looked at again whether a newcomer who is linked has what was before. */
export const BRING_MILLIS = 30_000
/** All that is put there for one newcomer who is away. */
export const BROUGHT_BYTES_MAX = 16 * 1024 * 1024

/** Puts on the server what this device wrote in one conversation and somebody lacks, and takes away what nobody does. */
export class Depositor {
  readonly #subject: Subject
  readonly #ports: CorrespondencePorts
  #deposit: Deposit = NO_DEPOSIT
  #loaded = false
  /** What is given time to reach everybody by links: own events up to this sequence, since then. */
  #waiting: { readonly since: number; readonly upTo: number } | undefined
  /** Own control events since the members changed last: the next change builds on them. */
  #trailing: readonly Outgoing[] = []
  /** When to look whether the newcomers who are linked got what they lack. */
  #bringAt = Infinity

  constructor(subject: Subject, ports: CorrespondencePorts) {
    this.#subject = subject
    this.#ports = ports
  }

  get sealedUpTo(): number {
    return this.#deposit.sealed
  }

  /** What people call the server on which that lies. */
  get sealedAt(): string | undefined {
    return this.#deposit.sealed > 0 ? this.#deposit.name : undefined
  }

  /** Whether this device put that there itself, and needs not read it. */
  hasPlaced(mailbox: Hex, cursor: Cursor): boolean {
    const { blobs, receipt } = this.#deposit
    return [...blobs, ...(receipt ? [receipt] : [])].some((each) => each.cursor === cursor && each.mailbox === mailbox)
  }

  /** When to look again, in milliseconds since 1970. */
  get due(): number {
    return Math.min(this.#bringAt, this.#putAt)
  }

  get #putAt(): number {
    return this.#waiting ? this.#waiting.since + DIRECT_MILLIS : Infinity
  }

  /** Something was written here: links have their time from now on. */
  wrote(): void {
    this.#waiting ??= { since: this.#ports.scheduler.now(), upTo: this.#tip }
  }

  async load(): Promise<void> {
    if (this.#loaded) return
    const stored = decodeDeposit(await this.#ports.store.record('mailbox', this.#key))
    this.#deposit = stored ?? NO_DEPOSIT
    this.#loaded = true
    if (this.#deposit.sealed > 0) this.#ports.onDeposit(this.#subject.id)
  }

  /** From now on there is this server. */
  on({ address, name }: { readonly address: string; readonly name: string }): void {
    const before = this.#deposit
    const moved = depositOn({ server: address, name }, before)
    // What somebody lacks has to be told anew on another server.
    const isMoved = before.server !== '' && before.server !== address
    this.#deposit = isMoved ? { ...moved, bridged: Math.min(moved.bridged, this.#heldByAll) } : moved
    if (this.#deposit.sealed !== before.sealed) this.#ports.onDeposit(this.#subject.id)
  }

  async work(): Promise<MailboxRefusal | undefined> {
    const refusal = (await this.#bridgeOver()) ?? (await this.#put()) ?? (await this.#bringAll())
    await this.#trim()
    return refusal
  }

  /** Replaces the receipt that lies there. */
  async placeReceipt(receipt: Placed): Promise<void> {
    const old = this.#deposit.receipt
    await this.#keep({ ...this.#deposit, receipt })
    if (old) await this.#ports.post.takeAway(old.mailbox, [old.cursor])
  }

  /** Puts what somebody lacks for longer than a link takes to bring it. */
  async #put(): Promise<MailboxRefusal | undefined> {
    const now = this.#ports.scheduler.now()
    const held = this.#heldByAll
    this.#deposit = withoutStale(this.#deposit, held, now)
    const next = owed(this.#deposit, { tip: this.#tip, held })
    if (!next) this.#waiting = undefined
    else this.#waiting ??= { since: now, upTo: this.#tip }
    if (!next || !this.#waiting || now < this.#putAt) return undefined
    // What was written meanwhile is given its time, too, as long as links bring what was before.
    const isComing = held >= this.#waiting.upTo
    this.#waiting = isComing ? { since: now, upTo: this.#tip } : this.#waiting
    if (isComing) return undefined
    const refusal = await this.#putOwn(next.from, next.to)
    // What was written while that was put has its time from now on.
    if (!refusal)
      this.#waiting = this.#tip > next.to ? { since: this.#ports.scheduler.now(), upTo: this.#tip } : undefined
    return refusal
  }

  /**
   * Whoever does not know yet that the members changed reads the mailbox of before. What led to each change goes there,
   * with the key that came of it, and nothing later: those read there, too, who are in no longer.
   */
  async #bridgeOver(): Promise<MailboxRefusal | undefined> {
    const tip = this.#tip
    const { bridged, sealed } = this.#deposit
    if (tip <= bridged) return undefined
    let controls = this.#trailing.filter(({ seq }) => seq > sealed)
    let hasPut = false
    for await (const own of this.#own(bridged + 1, tip))
      for (const each of own) {
        const read = readEvent(each.bytes)
        if (!read.ok || !isControl(read.value.event.kind)) continue
        controls.push(each)
        const { kind, id } = read.value.event
        const before = kind === KIND.epoch ? this.#subject.secretsBefore(id) : []
        if (before.length === 0) continue
        for (const secret of before) {
          const refusal = await this.#putAll(await this.#ports.post.keysOf(secret), controls)
          if (refusal) return refusal
          hasPut = true
        }
        controls = []
      }
    this.#trailing = controls.slice(-TRAILING_MAX)
    const next = { ...this.#deposit, bridged: tip }
    if (hasPut) await this.#keep(next)
    else this.#deposit = next
    return undefined
  }

  async #putOwn(from: number, to: number): Promise<MailboxRefusal | undefined> {
    const [secret] = this.#subject.secrets()
    const keys = secret && (await this.#ports.post.keysOf(secret))
    if (!keys) return undefined
    for await (const own of this.#own(from, to))
      for (const { events, seq } of parcels(own)) {
        const put = await this.#ports.post.send(keys, { kind: 'events', events })
        if (!put.ok) return put.refusal
        const at = this.#ports.scheduler.now()
        await this.#keep(withBlob(this.#deposit, { mailbox: keys.mailbox, cursor: put.value, upTo: seq, at }))
      }
    return undefined
  }

  /**
   * Puts everything there for those whom this device let in, unless they have it by links: without what was before, they
   * can judge nothing.
   */
  async #bringAll(): Promise<MailboxRefusal | undefined> {
    this.#bringAt = Infinity
    const { brought } = this.#deposit
    const members = [...this.#subject.members()]
    const operations = new Set(this.#subject.operations())
    const isMine = ({ author, seq }: Member['admission']): boolean =>
      author === this.#ports.device && operations.has(seq)
    const owed = members.filter(([, { admission }]) => isMine(admission) && !brought.includes(admission.id))
    if (owed.length === 0) return undefined
    const isServed = ([, { held, admission }]: (typeof owed)[number]): boolean =>
      (held.get(admission.author) ?? 0) >= admission.seq
    const isComing = ([device]: (typeof owed)[number]): boolean => this.#ports.isLinked(device)
    if (owed.some((each) => !isServed(each) && isComing(each)))
      this.#bringAt = this.#ports.scheduler.now() + BRING_MILLIS
    const hasMailbox = ([device]: (typeof owed)[number]): boolean => this.#subject.firstSecretOf(device) !== undefined
    const done = owed.filter((each) => isServed(each) || (!isComing(each) && hasMailbox(each)))
    if (done.length === 0) return undefined
    // Several who came one after the other have mailboxes of their own; those who came together share one.
    const secrets = done.filter((each) => !isServed(each)).map(([device]) => this.#subject.firstSecretOf(device))
    const all = new Map<Hex, MailboxKeys>()
    for (const secret of secrets) {
      if (!secret) continue
      const keys = await this.#ports.post.keysOf(secret)
      all.set(keys.mailbox, keys)
    }
    for (const keys of all.values()) {
      const refusal = await this.#bringEverything(keys)
      if (refusal) return refusal
    }
    const ids = new Set([...brought, ...done.map(([, { admission }]) => admission.id)])
    const left = members.map(([, { admission }]) => admission.id).filter((id) => ids.has(id))
    await this.#keep({ ...this.#deposit, brought: [...new Set(left)] })
    return undefined
  }

  async #bringEverything(keys: MailboxKeys): Promise<MailboxRefusal | undefined> {
    const all = this.#subject.vector()
    const at = new Map<Hex, number>()
    for (let bytes = 0; bytes < BROUGHT_BYTES_MAX;) {
      const events = await this.#ports.load(this.#subject.id, missing(all, at))
      if (events.length === 0) return undefined
      const refusal = await this.#putAll(keys, events)
      if (refusal) return refusal
      for (const { author, seq, size } of events) {
        at.set(author, seq)
        bytes += size
      }
    }
    return undefined
  }

  async #putAll(keys: MailboxKeys, all: readonly Outgoing[]): Promise<MailboxRefusal | undefined> {
    for (const { events } of parcels(all)) {
      const put = await this.#ports.post.send(keys, { kind: 'events', events })
      if (!put.ok) return put.refusal
    }
    return undefined
  }

  /** Takes away what everybody has. */
  async #trim(): Promise<void> {
    const blobs = needless(this.#deposit, this.#heldByAll)
    if (blobs.length === 0) return
    for (const [mailbox, group] of Map.groupBy(blobs, (blob) => blob.mailbox)) {
      const cursors = group.map(({ cursor }) => cursor)
      if (!(await this.#ports.post.takeAway(mailbox, cursors))) return
    }
    await this.#keep(without(this.#deposit, blobs))
  }

  async #keep(deposit: Deposit): Promise<void> {
    this.#deposit = deposit
    const change = { put: 'record', space: 'mailbox', key: this.#key, value: encodeDeposit(deposit) } as const
    await this.#ports.store.commit([change])
    this.#ports.onDeposit(this.#subject.id)
  }

  get #key(): string {
    return `sent/${this.#subject.id}`
  }

  get #tip(): number {
    return this.#subject.vector().get(this.#ports.device) ?? 0
  }

  /** Up to where every other member device has what this one wrote; all of it while there is nobody else. */
  get #heldByAll(): number {
    const most = [...this.#subject.members().values()].map(({ held, since }) =>
      Math.max(held.get(this.#ports.device) ?? 0, since),
    )
    return Math.min(this.#tip, ...most)
  }

  /** What this device wrote, in pieces: reading years of it at once would keep everything else waiting. */
  async *#own(from: number, to: number): AsyncGenerator<readonly Outgoing[], void, void> {
    const { store, device } = this.#ports
    const place = { conversation: this.#subject.id, author: device }
    for (let next = from; next <= to;) {
      const limits = { limit: to - next + 1, bytes: PIECE_BYTES_MAX }
      const events = await store.events({ ...place, from: next, ...limits })
      const last = events.at(-1)
      if (!last) return
      yield events.map(({ author, seq, bytes }) => ({ author, seq, size: bytes.length, bytes }))
      next = last.seq + 1
    }
  }
}

const missing = (all: Vector, at: Vector): readonly Want[] =>
  [...all].filter(([author, seq]) => seq > (at.get(author) ?? 0)).map(([author]) => [author, (at.get(author) ?? 0) + 1])
