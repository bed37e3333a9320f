import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { directId } from '../core/group/founding.ts'
import { peopleIn } from '../core/group/replica.ts'
import { openListing, type Card } from '../core/identity/card.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import { lookOf, parseName } from '../core/identity/name.ts'
import { tagOf } from '../core/identity/tag.ts'
import type { Endpoint, Link } from '../link/port.ts'
import type { Change, Store, StoreRefusal } from '../store/port.ts'
import type { Calls } from '../view/calls.ts'
import type { ConversationView, Path, PersonView, Presence, StatusView, Update } from '../view/view.ts'
import { createCalls } from './calls.ts'
import { Conversation, type Kept } from './conversation.ts'
import { viewLines } from './line-view.ts'
import type { Network, Scheduler, Seen } from './network/port.ts'
import { openNetwork } from './network/network.ts'
import { loadOutgoing } from './outgoing.ts'
import { People } from './people.ts'
import { Room } from './room.ts'
import { ownCard, selfChanges, withFreshCardKey, CARD_KEY_MILLIS, type Self } from './self.ts'
import { LinkSession } from './session.ts'
import { loadSettings, type Settings } from './settings.ts'
import { Updates } from './updates.ts'

export type PeerOptions = {
  readonly store: Store
  readonly endpoint: Endpoint
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly random: (bytes: number) => Uint8Array
  /** From `openSelf`; the endpoint runs under its device key. */
  readonly self: Self
  readonly about: Pick<StatusView, 'version' | 'profile' | 'folder' | 'suggestedName'>
}

export type Peer = { readonly calls: Calls; close(): Promise<void> }

/** Events of each author that are taken in while a conversation is only a request. */
export const REQUEST_EVENTS_MAX = 64
/** Requests that may wait at one time; further strangers are not taken in. */
export const REQUESTS_MAX = 200

/** Opens everything that the store holds, and goes to look for the others. */
export const openPeer = async (options: PeerOptions): Promise<Peer> => {
  const peer = await RunningPeer.open(options)
  return { calls: createCalls(peer), close: () => peer.close() }
}

/** The shell around the core: it connects store, network and screens, and decides as little as it can. */
export class RunningPeer {
  readonly store: Store
  readonly network: Network
  readonly scheduler: Scheduler
  readonly people: People
  readonly updates = new Updates()
  settings: Settings
  self: Self
  readonly #options: PeerOptions
  readonly #rooms = new Map<Hex, Room>()
  /** The newest greeted session of each device. */
  readonly #sessions = new Map<Hex, LinkSession>()
  readonly #found = new Map<Hex, Set<'nearby' | 'server'>>()
  #card: { readonly card: Uint8Array; readonly listing: Uint8Array } | undefined
  #storeFailure: StatusView['storeFailure']
  #cancelRotation = (): void => undefined

  private constructor(options: PeerOptions, people: People, settings: Settings) {
    this.#options = options
    this.store = options.store
    this.scheduler = options.scheduler
    this.self = options.self
    this.people = people
    this.settings = settings
    const { endpoint, scheduler, random } = options
    this.network = openNetwork({ endpoint, scheduler, random: () => fraction(random(4)), admits: (device) => this.#admits(device) })
    this.network.onLink((link) => void this.#runSession(link))
    this.network.onSeen((seen) => void this.#seen(seen))
    this.network.onGone(({ device, by }) => this.#gone(device, by))
    this.network.onChange((what) => this.#networkChanged(what))
  }

  static async open(options: PeerOptions): Promise<RunningPeer> {
    const people = await People.load(options.store)
    const peer = new RunningPeer(options, people, await loadSettings(options.store))
    for (const { key } of await options.store.records('conversation'))
      if (key.endsWith('/graph')) await peer.#loadRoom(key.slice(0, -'/graph'.length))
    for (const person of people.all()) if (person.standing === 'accepted') peer.reachFor(person.id)
    await peer.appear()
    return peer
  }

  get crypto(): Crypto {
    return this.#options.crypto
  }

  get me(): Hex {
    return this.self.person
  }

  now(): number {
    return this.scheduler.now()
  }

  /** Writes changes of the peer's own, outside of any conversation. */
  async keep(changes: readonly Change[]): Promise<Result<null, StoreRefusal>> {
    const kept = await this.store.commit(changes)
    this.noteStore(kept.ok ? undefined : kept.refusal)
    return kept
  }

  /** Shows when the disk begins or ends to refuse. */
  noteStore(refusal: StoreRefusal | undefined): void {
    const failure: StatusView['storeFailure'] =
      refusal && (refusal.kind === 'full' ? { kind: 'full', detail: '' } : { kind: 'other', detail: refusal.detail })
    if (failure?.kind === this.#storeFailure?.kind) return
    this.#storeFailure = failure
    this.tellStatus()
  }

  /** Tells the network and every linked device who this is now: at the start, and after a rename or a new card key. */
  async appear(): Promise<void> {
    const fresh = await withFreshCardKey(this.self, { ...this.#options, now: this.now() })
    if (fresh !== this.self && (await this.keep(selfChanges(fresh))).ok) this.self = fresh
    this.people.ownLook = this.self.name === undefined ? undefined : lookOf(this.self.name)
    this.#card = await ownCard(this.#options.crypto, this.self)
    const { seenOnServer, seenNearby, server } = this.settings
    if (this.#card) this.network.announce({ ...this.#card, visible: seenOnServer })
    this.network.useServer(this.#card ? server : undefined)
    this.network.setNearby(this.#card !== undefined && seenNearby)
    if (this.#card) for (const session of this.#sessions.values()) session.renew(this.#card.card)
    this.#cancelRotation()
    this.#cancelRotation = this.scheduler.after(CARD_KEY_MILLIS, () => void this.appear())
    this.tellStatus()
  }

  rooms(): readonly Room[] {
    return [...this.#rooms.values()].filter((room) => room.shown)
  }

  room(conversation: Hex): Room | undefined {
    return this.#rooms.get(conversation)
  }

  roomOf(person: Hex): Room | undefined {
    return this.#rooms.get(directId(this.me, person))
  }

  /** The conversation with a person, made in memory when there is none. */
  async roomWith(person: Hex): Promise<Room> {
    return this.roomOf(person) ?? (await this.#loadRoom(directId(this.me, person), person))
  }

  /** Keeps trying to be linked with every device of this person. */
  reachFor(person: Hex): void {
    for (const device of this.people.devicesOf(person)) this.network.want(device.id, device.addresses)
  }

  /** Stops reaching for a person, and hangs up. */
  leave(person: Hex): void {
    for (const device of this.people.devicesOf(person)) {
      this.network.release(device.id)
      this.#sessions.get(device.id)?.link.close()
    }
  }

  sessionsWith(person: Hex): readonly LinkSession[] {
    return [...this.#sessions.values()].filter((session) => this.people.personOf(session.link.device) === person)
  }

  presence(person: Hex): Presence {
    let best: Extract<Presence, { at: 'here' }> | undefined
    for (const session of this.sessionsWith(person)) {
      const { path = session.link.path, since = this.now() } = this.network.reach(session.link.device).link ?? {}
      if (!best || RANK[path] < RANK[best.path]) best = { at: 'here', path, since }
    }
    if (best) return best
    const since = Math.max(0, ...this.people.devicesOf(person).map((device) => device.lastSeen ?? 0))
    return since > 0 ? { at: 'away', since } : { at: 'away' }
  }

  personView(person: Hex): PersonView | undefined {
    return this.people.view(person, this.presence(person))
  }

  roomView(room: Room): ConversationView {
    return room.view(this.people.person(room.person)?.standing ?? 'new', this.now())
  }

  status(): StatusView {
    const { self, settings, network } = this
    const { name, person: id, device } = self
    const { readMarkers, seenNearby, seenOnServer } = settings
    return {
      ...this.#options.about,
      ...(name !== undefined && { me: { id, device, name, tag: tagOf(id) } }),
      server: network.server(),
      nearby: network.nearby(),
      addresses: network.addresses(),
      settings: { readMarkers, seenNearby, seenOnServer },
      ...(this.#storeFailure && { storeFailure: this.#storeFailure }),
    }
  }

  snapshot(): Update {
    const people = this.people.all().flatMap(({ id }) => (this.#isShown(id) ? (this.personView(id) ?? []) : []))
    return { kind: 'snapshot', status: this.status(), people, conversations: this.rooms().map((room) => this.roomView(room)) }
  }

  tellStatus(): void {
    if (this.updates.watched) this.updates.tell({ kind: 'status', status: this.status() })
  }

  tellPerson(person: Hex): void {
    if (!this.updates.watched) return
    for (const id of [person, ...this.people.lookalikes(person)]) {
      const view = this.#isShown(id) ? this.personView(id) : undefined
      this.updates.tell(view ? { kind: 'person', person: view } : { kind: 'person-gone', person: id })
    }
  }

  tellRoom(room: Room): void {
    if (this.updates.watched && room.shown) this.updates.tell({ kind: 'conversation', conversation: this.roomView(room) })
  }

  async close(): Promise<void> {
    this.#cancelRotation()
    this.network.close()
    for (const room of this.#rooms.values()) await room.conversation.settled()
  }

  #isShown(person: Hex): boolean {
    const known = this.people.person(person)
    const isFound = this.people.foundBy(person).size > 0
    return known !== undefined && (isFound || known.standing !== 'new' || this.roomOf(person)?.shown === true)
  }

  async #loadRoom(id: Hex, withPerson?: Hex): Promise<Room> {
    const { store, crypto } = this.#options
    let room: Room | undefined
    const conversation = await Conversation.load(
      {
        store,
        crypto,
        me: { device: this.self.device, person: this.me },
        pen: () => ({ ...this.#options, ...this.self, now: this.now() }),
        cardKeys: () => this.self.cardKeys,
        entry: () => (room ? this.people.entryOf(room.person) : undefined),
        intakeMax: () => (room ? this.#intakeMax(room) : 0),
        onKept: (kept) => room && this.#kept(room, kept),
        onRefused: (refusal) => this.noteStore(refusal),
      },
      id,
    )
    const person = withPerson ?? [...peopleIn(conversation.replica)].find((each) => each !== this.me) ?? this.me
    // Two callers at once: the first one's room is the room.
    const already = this.#rooms.get(id)
    if (already) return already
    room = await Room.load(store, conversation, { person, me: this.me })
    const won = this.#rooms.get(id) ?? room
    this.#rooms.set(id, won)
    room = won
    return won
  }

  #admits(device: Hex): boolean {
    const person = this.people.personOf(device)
    return person === undefined || this.people.person(person)?.standing !== 'blocked'
  }

  #intakeMax(room: Room): number {
    const standing = this.people.person(room.person)?.standing ?? 'new'
    if (standing === 'blocked') return 0
    if (standing === 'accepted' || room.conversation.replica.joined) return Number.MAX_SAFE_INTEGER
    const requests = this.rooms().filter((each) => each.founded && !each.conversation.replica.joined).length
    return room.founded || requests < REQUESTS_MAX ? REQUEST_EVENTS_MAX : 0
  }

  /** A batch is on disk: tell the links, then the screens. */
  #kept(room: Room, kept: Kept): void {
    this.noteStore(undefined)
    const { id } = room.conversation
    for (const [device, session] of this.#sessions)
      if (this.people.personOf(device) === room.person || this.people.personOf(device) === this.me)
        session.grew(id, kept.vector, kept.fresh, kept.arrivals.get(device) ?? NOTHING)
    room.note(kept.lines)
    for (const { person, name, at } of kept.meanings) void this.#renamed(person, name, at)
    void this.#tellKept(room, kept)
  }

  async #tellKept(room: Room, kept: Kept): Promise<void> {
    if (kept.lines.some((line) => line.counts)) await room.count(this.store)
    if (!this.updates.watched) return
    const conversation = room.conversation.id
    for (const line of kept.dropped) this.updates.tell({ kind: 'line-gone', conversation, line })
    const views = await viewLines(kept.lines, { store: this.store, me: this.me, now: this.now() })
    for (const line of views) this.updates.tell({ kind: 'line', conversation, line })
    this.tellRoom(room)
    if (this.people.person(room.person)) this.tellPerson(room.person)
  }

  async #renamed(person: Hex, name: string, at: number): Promise<void> {
    const parsed = parseName(name)
    if (!parsed.ok || person === this.me) return
    const changes = this.people.rename(person, parsed.value, at)
    if (changes.length > 0) await this.keep(changes)
    this.tellPerson(person)
  }

  async #runSession(link: Link): Promise<void> {
    if (!this.#card) return link.close()
    const { crypto, random, scheduler } = this.#options
    const session = new LinkSession(link, {
      crypto,
      random,
      scheduler,
      card: this.#card.card,
      device: this.self.device,
      onGreeted: (greeted, card) => this.#greeted(greeted, card),
      onRenewed: (card) => void this.#met(card),
      onEvents: (conversation, events) => this.#receive(link.device, conversation, events),
      onLearnt: (conversation, vector) => void this.#rooms.get(conversation)?.conversation.learnt(link.device, vector),
      onTyping: (conversation) => this.#typing(conversation, link.device),
      load: (conversation, wants) => loadOutgoing(this.store, conversation, wants),
    })
    await session.run()
    if (this.#sessions.get(link.device) !== session) return
    this.#sessions.delete(link.device)
    await this.#parted(link.device)
  }

  #greeted(session: LinkSession, card: Card): boolean {
    const person = personOf(card.certificate)
    if (person === this.me || this.people.person(person)?.standing === 'blocked') return false
    this.#sessions.set(session.link.device, session)
    void this.#welcome(session, card, person)
    return true
  }

  async #welcome(session: LinkSession, card: Card, person: Hex): Promise<void> {
    await this.#met(card)
    const room = await this.roomWith(person)
    session.share(room.conversation.id, room.conversation.vector)
    if (this.people.person(person)?.standing === 'accepted') {
      this.reachFor(person)
      void room.conversation.join()
    }
    this.tellPerson(person)
  }

  async #met(said: Parameters<People['meet']>[0]): Promise<void> {
    const person = personOf(said.certificate)
    const changes = [...this.people.meet(said), ...this.people.forgetStrangers((each) => this.#isShown(each))]
    for (const by of this.#found.get(deviceOf(said.certificate)) ?? []) this.people.found(person, by)
    if (changes.length > 0) await this.keep(changes)
    this.tellPerson(person)
  }

  async #parted(device: Hex): Promise<void> {
    const person = this.people.personOf(device)
    if (person === undefined) return
    await this.keep(this.people.saw(device, { addresses: this.network.remembered(device), at: this.now() }))
    const room = this.roomOf(person)
    if (room && !room.shown && this.sessionsWith(person).length === 0) this.#rooms.delete(room.conversation.id)
    this.tellPerson(person)
  }

  async #receive(from: Hex, conversation: Hex, events: readonly Uint8Array[]): Promise<number> {
    const received = await this.#rooms.get(conversation)?.conversation.receive(from, events)
    return received?.ok ? received.value : 0
  }

  #typing(conversation: Hex, device: Hex): void {
    const person = this.people.personOf(device)
    const room = this.#rooms.get(conversation)
    if (person === undefined || !room || this.roomView(room).at !== 'open') return
    this.updates.tell({ kind: 'typing', conversation, person })
  }

  async #seen(seen: Seen): Promise<void> {
    if (seen.device === this.self.device) return
    this.#found.set(seen.device, (this.#found.get(seen.device) ?? new Set()).add(seen.by))
    if (seen.by === 'server') {
      const listing = await openListing(this.#options.crypto, seen.listing)
      if (listing.ok && deviceOf(listing.value.certificate) === seen.device) await this.#met(listing.value)
    }
    const person = this.people.personOf(seen.device)
    if (person === undefined || person === this.me) return
    this.people.found(person, seen.by)
    if (this.people.person(person)?.standing === 'accepted') this.reachFor(person)
    this.tellPerson(person)
  }

  #gone(device: Hex, by: 'nearby' | 'server'): void {
    this.#found.get(device)?.delete(by)
    if (this.#found.get(device)?.size === 0) this.#found.delete(device)
    const person = this.people.personOf(device)
    if (person === undefined) return
    this.people.gone(person, by)
    this.tellPerson(person)
  }

  #networkChanged(what: { readonly device: Hex } | { readonly server: true } | { readonly nearby: true }): void {
    if (!('device' in what)) return this.tellStatus()
    const person = this.people.personOf(what.device)
    if (person !== undefined) this.tellPerson(person)
  }
}

const RANK: Record<Path, number> = { nearby: 0, direct: 1, relayed: 2 }

const NOTHING: ReadonlyMap<Hex, number> = new Map()

const fraction = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0) / 2 ** 32

