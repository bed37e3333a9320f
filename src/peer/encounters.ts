import type { Hex } from '../core/bytes/hex.ts'
import type { Card } from '../core/identity/card.ts'
import { personOf } from '../core/identity/certificate.ts'
import type { Link } from '../link/port.ts'
import type { Standing } from '../view/view.ts'
import type { Acquaintances } from './acquaintances.ts'
import type { Network } from './network/port.ts'
import type { PeerOptions } from './options.ts'
import { loadOutgoing } from './outgoing.ts'
import type { People } from './people.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import type { LinkSession, Said } from './session.ts'
import { Sessions, type SessionsPorts } from './sessions.ts'
import { Sharing } from './sharing.ts'

/** What meeting devices needs of the peer. */
export type EncountersPorts = {
  readonly options: PeerOptions
  readonly people: People
  readonly rooms: Rooms
  readonly network: Network
  readonly acquaintances: () => Acquaintances
  readonly standingOf: (person: Hex) => Standing
  readonly card: () => Uint8Array | undefined
  /** Somebody is linked, and what is theirs is spoken of. */
  readonly onLinked: (card: Card) => void
  /** Something that is shown of them may have changed. */
  readonly onChanged: (person: Hex) => void
  readonly onTyping: (room: Room, person: Hex) => void
  readonly onSaid: (card: Card, said: Said) => void
}

/** How long what something builds on has to come by itself. */
export const ASK_MILLIS = 5_000

/** The devices that are linked now: who they are, what is said with them, and what comes from them. */
export class Encounters {
  readonly sessions: Sessions
  readonly sharing: Sharing
  readonly #ports: EncountersPorts
  /** Of which devices something is about to be asked, and of which conversation. */
  readonly #asking = new Set<string>()

  constructor(ports: EncountersPorts) {
    const { options, people, rooms, network, standingOf } = ports
    this.#ports = ports
    this.sessions = new Sessions(this.#sessionsPorts())
    const { device } = options.self
    this.sharing = new Sharing({ device, people, rooms, sessions: this.sessions, network, standingOf })
  }

  run(link: Link): void {
    void this.sessions.run(link)
  }

  /** Tells a device where this one is, if it may know: by that it finds its way back without a server. */
  place(device: Hex): void {
    const session = this.sessions.with(device)
    // What comes through a server says nothing of where it came from.
    const offer = session && session.link.path !== 'relayed' ? this.#ports.network.offerFor(device) : undefined
    if (offer) session?.place(offer)
  }

  #sessionsPorts(): SessionsPorts {
    const { options, rooms, network, card, standingOf, acquaintances, onSaid } = this.#ports
    const { store, crypto, scheduler, random, self } = options
    return {
      crypto,
      scheduler,
      random,
      device: self.device,
      card,
      admits: ({ certificate: [person] }) => person !== self.person && standingOf(person) !== 'blocked',
      onCurrent: (session, theirs) => void this.#welcome(session, theirs),
      onParted: (device) => void this.#parted(device),
      onRenewed: (theirs) => void acquaintances().met(theirs),
      onEvents: (from, conversation, events) => this.#receive(from, conversation, events),
      onLearnt: (from, conversation, vector) => void rooms.get(conversation)?.conversation.learnt(from, vector),
      onTyping: (from, conversation) => this.#typing(from, conversation),
      onAsked: (session, conversation) => this.sharing.asked(session, conversation),
      onWanted: (session, conversation, ids) => void this.sharing.wanted(session, conversation, ids),
      onSaid,
      onPlace: ({ link }, offer) => network.placed(link.device, offer),
      load: (conversation, wants) => loadOutgoing(store, conversation, wants),
    }
  }

  async #welcome(session: LinkSession, card: Card): Promise<void> {
    const { rooms, acquaintances, standingOf, onLinked, onChanged } = this.#ports
    const person = personOf(card.certificate)
    await acquaintances().met(card)
    // Written down now: when this process is killed, nobody writes it at the end.
    await acquaintances().keepSeen(session.link.device)
    const room = await rooms.with(person)
    this.sharing.welcome(session, room)
    if (standingOf(person) === 'accepted') {
      acquaintances().reachFor(person)
      void room.conversation.join()
    }
    this.sharing.linksChanged(session.link.device)
    this.place(session.link.device)
    for (const each of this.sharing.roomsOn(session))
      if (each.conversation.heldBack > 0) this.#askSoon(session.link.device, each.conversation.id)
    onLinked(card)
    onChanged(person)
  }

  async #parted(device: Hex): Promise<void> {
    const { people, rooms, acquaintances, onChanged } = this.#ports
    const person = people.personOf(device)
    if (person === undefined) return
    await acquaintances().keepSeen(device)
    // What came at last may be what makes the conversation more than a link.
    await rooms.of(person)?.conversation.settled()
    if (this.sharing.sessionsWith(person).length === 0) rooms.forgetBare(person)
    this.sharing.linksChanged(device)
    onChanged(person)
  }

  async #receive(from: Hex, conversation: Hex, events: readonly Uint8Array[]): Promise<number | 'not-kept'> {
    const received = await this.#ports.rooms.get(conversation)?.conversation.receive(from, events)
    if (received?.ok && received.value.waiting > 0) this.#askSoon(from, conversation)
    if (received?.ok && received.value.contested.length > 0)
      this.sessions.with(from)?.ask(conversation, received.value.contested)
    return received?.ok === false ? 'not-kept' : (received?.value.refused ?? 0)
  }

  /** Asks a device for what its events build on, where that does not come by itself: of a branch of a forked chain. */
  #askSoon(device: Hex, conversation: Hex): void {
    const name = `${device}/${conversation}`
    if (this.#asking.has(name)) return
    this.#asking.add(name)
    this.#ports.options.scheduler.after(ASK_MILLIS, () => {
      this.#asking.delete(name)
      const missing = this.#ports.rooms.get(conversation)?.conversation.missing ?? []
      this.sessions.with(device)?.ask(conversation, missing)
    })
  }

  #typing(from: Hex, conversation: Hex): void {
    const room = this.#ports.rooms.get(conversation)
    const person = this.#ports.people.personOf(from)
    if (person !== undefined && room?.people.includes(person)) this.#ports.onTyping(room, person)
  }
}
