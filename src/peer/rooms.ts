import type { Hex } from '../core/bytes/hex.ts'
import { directId } from '../core/group/founding.ts'
import { membersNow, membershipNow, peopleIn } from '../core/group/replica.ts'
import type { Store } from '../store/port.ts'
import type { Standing } from '../view/view.ts'
import type { Kept } from './batches.ts'
import { Conversation, type Surroundings } from './conversation.ts'
import type { Openness } from './intake.ts'
import { Hearing } from './hearing.ts'
import { HeldBackTally } from './held-back-tally.ts'
import { introducedConversations, introducedKey, readIntroduced, type Introduced } from './introduced.ts'
import { heldConversations } from './replica-records.ts'
import { Room, type Company } from './room.ts'

/** What the rooms of a peer need of it. */
export type RoomsPorts = Pick<Surroundings, 'store' | 'crypto' | 'me' | 'pen' | 'cardKeys' | 'onStored' | 'after'> & {
  readonly now: () => number
  readonly entryOf: (person: Hex) => ReturnType<Surroundings['entry']>
  readonly standingOf: (person: Hex) => Standing
  readonly onKept: (room: Room, kept: Kept) => void
  /** Whether somebody else in it is linked, or may be in a moment. */
  readonly isComing: (room: Room) => boolean
  /** Whether this person asked to be let into this group, and has no answer yet. */
  readonly isAwaited: (group: Hex) => boolean
}

/** Requests that may wait at one time; further strangers are not taken in. */
export const REQUESTS_MAX = 200

/** All conversations of a peer, by id; a direct one follows from its person. */
export class Rooms {
  /** What waits to be written in any of them. */
  readonly hearing: Hearing
  readonly #ports: RoomsPorts
  readonly #rooms = new Map<Hex, Room>()
  readonly #loading = new Map<Hex, Promise<Room>>()
  readonly #heldBackTally = new HeldBackTally()

  private constructor(ports: RoomsPorts) {
    this.#ports = ports
    this.hearing = new Hearing(ports.after)
  }

  static async load(store: Store, ports: RoomsPorts): Promise<Rooms> {
    const rooms = new Rooms(ports)
    for (const id of new Set([...(await heldConversations(store)), ...(await introducedConversations(store))]))
      await rooms.#load(id)
    return rooms
  }

  get(conversation: Hex): Room | undefined {
    return this.#rooms.get(conversation)
  }

  of(person: Hex): Room | undefined {
    return this.#rooms.get(directId(this.#ports.me.person, person))
  }

  /** The conversation with a person, made in memory when there is none. */
  async with(person: Hex): Promise<Room> {
    return this.of(person) ?? (await this.#load(directId(this.#ports.me.person, person), { kind: 'direct', person }))
  }

  /** The room of a group whose record is on disk. */
  async group(introduced: Introduced): Promise<Room> {
    const room = await this.#load(introduced.conversation, { kind: 'group', introduced })
    room.company = { kind: 'group', introduced }
    return room
  }

  /** Those that belong into the list. */
  shown(): readonly Room[] {
    return [...this.#rooms.values()].filter((room) => room.shown)
  }

  groups(): readonly Room[] {
    return [...this.#rooms.values()].filter((room) => room.introduced !== undefined)
  }

  /** What was decided about a room: about its person, or about the group. */
  standing(room: Room): Standing {
    const { company } = room
    return company.kind === 'group' ? company.introduced.standing : this.#ports.standingOf(company.person)
  }

  /** Whether somebody is in one of the groups here, or was named by one. */
  hasMember(person: Hex): boolean {
    return this.groups().some(
      ({ conversation, introduced }) =>
        introduced?.by === person ||
        introduced?.people.includes(person) === true ||
        membershipNow(conversation.replica).roles.has(person),
    )
  }

  /** Whether somebody is in one of the groups that were accepted here, or was named by one. */
  hasCompanion(person: Hex): boolean {
    return this.groups().some((room) => room.introduced?.standing === 'accepted' && room.people.includes(person))
  }

  /** Whether a device is in one of the conversations here. */
  hasDevice(device: Hex): boolean {
    return [...this.#rooms.values()].some(({ conversation }) => membersNow(conversation.replica).devices.has(device))
  }

  /** How many conversations wait for an answer. */
  requests(): number {
    return this.shown().filter(
      (room) =>
        this.standing(room) === 'new' &&
        (room.company.kind === 'group' || (room.founded && !room.conversation.replica.joined)),
    ).length
  }

  /** Lets go of a conversation that was never more than a link to a stranger. */
  forgetBare(person: Hex): void {
    const room = this.of(person)
    if (room && !room.shown) this.forget(room.conversation.id)
  }

  /** Lets go of a room: what is on disk of it goes elsewhere. */
  forget(conversation: Hex): void {
    this.#rooms.get(conversation)?.conversation.letGo()
    this.#rooms.delete(conversation)
  }

  /** Resolves when none of them is writing any more. */
  async settled(): Promise<void> {
    this.hearing.end()
    for (const room of this.#rooms.values()) await room.conversation.settled()
  }

  /** Two callers at once get one room: a conversation has one writer. */
  #load(id: Hex, company?: Company): Promise<Room> {
    const known = this.#rooms.get(id)
    if (known) return Promise.resolve(known)
    const loading = this.#loading.get(id) ?? this.#loadOnce(id, company).finally(() => this.#loading.delete(id))
    this.#loading.set(id, loading)
    return loading
  }

  async #loadOnce(id: Hex, company: Company | undefined): Promise<Room> {
    const { me, store, entryOf, standingOf, onKept, isComing } = this.#ports
    const room: { now?: Room } = {}
    const around: Surroundings = {
      ...this.#ports,
      entry: () => (room.now?.person === undefined ? undefined : entryOf(room.now.person)),
      heldBackTally: this.#heldBackTally,
      hearing: this.hearing,
      isComing: () => room.now !== undefined && isComing(room.now),
      openness: () => (room.now ? this.#openness(room.now) : 'closed'),
      outlook: {
        isContact: () => room.now?.person !== undefined && standingOf(room.now.person) === 'accepted',
        trusts: (group) => room.now?.person !== undefined && this.#trusts(room.now.person, group),
        hasRoomForRequest: () => this.requests() < REQUESTS_MAX,
      },
      onKept: (kept) => room.now && onKept(room.now, kept),
    }
    const conversation = await Conversation.load(around, id)
    room.now = await Room.load(store, conversation, {
      company: company ?? (await this.#companyOf(conversation)),
      me: me.person,
      now: this.#ports.now(),
    })
    this.#rooms.set(id, room.now)
    return room.now
  }

  async #companyOf({ id, replica }: Conversation): Promise<Company> {
    const { store, me } = this.#ports
    const record = await store.record('conversation', introducedKey(id))
    if (record) return { kind: 'group', introduced: readIntroduced(id, record) }
    const other = [...peopleIn(replica)].find((each) => each !== me.person)
    return { kind: 'direct', person: other ?? me.person }
  }

  #trusts(person: Hex, group: Hex): boolean {
    const introduced = this.get(group)?.introduced
    // Whoever lets me in may tell of the history before their answer is here: they go different ways.
    if (introduced === undefined) return this.#ports.isAwaited(group)
    return introduced.by === person || this.#ports.standingOf(person) === 'accepted'
  }

  #openness(room: Room): Openness {
    const standing = this.standing(room)
    if (standing === 'blocked') return 'closed'
    if (standing === 'accepted') return 'open'
    // Of a group that was not accepted, nothing is asked for.
    if (room.company.kind === 'group') return 'closed'
    if (room.conversation.replica.joined) return 'open'
    return room.founded || this.requests() < REQUESTS_MAX ? 'request' : 'closed'
  }
}
