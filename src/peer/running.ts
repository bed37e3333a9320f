import type { Hex } from '../core/bytes/hex.ts'
import { unreachable, type Result } from '../core/bytes/result.ts'
import type { Card } from '../core/identity/card.ts'
import { personOf } from '../core/identity/certificate.ts'
import { lookOf } from '../core/identity/name.ts'
import { encodeLine } from '../core/timeline/line.ts'
import type { Change, Store, StoreRefusal } from '../store/port.ts'
import type { Standing, StatusView } from '../view/view.ts'
import { Acquaintances } from './acquaintances.ts'
import { Appearance } from './appearance.ts'
import type { Kept } from './batches.ts'
import { fraction } from './dice.ts'
import type { Meaning } from './draft.ts'
import type { Groups } from './groups/port.ts'
import type { Invitations } from './invitations/port.ts'
import type { Mailing } from './mailing-port.ts'
import { openNetwork } from './network/network.ts'
import type { Changed, Network, Scheduler } from './network/port.ts'
import type { PeerOptions } from './options.ts'
import { loadOutgoing } from './outgoing.ts'
import { People } from './people.ts'
import type { Room } from './room.ts'
import { Rooms } from './rooms.ts'
import { Screens } from './screens.ts'
import { NOTHING_SEALED, type Sealing } from './sealing.ts'
import type { Self } from './self.ts'
import type { LinkSession } from './session.ts'
import { Sessions, type SessionsPorts } from './sessions.ts'
import { loadSettings, type Settings } from './settings.ts'
import { Sharing } from './sharing.ts'

/** What else takes part in the life of a peer. */
export type Companions = {
  readonly invitations: Invitations
  readonly groups: Groups
  readonly mailing: Mailing
}

type Loaded = { readonly people: People; readonly settings: Settings; readonly rooms: Rooms }

/** The shell around the core: it connects store, network and screens, and decides as little as it can. */
export class RunningPeer {
  readonly people: People
  readonly network: Network
  readonly sessions: Sessions
  readonly rooms: Rooms
  readonly screens: Screens
  readonly sharing: Sharing
  readonly acquaintances: Acquaintances
  readonly appearance: Appearance
  settings: Settings
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
    const now = () => scheduler.now()
    const standingOf = (person: Hex) => this.standingOf(person)
    const admits = (device: Hex): boolean => this.standingOf(people.personOf(device)) !== 'blocked'
    const network = openNetwork({ endpoint, scheduler, random: () => fraction(random(4)), crypto, admits })
    this.network = network
    this.appearance = new Appearance(self, {
      ...{ crypto, random, scheduler, network, keep },
      settings: () => this.settings,
      onAppeared: (card) => this.#appeared(card),
    })
    this.sessions = new Sessions(this.#sessionsPorts())
    this.sharing = new Sharing({ device: self.device, people, rooms, sessions: this.sessions, network, standingOf })
    this.acquaintances = new Acquaintances({
      ...{ me: self.person, crypto, people, network, now, keep, standingOf },
      isNeeded: (person) => this.screens.isShown(person),
      onChanged: (person) => this.screens.tellPerson(person),
      onDevice: (person, device) => this.#noteDevice(person, device),
    })
    this.screens = new Screens({
      ...{ store, people, rooms, about, network, now },
      sessions: this.sessions,
      self: () => this.self,
      settings: () => this.settings,
      storeFailure: () => this.#storeFailure,
      sealing: () => this.sealing,
      invitations: () => this.#companions?.invitations,
    })
    network.onLink((link) => (admits(link.device) ? void this.sessions.run(link) : link.close()))
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
    const kept = await this.store.commit(changes)
    this.#noteStore(kept.ok ? undefined : kept.refusal)
    return kept
  }

  appear(): Promise<void> {
    return this.appearance.appear()
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

  /** A device was let into a group, and lacks everything that was before it. */
  bring(conversation: Hex, device: Hex): void {
    this.#companions?.mailing.bring(conversation, device)
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
    await this.rooms.settled()
  }

  #sessionsPorts(): SessionsPorts {
    const { store, crypto, scheduler, random, self } = this.#options
    return {
      crypto,
      scheduler,
      random,
      device: self.device,
      card: () => this.appearance.card,
      admits: ({ certificate: [person] }) => person !== this.me && this.standingOf(person) !== 'blocked',
      onCurrent: (session, card) => void this.#welcome(session, card),
      onParted: (device) => void this.#parted(device),
      onRenewed: (card) => void this.acquaintances.met(card),
      onEvents: (from, conversation, events) => this.#receive(from, conversation, events),
      onLearnt: (from, conversation, vector) => void this.rooms.get(conversation)?.conversation.learnt(from, vector),
      onTyping: (from, conversation) => this.#typing(from, conversation),
      onAsked: (session, conversation) => this.sharing.asked(session, conversation),
      onSaid: (card, said) => this.#companions?.invitations.heard(card, said),
      load: (conversation, wants) => loadOutgoing(store, conversation, wants),
    }
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
    room.note(kept.lines)
    for (const meaning of kept.meanings) this.#understand(room, meaning)
    if (room.introduced) this.#companions?.groups.kept(room, kept)
    if (room.introduced && kept.isRegrouped) this.#companions?.invitations.groupChanged(room.conversation.id)
    void this.screens.tellKept(room, kept)
  }

  #understand(room: Room, meaning: Meaning): void {
    switch (meaning.kind) {
      case 'renamed':
        return void this.acquaintances.renamed(meaning.person, meaning.name, meaning.at)
      case 'device':
        return void this.acquaintances.hasDevice(meaning.person, meaning.device)
      case 'introduced':
        return void this.#companions?.groups.introduced(meaning.by, meaning.introduction)
      case 'history':
        return void this.#companions?.groups.told(meaning.conversation)
      case 'invitation':
        this.#companions?.groups.invited(meaning)
        return this.#companions?.invitations.groupChanged(room.conversation.id)
      default:
        unreachable(meaning)
    }
  }

  /** Shows where they talk that somebody whom I verified speaks from a device that I never saw. */
  async #noteDevice(person: Hex, device: Hex): Promise<void> {
    const { conversation } = await this.rooms.with(person)
    const line = { id: `device/${device}`, conversation: conversation.id, time: this.scheduler.now(), author: device, seq: 0 }
    await conversation.note({ ...line, counts: false, bytes: encodeLine({ kind: 'device', person }) })
    this.screens.tellPerson(person)
  }

  async #welcome(session: LinkSession, card: Card): Promise<void> {
    const person = personOf(card.certificate)
    await this.acquaintances.met(card)
    // Written down now: when this process is killed, nobody writes it at the end.
    await this.acquaintances.keepSeen(session.link.device)
    const room = await this.rooms.with(person)
    this.sharing.welcome(session, room)
    if (this.standingOf(person) === 'accepted') {
      this.acquaintances.reachFor(person)
      void room.conversation.join()
    }
    this.sharing.linksChanged(session.link.device)
    this.#companions?.invitations.linked(card)
    this.screens.tellPerson(person)
  }

  async #parted(device: Hex): Promise<void> {
    const person = this.people.personOf(device)
    if (person === undefined) return
    await this.acquaintances.keepSeen(device)
    // What came at last may be what makes the conversation more than a link.
    await this.rooms.of(person)?.conversation.settled()
    if (this.sharing.sessionsWith(person).length === 0) this.rooms.forgetBare(person)
    this.sharing.linksChanged(device)
    this.screens.tellPerson(person)
  }

  async #receive(from: Hex, conversation: Hex, events: readonly Uint8Array[]): Promise<number | 'not-kept'> {
    const received = await this.rooms.get(conversation)?.conversation.receive(from, events)
    return received?.ok === false ? 'not-kept' : (received?.value.refused ?? 0)
  }

  #typing(from: Hex, conversation: Hex): void {
    const room = this.rooms.get(conversation)
    const person = this.people.personOf(from)
    if (person !== undefined && room?.people.includes(person)) this.screens.tellTyping(room, person)
  }

  #networkChanged(what: Changed): void {
    if ('server' in what) this.#companions?.mailing.serverChanged()
    if ('server' in what) this.#companions?.invitations.serverChanged()
    if (!('device' in what)) return this.screens.tellStatus()
    const person = this.people.personOf(what.device)
    if (person !== undefined) this.screens.tellPerson(person)
  }
}
