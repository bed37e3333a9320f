import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import { openCard, type Card, type Listing } from '../core/identity/card.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import { lookOf, parseName } from '../core/identity/name.ts'
import type { Change, Store, StoreRefusal } from '../store/port.ts'
import type { Standing, StatusView } from '../view/view.ts'
import type { Kept } from './conversation.ts'
import { Findings } from './findings.ts'
import { fraction } from './dice.ts'
import { openNetwork } from './network/network.ts'
import type { Changed, Network, Scheduler } from './network/port.ts'
import type { PeerOptions } from './options.ts'
import { loadOutgoing } from './outgoing.ts'
import { People } from './people.ts'
import type { Room } from './room.ts'
import { Rooms } from './rooms.ts'
import { Screens } from './screens.ts'
import { CARD_KEY_MILLIS, ownCard, selfChanges, withFreshCardKey, type Self } from './self.ts'
import type { LinkSession } from './session.ts'
import { Sessions, type SessionsPorts } from './sessions.ts'
import { loadSettings, type Settings } from './settings.ts'

type Loaded = { readonly people: People; readonly settings: Settings; readonly rooms: Rooms }

/** The shell around the core: it connects store, network and screens, and decides as little as it can. */
export class RunningPeer {
  readonly people: People
  readonly network: Network
  readonly sessions: Sessions
  readonly rooms: Rooms
  readonly screens: Screens
  settings: Settings
  self: Self
  readonly #options: PeerOptions
  readonly #findings: Findings
  #card: { readonly card: Uint8Array; readonly listing: Uint8Array } | undefined
  #storeFailure: StatusView['storeFailure']
  #closed = false
  #cancelRotation = (): void => undefined

  private constructor(options: PeerOptions, loaded: Loaded) {
    this.#options = options
    this.self = options.self
    const { people, settings, rooms } = loaded
    this.people = people
    this.settings = settings
    this.rooms = rooms
    const { endpoint, scheduler, random, store, about } = options
    const admits = (device: Hex): boolean => this.standingOf(people.personOf(device)) !== 'blocked'
    this.network = openNetwork({ endpoint, scheduler, random: () => fraction(random(4)), admits })
    this.sessions = new Sessions(this.#sessionsPorts())
    this.#findings = new Findings({
      crypto: options.crypto,
      people,
      me: this.me,
      standingOf: (person) => this.standingOf(person),
      onMet: (listing) => this.#met(listing),
      onChanged: (person) => {
        if (people.foundBy(person).size > 0 && this.standingOf(person) === 'accepted') this.reachFor(person)
        this.screens.tellPerson(person)
      },
    })
    this.screens = new Screens({
      store,
      people,
      rooms,
      about,
      network: this.network,
      sessions: this.sessions,
      self: () => this.self,
      settings: () => this.settings,
      storeFailure: () => this.#storeFailure,
      now: () => scheduler.now(),
    })
    this.network.onLink((link) => (admits(link.device) ? void this.sessions.run(link) : link.close()))
    this.network.onSeen((seen) => void this.#findings.seen(seen))
    this.network.onGone(({ device, by }) => this.#findings.gone(device, by))
    this.network.onChange((what) => this.#networkChanged(what))
  }

  static async open(options: PeerOptions): Promise<RunningPeer> {
    const { store, crypto, self, scheduler } = options
    const people = await People.load(store)
    const rooms = await Rooms.load(store, {
      store,
      crypto,
      me: { device: self.device, person: self.person },
      // None of these is called before something is said or received, and by then the peer is there.
      pen: () => ({ ...options, ...peer.self, now: scheduler.now() }),
      cardKeys: () => peer.self.cardKeys,
      entryOf: (person) => people.entryOf(person),
      standingOf: (person) => peer.standingOf(person),
      onKept: (room, kept) => peer.#kept(room, kept),
      onStored: (refusal) => peer.#noteStore(refusal),
      after: (millis, run) => scheduler.after(millis, run),
    })
    const peer: RunningPeer = new RunningPeer(options, { people, rooms, settings: await loadSettings(store) })
    for (const { id, standing } of people.all()) if (standing === 'accepted') peer.reachFor(id)
    // To speak to somebody is to accept them, also where nothing more than what was said could be written down.
    for (const room of rooms.shown())
      if (room.conversation.replica.joined && peer.standingOf(room.person) === 'new') peer.reachFor(room.person)
    await peer.appear()
    return peer
  }

  get store(): Store {
    return this.#options.store
  }

  get scheduler(): Scheduler {
    return this.#options.scheduler
  }

  get me(): Hex {
    return this.self.person
  }

  standingOf(person: Hex | undefined): Standing {
    return (person === undefined ? undefined : this.people.person(person)?.standing) ?? 'new'
  }

  /** Writes changes of the peer's own, outside of any conversation. */
  async keep(changes: readonly Change[]): Promise<Result<null, StoreRefusal>> {
    const kept = await this.store.commit(changes)
    this.#noteStore(kept.ok ? undefined : kept.refusal)
    return kept
  }

  /** Tells the network and every linked device who this is now: at the start, and after a rename or a new card key. */
  async appear(): Promise<void> {
    const fresh = await withFreshCardKey(this.self, { ...this.#options, now: this.scheduler.now() })
    if (fresh !== this.self && (await this.keep(selfChanges(fresh))).ok) this.self = fresh
    this.people.ownLook = this.self.name === undefined ? undefined : lookOf(this.self.name)
    this.#card = await ownCard(this.#options.crypto, this.self)
    const { seenOnServer, seenNearby, server } = this.settings
    if (this.#card) this.network.announce({ ...this.#card, visible: seenOnServer })
    this.network.useServer(this.#card ? server : undefined)
    this.network.setNearby(this.#card !== undefined && seenNearby)
    if (this.#card) this.sessions.renew(this.#card.card)
    this.#cancelRotation()
    // Conversations in which nothing happens have keys that grow old, too.
    for (const room of this.rooms.shown()) void room.conversation.wipe()
    this.#cancelRotation = this.scheduler.after(CARD_KEY_MILLIS, () => void this.appear())
    this.screens.tellStatus()
    this.screens.tellOwnName()
  }

  /** Keeps trying to be linked with every device of this person. */
  reachFor(person: Hex): void {
    for (const device of this.people.devicesOf(person)) this.network.want(device.id, device.addresses)
  }

  /** Stops reaching for a person, and hangs up. */
  leave(person: Hex): void {
    for (const device of this.people.devicesOf(person)) {
      this.network.release(device.id)
      this.sessions.hangUp(device.id)
    }
  }

  /** Begins anew with whoever sent more than was taken in: on a new link they send what is missing. */
  askAgain(person: Hex): void {
    for (const session of this.sessionsWith(person)) if (session.hasTurnedAway) session.link.close()
  }

  sessionsWith(person: Hex): readonly LinkSession[] {
    return this.people.devicesOf(person).flatMap((device) => this.sessions.with(device.id) ?? [])
  }

  /** Asks the server for the card of somebody who was only listed so far, so that a first message can be sealed. */
  async fetchCard(person: Hex): Promise<void> {
    const { crypto } = this.#options
    for (const device of this.people.devicesOf(person)) {
      const bytes = await this.network.card(device.id)
      const card = bytes && (await openCard(crypto, bytes))
      if (card?.ok && personOf(card.value.certificate) === person) await this.#met(card.value)
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelRotation()
    this.network.close()
    await this.rooms.settled()
  }

  #sessionsPorts(): SessionsPorts {
    const { store, crypto, scheduler, random, self } = this.#options
    return {
      crypto,
      scheduler,
      random,
      device: self.device,
      card: () => this.#card?.card,
      admits: ({ certificate: [person] }) => person !== this.me && this.standingOf(person) !== 'blocked',
      onCurrent: (session, card) => void this.#welcome(session, card),
      onParted: (device) => void this.#parted(device),
      onRenewed: (card) => void this.#met(card),
      onEvents: (from, conversation, events) => this.#receive(from, conversation, events),
      onLearnt: (from, conversation, vector) => void this.rooms.get(conversation)?.conversation.learnt(from, vector),
      onTyping: (from, conversation) => this.#typing(from, conversation),
      load: (conversation, wants) => loadOutgoing(store, conversation, wants),
    }
  }

  /** Shows when the disk begins or ends to refuse. */
  #noteStore(refusal: StoreRefusal | undefined): void {
    if (refusal === undefined && this.#storeFailure === undefined) return
    this.#storeFailure =
      refusal && (refusal.kind === 'full' ? { kind: 'full', detail: '' } : { kind: 'other', detail: refusal.detail })
    this.screens.tellStatus()
    // Who was met while the disk refused is known in memory alone.
    if (refusal === undefined) void this.keep(this.people.everything())
  }

  /** A batch is on disk: tell the links, then the screens. */
  #kept(room: Room, kept: Kept): void {
    for (const session of this.sessionsWith(room.person)) {
      const fromThem = kept.arrivals.get(session.link.device) ?? NOTHING
      session.grew(room.conversation.id, kept.vector, kept.fresh, fromThem)
    }
    room.note(kept.lines)
    for (const { person, name, at } of kept.meanings) void this.#renamed(person, name, at)
    void this.screens.tellKept(room, kept)
  }

  async #renamed(person: Hex, name: string, at: number): Promise<void> {
    const parsed = parseName(name)
    if (!parsed.ok || person === this.me) return
    const changes = this.people.rename(person, parsed.value, at)
    if (changes.length > 0) await this.keep(changes)
    this.screens.tellPerson(person)
  }

  async #welcome(session: LinkSession, card: Card): Promise<void> {
    const person = personOf(card.certificate)
    await this.#met(card)
    // Written down now: when this process is killed, nobody writes it at the end.
    await this.#keepSeen(session.link.device)
    const { conversation } = await this.rooms.with(person)
    session.share(conversation.id, conversation.vector)
    // For a session that is current again: what happened while another was.
    session.grew(conversation.id, conversation.vector, [], NOTHING)
    if (this.standingOf(person) === 'accepted') {
      this.reachFor(person)
      void conversation.join()
    }
    this.screens.tellPerson(person)
  }

  /** Learns from a verified card or listing. */
  async #met(said: Listing | Card): Promise<void> {
    const person = personOf(said.certificate)
    if (person === this.me) return
    const forgotten = this.people.forgetStrangers((each) => each === person || this.screens.isShown(each))
    const changes = [...this.people.meet(said), ...forgotten]
    this.#findings.identified(deviceOf(said.certificate), person)
    if (changes.length > 0) await this.keep(changes)
    this.screens.tellPerson(person)
  }

  async #parted(device: Hex): Promise<void> {
    const person = this.people.personOf(device)
    if (person === undefined) return
    await this.#keepSeen(device)
    // What came at last may be what makes the conversation more than a link.
    await this.rooms.of(person)?.conversation.settled()
    if (this.sessionsWith(person).length === 0) this.rooms.forgetBare(person)
    this.screens.tellPerson(person)
  }

  /** Keeps where a device answered, and when it was last here. */
  async #keepSeen(device: Hex): Promise<void> {
    await this.keep(this.people.saw(device, { addresses: this.network.remembered(device), at: this.scheduler.now() }))
  }

  async #receive(from: Hex, conversation: Hex, events: readonly Uint8Array[]): Promise<number | 'not-kept'> {
    const received = await this.rooms.get(conversation)?.conversation.receive(from, events)
    return received?.ok === false ? 'not-kept' : (received?.value ?? 0)
  }

  #typing(from: Hex, conversation: Hex): void {
    const room = this.rooms.get(conversation)
    if (room && this.people.personOf(from) === room.person) this.screens.tellTyping(room)
  }

  #networkChanged(what: Changed): void {
    if (!('device' in what)) return this.screens.tellStatus()
    const person = this.people.personOf(what.device)
    if (person !== undefined) this.screens.tellPerson(person)
  }
}

const NOTHING: ReadonlyMap<Hex, number> = new Map()
