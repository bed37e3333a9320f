import type { Hex } from '../../core/bytes/hex.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Outgoing, Want } from '../../core/sync/exchange.ts'
import type { Vector } from '../../core/sync/frame.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { MailboxRefusal, ServerMailboxes } from '../network/port.ts'
import { encodeDeposit, needless, owed, withBlob, without, withoutStale, type Deposit, type Placed } from './deposit.ts'
import { LETTER_BYTES_MAX, parcels } from './parcels.ts'
import type { Station } from './stations.ts'
import type { CorrespondencePorts, Member, Subject } from './subject.ts'

/** How long a link has to bring something to everybody before it is put on a server. */
export const DIRECT_MILLIS = 2_000
/** What is read of the own events at once: several letters, so that few of them go out half empty. */
const PIECE_BYTES_MAX = 8 * LETTER_BYTES_MAX
/** When it is looked at again whether a newcomer who is linked has what was before. */
export const BRING_MILLIS = 30_000
/** All that is put there for one newcomer who is away. */
export const BROUGHT_BYTES_MAX = 16 * 1024 * 1024

/** Puts on one server what this device wrote in one conversation and somebody lacks, and takes away what nobody does. */
export class Depositor {
  readonly #subject: Subject
  readonly #ports: CorrespondencePorts
  #deposit: Deposit
  /** Whom it serves, while it does. */
  #station: Station | undefined
  /** What is given time to reach everybody by links: own events up to this sequence, since then. */
  #waiting: { readonly since: number; readonly upTo: number } | undefined
  /** When to look whether the newcomers who are linked got what they lack. */
  #bringAt = Infinity

  constructor(subject: Subject, ports: CorrespondencePorts, deposit: Deposit) {
    this.#subject = subject
    this.#ports = ports
    this.#deposit = deposit
  }

  /** What lies there. */
  get deposit(): Deposit {
    return this.#deposit
  }

  /** Whether this device put that there itself, and needs not read it. */
  hasPlaced(mailbox: Hex, cursor: Cursor): boolean {
    const { blobs, receipt } = this.#deposit
    return [...blobs, ...(receipt ? [receipt] : [])].some((each) => each.cursor === cursor && each.mailbox === mailbox)
  }

  /** When to look again, in milliseconds since 1970. */
  get due(): number {
    return this.#station ? Math.min(this.#bringAt, this.#putAt) : Infinity
  }

  get #putAt(): number {
    return this.#waiting ? this.#waiting.since + DIRECT_MILLIS : Infinity
  }

  /** Something was written here: links have their time from now on. */
  wrote(): void {
    this.#waiting ??= { since: this.#ports.scheduler.now(), upTo: this.#tip }
  }

  /** Writes down what lies there. */
  async keep(): Promise<void> {
    await this.#keep(this.#deposit)
  }

  /** From now on it serves these devices. `bridged`: up to where changes of the members were told at another server. */
  serve(station: Station, bridged: number): void {
    const { name } = station.server
    // What somebody lacks has to be told anew on another server.
    const told = this.#station ? 0 : Math.min(bridged, this.#heldByAll)
    this.#station = station
    this.#deposit = { ...this.#deposit, name, bridged: Math.max(told, this.#deposit.bridged) }
  }

  /** From now on another server does. */
  rest(): void {
    this.#station = this.#waiting = undefined
  }

  async work({ server }: Station): Promise<MailboxRefusal | undefined> {
    const refusal = (await this.#bridgeOver(server)) ?? (await this.#put(server)) ?? (await this.#bringAll(server))
    await this.trim(server)
    return refusal
  }

  /** Replaces the receipt that lies there. */
  async placeReceipt(server: ServerMailboxes, receipt: Placed): Promise<void> {
    const old = this.#deposit.receipt
    await this.#keep({ ...this.#deposit, receipt })
    if (old) await this.#ports.post.takeAway(server, old.mailbox, [old.cursor])
  }

  /** Takes away what everybody has. */
  async trim(server: ServerMailboxes): Promise<void> {
    const blobs = needless(this.#deposit, this.#heldByAll)
    if (blobs.length === 0) return
    for (const [mailbox, group] of Map.groupBy(blobs, (blob) => blob.mailbox)) {
      const cursors = group.map(({ cursor }) => cursor)
      if (!(await this.#ports.post.takeAway(server, mailbox, cursors))) return
    }
    await this.#keep(without(this.#deposit, blobs))
  }

  /** Puts what somebody lacks for longer than a link takes to bring it. */
  async #put(server: ServerMailboxes): Promise<MailboxRefusal | undefined> {
    const now = this.#ports.scheduler.now()
    const held = this.#heldByServed
    this.#deposit = withoutStale(this.#deposit, held, now)
    const next = owed(this.#deposit, { tip: this.#tip, held })
    if (!next) this.#waiting = undefined
    // A clock that was set back would have it wait for as long as the clock was set back.
    else this.#waiting = { upTo: this.#waiting?.upTo ?? this.#tip, since: Math.min(this.#waiting?.since ?? now, now) }
    if (!next || !this.#waiting || now < this.#putAt) return undefined
    // What was written meanwhile is given its time, too, as long as links bring what was before.
    const isComing = held >= this.#waiting.upTo
    this.#waiting = isComing ? { since: now, upTo: this.#tip } : this.#waiting
    if (isComing) return undefined
    const refusal = await this.#putOwn(server, next)
    // What was written while that was put has its time from now on.
    if (!refusal)
      this.#waiting = this.#tip > next.to ? { since: this.#ports.scheduler.now(), upTo: this.#tip } : undefined
    return refusal
  }

  /**
   * Whoever does not know yet that the members changed reads the mailbox of before. What led to each change goes there,
   * with the key that came of it, and nothing later: those read there, too, who are in no longer.
   */
  async #bridgeOver(server: ServerMailboxes): Promise<MailboxRefusal | undefined> {
    const tip = this.#tip
    const { bridged } = this.#deposit
    if (tip <= bridged) return undefined
    const bridges = await this.#subject.changes(bridged, tip)
    for (const { secret, events } of bridges) {
      const refusal = await this.#putAll(server, await this.#ports.post.keysOf(secret), events)
      if (refusal) return refusal
    }
    const next = { ...this.#deposit, bridged: tip }
    if (bridges.length > 0) await this.#keep(next)
    else this.#deposit = next
    return undefined
  }

  async #putOwn(
    server: ServerMailboxes,
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<MailboxRefusal | undefined> {
    const [secret] = this.#subject.secrets()
    const keys = secret && (await this.#ports.post.keysOf(secret))
    if (!keys) return undefined
    for await (const own of this.#own(from, to))
      for (const { events, seq } of parcels(own)) {
        const put = await this.#ports.post.send(server, keys, { kind: 'events', events })
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
  async #bringAll(server: ServerMailboxes): Promise<MailboxRefusal | undefined> {
    this.#bringAt = Infinity
    const { brought } = this.#deposit
    const members = [...this.#subject.members()]
    const operations = new Set(this.#subject.operations())
    const isMine = ({ author, seq }: Member['admission']): boolean =>
      author === this.#ports.device && operations.has(seq)
    const owed = members.filter(
      ([device, { admission }]) => this.#serves(device) && isMine(admission) && !brought.includes(admission.id),
    )
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
      const refusal = await this.#bringEverything(server, keys)
      if (refusal) return refusal
    }
    const ids = new Set([...brought, ...done.map(([, { admission }]) => admission.id)])
    const left = members.map(([, { admission }]) => admission.id).filter((id) => ids.has(id))
    await this.#keep({ ...this.#deposit, brought: [...new Set(left)] })
    return undefined
  }

  async #bringEverything(server: ServerMailboxes, keys: MailboxKeys): Promise<MailboxRefusal | undefined> {
    const all = this.#subject.vector()
    const at = new Map<Hex, number>()
    for (let bytes = 0; bytes < BROUGHT_BYTES_MAX;) {
      const events = await this.#ports.load(this.#subject.id, missing(all, at))
      if (events.length === 0) return undefined
      const refusal = await this.#putAll(server, keys, events)
      if (refusal) return refusal
      for (const { author, seq, size } of events) {
        at.set(author, seq)
        bytes += size
      }
    }
    return undefined
  }

  async #putAll(
    server: ServerMailboxes,
    keys: MailboxKeys,
    all: readonly Outgoing[],
  ): Promise<MailboxRefusal | undefined> {
    for (const { events } of parcels(all)) {
      const put = await this.#ports.post.send(server, keys, { kind: 'events', events })
      if (!put.ok) return put.refusal
    }
    return undefined
  }

  async #keep(deposit: Deposit): Promise<void> {
    this.#deposit = deposit
    const key = depositKey(this.#subject.id, deposit.server)
    await this.#ports.store.commit([{ put: 'record', space: 'mailbox', key, value: encodeDeposit(deposit) }])
    this.#ports.onDeposit(this.#subject.id)
  }

  get #tip(): number {
    return this.#subject.vector().get(this.#ports.device) ?? 0
  }

  /** Up to where every other member device has what this one wrote; all of it while there is nobody else. */
  get #heldByAll(): number {
    return this.#heldBy(() => true)
  }

  /** Up to where those have it whom this server serves. */
  get #heldByServed(): number {
    return this.#heldBy((device) => this.#serves(device))
  }

  #heldBy(counts: (device: Hex) => boolean): number {
    const most = [...this.#subject.members()]
      .filter(([device]) => counts(device))
      .map(([, { held, since }]) => Math.max(held.get(this.#ports.device) ?? 0, since))
    return Math.min(this.#tip, ...most)
  }

  #serves(device: Hex): boolean {
    return this.#station?.devices.has(device) === true
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

/** Under which key it is kept what lies on a server; a record of one server alone was kept without its address. */
export const depositKey = (conversation: Hex, server?: string): string =>
  server === undefined ? `sent/${conversation}` : `sent/${conversation}/${server}`

const missing = (all: Vector, at: Vector): readonly Want[] =>
  [...all].filter(([author, seq]) => seq > (at.get(author) ?? 0)).map(([author]) => [author, (at.get(author) ?? 0) + 1])
