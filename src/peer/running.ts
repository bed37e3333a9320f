import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import { lookOf } from '../core/identity/name.ts'
import type { ServerAddress } from '../core/reach/server-address.ts'
import type { Change, Store, StoreRefusal } from '../store/port.ts'
import type { Standing, StatusView } from '../view/view.ts'
import { Acquaintances } from './acquaintances.ts'
import { Appearance } from './appearance.ts'
import type { Kept } from './batches.ts'
import { understand, type Companions } from './companions.ts'
import { fraction } from './dice.ts'
import { becomeFamiliar, isFamiliar } from './familiar.ts'
import { Encounters } from './encounters.ts'
import { openNetwork } from './network/network.ts'
import { noteDevice } from './new-device.ts'
import type { Changed, Network, Scheduler } from './network/port.ts'
import type { PeerOptions } from './options.ts'
import { People } from './people.ts'
import type { Room } from './room.ts'
import { Rooms } from './rooms.ts'
import { Screens } from './screens.ts'
import { NOTHING_SEALED, type Sealing } from './sealing.ts'
import type { Self } from './self.ts'
import type { Sessions } from './sessions.ts'
import { chooseServers, loadSettings, serversChange, type Settings } from './settings.ts'
import type { Sharing } from './sharing.ts'

type Loaded = { readonly people: People; readonly settings: Settings; readonly rooms: Rooms }

/** The shell around the core: it connects store, network and screens, and decides as little as it can. */
export class RunningPeer {
  readonly people: People
  readonly network: Network
  readonly rooms: Rooms
  readonly screens: Screens
  readonly encounters: Encounters
  readonly acquaintances: Acquaintances
  readonly appearance: Appearance
  settings: Settings
  /** Devices whose invitation was accepted here. */
  readonly invitedBy = new Set<Hex>()
  #companions: Companions | undefined
  readonly #options: PeerOptions
  #storeFailure: StatusView['storeFailure']
  #closed = false

  private constructor(options: PeerOptions, { people, settings, rooms }: Loaded) {
    this.#options = options
    this.people = people
    this.settings = settings
    this.rooms = rooms
    const { endpoint, scheduler, random, crypto, store, about, self } = options
    const keep = (changes: readonly Change[]) => this.keep(changes)
    const standingOf = (person: Hex) => this.standingOf(person)
    const admits = (device: Hex): boolean => this.standingOf(people.personOf(device)) !== 'blocked'
    const network = openNetwork({
      endpoint,
      outside: options.outside,
      scheduler,
      random: () => fraction(random(4)),
      crypto,
      admits,
      isFamiliar: (device) => isFamiliar(this, device),
    })
    network.setDirectly(settings.directly)
    this.network = network
    this.appearance = new Appearance(self, {
      crypto,
      random,
      scheduler,
      network,
      keep,
      settings: () => this.settings,
      onAppeared: (card) => this.#appeared(card),
    })
    this.encounters = new Encounters({
      options,
      people,
      rooms,
      network,
      standingOf,
      acquaintances: () => this.acquaintances,
      card: () => this.appearance.card,
      onLinked: (card) => this.#companions?.invitations.linked(card),
      onChanged: (person) => this.screens.tellPerson(person),
      onTyping: (room, person) => this.screens.tellTyping(room, person),
      onSaid: (card, said) => this.#companions?.invitations.heard(card, said),
    })
    this.acquaintances = new Acquaintances({
      me: self.person,
      crypto,
      people,
      network,
      scheduler,
      keep,
      standingOf,
      isNeeded: (person) => this.screens.isShown(person),
      isMember: (device) => rooms.hasDevice(device),
      onChanged: (person) => this.screens.tellPerson(person),
      onDevice: (person, device) => noteDevice(this, person, device),
    })
    this.screens = new Screens({
      store,
      people,
      rooms,
      about,
      network,
      now: () => scheduler.now(),
      sessions: this.encounters.sessions,
      self: () => this.self,
      settings: () => this.settings,
      storeFailure: () => this.#storeFailure,
      sealing: () => this.sealing,
      invitations: () => this.#companions?.invitations,
    })
    network.onLink((link) => (admits(link.device) ? this.encounters.run(link) : link.close()))
    network.onChange((what) => this.#networkChanged(what))
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
      now: () => scheduler.now(),
      isComing: (room) => peer.sharing.isComing(room),
      isAwaited: (group) => peer.#companions?.invitations.isAwaited(group) === true,
      after: (millis, run) => scheduler.after(millis, run),
    })
    const peer: RunningPeer = new RunningPeer(options, { people, rooms, settings: await loadSettings(store) })
    return peer
  }

  /** Goes to look for the others. */
  async begin(companions: Companions): Promise<void> {
    this.#companions = companions
    for (const { id, standing } of this.people.all()) if (standing === 'accepted') this.acquaintances.reachFor(id)
    // To speak to somebody is to accept them, also where nothing more than what was said could be written down.
    for (const room of this.rooms.shown())
      if (room.person !== undefined && room.takesPart && this.standingOf(room.person) === 'new')
        this.acquaintances.reachFor(room.person)
    await this.appear()
    await companions.groups.begin()
    companions.mailing.begin()
    for (const { conversation } of this.rooms.groups()) companions.invitations.groupChanged(conversation.id)
  }

  get sessions(): Sessions {
    return this.encounters.sessions
  }

  get sharing(): Sharing {
    return this.encounters.sharing
  }

  get store(): Store {
    return this.#options.store
  }

  get scheduler(): Scheduler {
    return this.#options.scheduler
  }

  get self(): Self {
    return this.appearance.self
  }

  get me(): Hex {
    return this.self.person
  }

  get closed(): boolean {
    return this.#closed
  }

  standingOf(person: Hex | undefined): Standing {
    return (person === undefined ? undefined : this.people.person(person)?.standing) ?? 'new'
  }

  /** Writes changes of the peer's own, outside of any conversation. */
  async keep(changes: readonly Change[]): Promise<Result<null, StoreRefusal>> {
    const kept = await this.store.commit([...this.acquaintances.unwritten.take(), ...changes])
    this.#noteStore(kept.ok ? undefined : kept.refusal)
    return kept
  }

  appear(): Promise<void> {
    return this.appearance.appear()
  }

  /** From now on these are the servers to use. */
  async useServers(addresses: readonly ServerAddress[]): Promise<Result<null, StoreRefusal>> {
    const servers = chooseServers(this.settings.servers, addresses, this.scheduler.now())
    const kept = await this.keep([serversChange(servers)])
    if (!kept.ok) return kept
    this.settings = { ...this.settings, servers }
    await this.appear()
    return kept
  }

  /** Stops reaching for a person, and hangs up. */
  leave(person: Hex): void {
    for (const device of this.people.devicesOf(person)) {
      this.network.release(device.id)
      this.sessions.hangUp(device.id)
    }
  }

  /** Where messages lie for who is away. */
  get sealing(): Sealing {
    return this.#companions?.mailing ?? NOTHING_SEALED
  }

  /** What was decided about a conversation has changed: what was left for it may be wanted now, or no longer. */
  decided(room: Room): void {
    this.#companions?.mailing.decided(room.conversation.id)
  }

  /** Nothing of a conversation is here any more. */
  forgot(room: Room): void {
    const { id } = room.conversation
    if (!room.founded) this.#companions?.mailing.forget(id)
    this.#companions?.invitations.groupForgotten(id)
    this.screens.tellForgotten(id)
  }

  /** Something for an invitation lies on a server now. */
  invitationPlaced(): void {
    this.#companions?.invitations.placed()
  }

  /** Begins anew with whoever sent more than was taken in: on a new link they send what is missing. */
  askAgain(person: Hex): void {
    for (const session of this.sharing.sessionsWith(person)) if (session.hasTurnedAway) session.link.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.appearance.close()
    this.#companions?.invitations.close()
    this.#companions?.mailing.close()
    this.network.close()
    await this.acquaintances.unwritten.close()
    await this.rooms.settled()
  }

  #appeared(card: Uint8Array | undefined): void {
    const { name } = this.self
    this.people.ownLook = name === undefined ? undefined : lookOf(name)
    if (card) this.sessions.renew(card)
    // Conversations in which nothing happens have keys that grow old, too.
    for (const room of this.rooms.shown()) void room.conversation.wipe()
    this.screens.tellStatus()
    this.screens.tellOwnName()
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
    this.sharing.grew(room, kept)
    if (room.shown) this.#companions?.mailing.kept(room, kept)
    const noted = room.note(kept, this.scheduler.now())
    if (noted.length > 0) void this.keep(noted)
    if (room.takesPart) becomeFamiliar(this, room)
    const told = { acquaintances: this.acquaintances, companions: this.#companions }
    for (const meaning of kept.meanings) understand(meaning, room, told)
    if (room.introduced) this.#companions?.groups.kept(room, kept)
    if (room.introduced && kept.isRegrouped) this.#companions?.invitations.groupChanged(room.conversation.id)
    void this.screens.tellKept(room, kept)
  }

  #networkChanged(what: Changed): void {
    this.rooms.hearing.stir()
    if ('server' in what) this.#companions?.mailing.serverChanged()
    if ('server' in what) this.#companions?.invitations.serverChanged()
    if ('network' in what) for (const { link } of this.sessions.all()) this.encounters.place(link.device)
    if (!('device' in what)) return this.screens.tellStatus()
    this.encounters.place(what.device)
    const person = this.people.personOf(what.device)
    if (person !== undefined) this.screens.tellPerson(person)
  }
}
