import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import { readEvent, type SignedEvent } from '../../../src/core/event/event.ts'
import { needsLookup } from '../../../src/core/event/graph.ts'
import { slotKeyId } from '../../../src/core/group/epoch.ts'
import { directId, type Entry } from '../../../src/core/group/founding.ts'
import type { MembershipChange } from '../../../src/core/group/changes.ts'
import type { OwnSlotKey } from '../../../src/core/group/keyring.ts'
import { foundGroup, operate, type Proposal } from '../../../src/core/group/operate.ts'
import type { Operated } from '../../../src/core/group/operated.ts'
import type { Role } from '../../../src/core/group/operation.ts'
import { rekey } from '../../../src/core/group/rekey.ts'
import { receive, type Received } from '../../../src/core/group/receive.ts'
import type { Horizon } from '../../../src/core/group/history.ts'
import {
  emptyReplica,
  missingControls,
  withFewControls,
  withStoredControls,
  type Replica,
} from '../../../src/core/group/replica.ts'
import { contentIn } from '../../../src/core/group/sealed.ts'
import { signWritten, type Pen, type Written } from '../../../src/core/group/pen.ts'
import { complain, found, join, write } from '../../../src/core/group/write.ts'
import { certify, personOf, type Certificate } from '../../../src/core/identity/certificate.ts'
import { encodeContent, readContent, type Content } from '../../../src/core/timeline/content.ts'
import { createDice } from '../deterministic-crypto.ts'

/** When the stories begin: a Monday in 2026. */
export const START = Date.UTC(2026, 5, 1, 9)

export type Person = { readonly name: string; readonly rootSeed: Uint8Array; readonly person: Hex }

/** One device with its keys, and its copy of one conversation: what the peer's shell does around the core, and no more. */
export class Device {
  readonly name: string
  readonly crypto: Crypto
  readonly certificate: Certificate
  readonly deviceSeed: Uint8Array
  readonly cardKey: OwnSlotKey
  readonly cardSlotKey: Uint8Array
  readonly random: (bytes: number) => Uint8Array
  readonly held = new Map<Hex, SignedEvent>()
  /** Everything it ever wrote. */
  readonly wrote: SignedEvent[] = []
  /** Each text it could open, as often as it opened. */
  readonly opened: string[] = []
  /** What it saw of who came and went. */
  readonly changes: MembershipChange[] = []
  now = START
  replica: Replica
  readonly #operated: Operated[] = []
  readonly #horizons = new Map<Hex, Horizon>()

  constructor(
    keys: Pick<Device, 'name' | 'crypto' | 'certificate' | 'deviceSeed' | 'cardKey' | 'cardSlotKey' | 'random'>,
  ) {
    this.name = keys.name
    this.crypto = keys.crypto
    this.certificate = keys.certificate
    this.deviceSeed = keys.deviceSeed
    this.cardKey = keys.cardKey
    this.cardSlotKey = keys.cardSlotKey
    this.random = keys.random
    this.replica = emptyReplica('', this.me)
  }

  get me(): Replica['me'] {
    return { device: this.certificate[1], person: personOf(this.certificate) }
  }

  get id(): Hex {
    return this.me.device
  }

  get entry(): Entry {
    return { certificate: this.certificate, slotKey: this.cardSlotKey }
  }

  get pen(): Pen {
    const { crypto, deviceSeed, certificate, now, random } = this
    return { crypto, deviceSeed, certificate, now, random }
  }

  /** Opens a conversation with another person, as yet without any event. */
  meets(other: Device): this {
    this.replica = emptyReplica(directId(this.me.person, other.me.person), this.me)
    return this
  }

  async founds(other: Device): Promise<readonly SignedEvent[]> {
    return this.#take(await found(this.pen, this.replica, other.entry))
  }

  async joins(): Promise<readonly SignedEvent[]> {
    return this.#take(await join(this.pen, this.replica))
  }

  async complains(epoch: Hex): Promise<readonly SignedEvent[]> {
    return this.#take(await complain(this.pen, this.replica, epoch))
  }

  /** Founds a group of which it is the only one in. */
  async foundsGroup(title = 'Trip'): Promise<readonly SignedEvent[]> {
    return this.#take(await foundGroup(this.pen, title))
  }

  /** Looks at a conversation of others, as yet without any event. */
  watches(other: Device): this {
    this.replica = emptyReplica(other.replica.conversation, this.me)
    return this
  }

  /** What it wrote for that: the operations and, where the members changed, an epoch. Throws what was refused. */
  async operates(...proposals: readonly Proposal[]): Promise<readonly SignedEvent[]> {
    const written = await operate(this.pen, this.replica, proposals)
    if (!written.ok) throw new Error(written.refusal.kind)
    this.changes.push(...written.value.operated.flatMap(({ changes }) => changes))
    return this.#take(written.value)
  }

  /** Why it may not do that; undefined when it may. */
  async refusal(proposal: Proposal): Promise<string | undefined> {
    const written = await operate(this.pen, this.replica, [proposal])
    return written.ok ? undefined : written.refusal.kind
  }

  adds(...devices: readonly Device[]): Promise<readonly SignedEvent[]> {
    return this.operates(addition(devices))
  }

  removes(other: Device): Promise<readonly SignedEvent[]> {
    return this.operates({ kind: 'remove', person: other.me.person })
  }

  async rekeys(): Promise<readonly SignedEvent[]> {
    const written = await rekey(this.pen, this.replica)
    if (!written.ok) throw new Error(written.refusal.kind)
    return this.#take(written.value)
  }

  async says(text: string): Promise<readonly SignedEvent[]> {
    return this.writes({ kind: 'text', text, reply: null }, true)
  }

  /** A read marker: sealed, but no turn of the talk. */
  async marks(): Promise<readonly SignedEvent[]> {
    return this.writes({ kind: 'read', upTo: [] }, false)
  }

  async writes(content: Content, speech: boolean): Promise<readonly SignedEvent[]> {
    const written = await write(this.pen, this.replica, { content: encodeContent(content), speech })
    if (!written.ok) throw new Error(written.refusal.kind)
    return this.#take(written.value)
  }

  /** What became of each event, in a few words. `from`: who passed them on; nobody but their author when absent. */
  async hears(events: readonly SignedEvent[], from?: Device): Promise<readonly string[]> {
    const outcomes: string[] = []
    for (const event of events) outcomes.push(await this.#hear(event, from))
    return outcomes
  }

  /** What came of the operations among these events. */
  async hearsOf(events: readonly SignedEvent[]): Promise<readonly Operated[]> {
    const from = this.#operated.length
    await this.hears(events)
    return this.#operated.slice(from)
  }

  async #hear(event: SignedEvent, from: Device | undefined): Promise<string> {
    if (this.held.has(event.id)) return 'known'
    if (missingControls(this.replica, event).length > 0)
      this.replica = await withStoredControls(this.replica, event, (id) => this.horizon(id))
    const heldId = needsLookup(this.replica.graph, event) ? 'another event' : undefined
    const person = personOf(this.replica.certificates.get(event.author) ?? this.certificate)
    const isPassedOn = from !== undefined && from.me.person !== person
    const input = { heldId, cardKeys: [this.cardKey], now: this.now, isPassedOn }
    const received = await receive(this.crypto, this.replica, event, input)
    if (!received.ok) {
      if (received.refusal.kind === 'fork') this.replica = { ...this.replica, graph: received.refusal.graph }
      return `refused: ${received.refusal.kind}`
    }
    if (received.value.kind === 'known') return 'known'
    this.#keep(received.value.replica)
    this.held.set(event.id, event)
    return this.#words(received.value.received)
  }

  #words(received: Received): string {
    switch (received.kind) {
      case 'content': {
        const text = textIn(received.plaintext)
        if (received.voided) return `voided: ${text}`
        this.opened.push(text)
        return `content: ${text}`
      }
      case 'epoch':
        if (received.opened) return 'epoch'
        return received.why === 'no-key' ? 'closed epoch' : `${received.why} epoch`
      case 'operated':
        this.changes.push(...received.changes)
        this.#operated.push(received)
        return received.operation.kind
      case 'sealed':
        return `sealed: ${received.why.kind}`
      default:
        return received.kind
    }
  }

  /** As the store answers. */
  horizon(id: Hex): Promise<Horizon | undefined> {
    return Promise.resolve(this.#horizons.get(id))
  }

  /** What control events knew goes to the store, and is looked up there when it is not one of the latest. */
  #keep(replica: Replica): void {
    for (const [id, horizon] of replica.controls) this.#horizons.set(id, horizon)
    this.replica = withFewControls(replica)
  }

  async #take(written: Written): Promise<readonly SignedEvent[]> {
    this.#keep(written.replica)
    for (const event of await signWritten(this.pen, written)) {
      // As it will be read by the others, and by this device after a restart.
      const read = readEvent(event.bytes)
      if (!read.ok) throw new Error('wrote what cannot be read')
      this.held.set(event.id, read.value.event)
      this.wrote.push(read.value.event)
    }
    return this.wrote.slice(-written.events.length)
  }
}

/** A person comes in, with all these devices of theirs. */
export const addition = (devices: readonly Device[], role: Role = 'member', invitation: Hex | null = null) =>
  ({ kind: 'add', role, invitation, entries: devices.map(({ entry }) => entry) }) as const

export const createPerson = async (crypto: Crypto, name: string): Promise<Person> => {
  const rootSeed = createDice(seedOf(`${name}'s root`))(32)
  return { name, rootSeed, person: toHex(await crypto.publicKey(rootSeed)) }
}

export const createDevice = async (crypto: Crypto, person: Person, label = 'laptop'): Promise<Device> => {
  const random = createDice(seedOf(`${person.name}'s ${label}`))
  const deviceSeed = random(32)
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed: person.rootSeed, device, now: START })
  const seed = random(32)
  const cardSlotKey = Uint8Array.from(await crypto.slotKey(seed))
  const cardKey = { id: toHex(slotKeyId(cardSlotKey)), seed, made: START }
  return new Device({ name: person.name, crypto, certificate, deviceSeed, cardKey, cardSlotKey, random })
}

/** Alice and Bob, who have not said anything yet. */
export const createPair = async (crypto: Crypto): Promise<{ readonly alice: Device; readonly bob: Device }> => {
  const alice = await createDevice(crypto, await createPerson(crypto, 'Alice'))
  const bob = await createDevice(crypto, await createPerson(crypto, 'Bob'))
  return { alice: alice.meets(bob), bob: bob.meets(alice) }
}

/** Alice and Bob after a first word of each. */
export const createTalk = async (crypto: Crypto): Promise<{ readonly alice: Device; readonly bob: Device }> => {
  const { alice, bob } = await createPair(crypto)
  await bob.hears([...(await alice.founds(bob)), ...(await alice.says('hello'))])
  await alice.hears(await bob.says('hello yourself'))
  return { alice, bob }
}

export const textIn = (plaintext: Uint8Array): string => {
  const inside = contentIn(plaintext)
  const content = inside && readContent(inside)
  return content?.kind === 'text' ? content.text : (content?.kind ?? 'nothing')
}

const seedOf = (words: string): number => [...words].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)
