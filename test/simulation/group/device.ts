import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { chainOf, needsLookup, vectorOf } from '../../../src/core/event/graph.ts'
import { operate, type Proposal } from '../../../src/core/group/operate.ts'
import { signWritten, type Pen, type Written } from '../../../src/core/group/pen.ts'
import { receive, type Received } from '../../../src/core/group/receive.ts'
import { rekey } from '../../../src/core/group/rekey.ts'
import { emptyReplica, membershipNow, withStoredControls, type Replica } from '../../../src/core/group/replica.ts'
import { heldUpTo, isVoided } from '../../../src/core/group/voided.ts'
import { complain, join, write } from '../../../src/core/group/write.ts'
import { isControl, KIND } from '../../../src/core/event/kinds.ts'
import { personOf } from '../../../src/core/identity/certificate.ts'
import type { Outgoing } from '../../../src/core/sync/exchange.ts'
import type { Vector } from '../../../src/core/sync/frame.ts'
import { encodeContent } from '../../../src/core/timeline/content.ts'
import { Archive } from './archive.ts'
import { Disk, outgoing } from './disk.ts'
import type { Identity } from './identity.ts'
import type { Reader } from './reader.ts'
import { Repairs } from './repairs.ts'
import type { Time } from './time.ts'

/** Events whose control parents are missing, held back in memory: more than that are turned away. */
export const HELD_BACK_MAX = 1_024

/** What a device tells those whom it is linked with. `arrivals`: what came from whom. */
export type Growth = {
  readonly fresh: readonly Outgoing[]
  readonly from: Device | undefined
  readonly arrived: Vector
}

/**
 * What is broken on purpose, to see that it is found: events whose parents are missing are dropped, lines of who was
 * removed are not withdrawn, or who was removed is given everything.
 */
export type Sabotage = 'drops-early' | 'withdraws-nothing' | 'limits-nobody'

/** One device and its copy of the group: what the peer's shell does around the core, and no more. */
export class Device {
  readonly identity: Identity
  readonly disk = new Disk()
  readonly archive = new Archive()
  running = true
  /** Counts its starts: what was under way when it died is dropped. */
  life = 0
  /** Minutes that its clock is wrong. */
  skew = 0
  /** Has no links: it gets, and gives, what is posted. */
  hermit = false
  /** Does not pass on what others wrote. */
  selfish = false
  /** Runs a changed program: nothing is promised to it. */
  hostile = false
  onGrown: (growth: Growth) => void = () => undefined
  replica: Replica | undefined
  readonly #crypto: Crypto
  readonly #reader: Reader
  readonly #time: Time
  readonly #sabotage: Sabotage | undefined
  readonly #heldBack = new Map<Hex, { readonly waiting: SignedEvent; readonly from: Device | undefined }>()
  #repairs = new Repairs()

  constructor(
    identity: Identity,
    around: { crypto: Crypto; reader: Reader; time: Time; sabotage: Sabotage | undefined },
  ) {
    this.identity = identity
    this.#crypto = around.crypto
    this.#reader = around.reader
    this.#time = around.time
    this.#sabotage = around.sabotage
  }

  get id(): Hex {
    return this.identity.device
  }

  get name(): string {
    return this.identity.name
  }

  /** Whether it may act: it runs, and is in by what it knows. */
  get isIn(): boolean {
    return this.running && this.replica !== undefined && membershipNow(this.replica).members.devices.has(this.id)
  }

  get vector(): Vector {
    return this.replica ? vectorOf(this.replica.graph) : new Map()
  }

  /** How far another device may be given events; undefined: without a limit. */
  limitFor(other: Device): Vector | undefined {
    // Who was not let in yet knows of nobody.
    if (!this.replica || this.replica.certificates.size === 0 || this.#sabotage === 'limits-nobody') return undefined
    const limit = heldUpTo(this.replica, other.id)
    return this.selfish ? new Map([[this.id, (limit ?? this.vector).get(this.id) ?? 0]]) : limit
  }

  get heldBack(): number {
    return this.#heldBack.size
  }

  get #pen(): Pen {
    const { deviceSeed, certificate, random } = this.identity
    return { crypto: this.#crypto, deviceSeed, certificate, random, now: Math.floor(this.#time.now + this.skew) }
  }

  /** Somebody let it in and told it of the group. */
  introduced(conversation: Hex): void {
    if (this.replica) return
    this.#keep(emptyReplica(conversation, { device: this.id, person: this.identity.person }))
    this.#tell([])
  }

  async founds(make: (pen: Pen) => Promise<Written>): Promise<void> {
    this.#tell(await this.#took(await make(this.#pen)))
  }

  /** Undefined when it cannot: what a person is told, then. */
  async says(text: string): Promise<SignedEvent | undefined> {
    const content = encodeContent({ kind: 'text', text, reply: null })
    const written = this.replica && (await write(this.#pen, this.replica, { content, speech: true }))
    if (!written?.ok) return undefined
    const events = await this.#took(written.value)
    this.#tell(events)
    return events.at(-1)
  }

  async joins(): Promise<void> {
    if (this.isIn && this.replica && !this.replica.joined)
      this.#tell(await this.#took(await join(this.#pen, this.replica)))
  }

  /** False when it may not, by what it knows. */
  async changes(...proposals: readonly Proposal[]): Promise<boolean> {
    const operated = this.replica && (await operate(this.#pen, this.replica, proposals))
    if (!operated?.ok) return false
    const fresh = await this.#took(operated.value)
    for (const { disputed } of operated.value.operated) await this.#reconsider(disputed)
    this.#tell(fresh)
    return true
  }

  async rekeys(): Promise<void> {
    const keyed = this.replica && (await rekey(this.#pen, this.replica))
    if (keyed?.ok) this.#tell(await this.#took(keyed.value))
  }

  /** Takes in what came from somebody, and what waited for it. */
  async takeIn(from: Device | undefined, events: readonly Uint8Array[]): Promise<void> {
    const fresh: Outgoing[] = []
    const arrived = new Map<Hex, number>()
    for (const bytes of events) {
      const event = await this.#reader.open(bytes)
      if (!event || !this.replica) continue
      const { author, seq } = event
      await this.#take(event, from, fresh)
      const held = Math.min(seq, chainOf(this.replica.graph, author).seq)
      if (held > (arrived.get(author) ?? 0)) arrived.set(author, held)
    }
    if (this.replica) fresh.push(...(await this.#repair()))
    if (fresh.length > 0) this.onGrown({ fresh, from, arrived })
  }

  /** The program ends here and now. */
  crash(): void {
    this.running = false
    this.life += 1
    this.disk.replica = this.replica
    this.replica = undefined
    this.#heldBack.clear()
    this.#repairs = new Repairs()
  }

  start(): void {
    if (this.running) return
    this.running = true
    this.replica = this.disk.replica
  }

  /** Whether an event is void by all that is known here. */
  async judges(event: SignedEvent): Promise<boolean> {
    if (!this.replica) throw new Error(`${this.name} has no copy`)
    this.replica = await this.#remembering(this.replica, event)
    const voided = isVoided(this.replica, event)
    if (voided === undefined) throw new Error(`${this.name} cannot judge what it holds`)
    return voided
  }

  async #take(event: SignedEvent, from: Device | undefined, fresh: Outgoing[]): Promise<void> {
    const outcome = await this.#receive(event, from)
    if (outcome === 'waits' && this.#heldBack.size < HELD_BACK_MAX && this.#sabotage !== 'drops-early')
      this.#heldBack.set(event.id, { waiting: event, from })
    if (outcome !== 'kept') return
    fresh.push(outgoing(event))
    if (!isControl(event.kind)) return
    for (let again = true; again;) {
      again = false
      for (const { waiting, from: bringer } of this.#heldBack.values()) {
        const became = await this.#receive(waiting, bringer)
        if (became === 'waits') continue
        this.#heldBack.delete(waiting.id)
        if (became !== 'kept') continue
        fresh.push(outgoing(waiting))
        again ||= isControl(waiting.kind)
      }
    }
  }

  async #receive(event: SignedEvent, from: Device | undefined): Promise<'kept' | 'known' | 'refused' | 'waits'> {
    if (!this.replica) return 'refused'
    if (this.disk.events.has(event.id)) return 'known'
    const before = await this.#remembering(this.replica, event)
    const heldId = needsLookup(before.graph, event) ? this.disk.at(event.author, event.seq)?.id : undefined
    const certificate = before.certificates.get(event.author)
    const isPassedOn = from !== undefined && certificate !== undefined && from.identity.person !== personOf(certificate)
    const input = { heldId, cardKeys: [this.identity.cardKey], now: this.#pen.now, isPassedOn }
    const received = await receive(this.#crypto, before, event, input)
    if (!received.ok) return received.refusal.kind === 'unknown-control' ? 'waits' : 'refused'
    if (received.value.kind === 'known') return 'known'
    this.#keep(received.value.replica)
    this.#writeDown(event)
    await this.#note(event, received.value.received)
    return 'kept'
  }

  async #note(event: SignedEvent, received: Received): Promise<void> {
    if (received.kind === 'content') this.disk.plaintexts.set(event.id, received.plaintext)
    if (event.kind === KIND.sealed) {
      const isVoid = received.kind === 'void' || ('voided' in received && received.voided)
      this.disk.lines.set(event.id, isVoid ? 'void' : 'said')
    }
    if (received.kind === 'operated') await this.#reconsider(received.disputed)
    this.#repairs.note(event, received)
  }

  /** Says what cannot be opened here, and says again what others could not open. */
  async #repair(): Promise<readonly Outgoing[]> {
    const fresh: Outgoing[] = []
    if (!this.isIn || !this.replica) return fresh
    for (const epoch of this.#repairs.complaints(this.replica)) {
      fresh.push(...(await this.#took(await complain(this.#pen, this.replica, epoch))).map(outgoing))
      if (!this.isIn) return fresh
    }
    for (const content of this.#repairs.repetitions(this.id, this.disk)) {
      const written = await write(this.#pen, this.replica, { content: encodeContent(content), speech: true })
      if (written.ok) fresh.push(...(await this.#took(written.value)).map(outgoing))
    }
    return fresh
  }

  /** Withdraws lines, and brings lines back, of devices whose standing changed. */
  async #reconsider(disputed: ReadonlyMap<Hex, number>): Promise<void> {
    if (this.#sabotage === 'withdraws-nothing') return
    for (const [device, from] of disputed)
      for (const event of this.disk.of(device, from))
        if (event.kind === KIND.sealed) this.disk.lines.set(event.id, (await this.judges(event)) ? 'void' : 'said')
  }

  #remembering(replica: Replica, event: Pick<SignedEvent, 'control'>): Promise<Replica> {
    return withStoredControls(replica, event, (id) => Promise.resolve(this.disk.horizons.get(id)))
  }

  /** Writes down what this device wrote itself. */
  async #took(written: Written): Promise<readonly SignedEvent[]> {
    this.#keep(written.replica)
    const events = await signWritten(this.#pen, written)
    for (const [at, event] of events.entries()) {
      this.#writeDown(event)
      const plaintext = written.events[at]?.plaintext
      if (plaintext) this.disk.plaintexts.set(event.id, plaintext)
      if (event.kind === KIND.sealed) this.disk.lines.set(event.id, 'said')
    }
    return events
  }

  #tell(events: readonly SignedEvent[]): void {
    this.onGrown({ fresh: events.map(outgoing), from: undefined, arrived: new Map() })
  }

  #keep(replica: Replica): void {
    this.replica = replica
    this.archive.keep(replica)
  }

  #writeDown(event: SignedEvent): void {
    this.disk.put(event)
    const horizon = this.replica?.controls.get(event.id)
    if (horizon) this.disk.horizons.set(event.id, horizon)
  }
}
