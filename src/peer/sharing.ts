import type { Hex } from '../core/bytes/hex.ts'
import { heldUpTo } from '../core/group/voided.ts'
import type { Shared } from '../core/sync/words.ts'
import type { Standing } from '../view/view.ts'
import type { Kept } from './batches.ts'
import type { Network } from './network/port.ts'
import type { People } from './people.ts'
import { ringFrom } from './ring.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import type { LinkSession } from './session.ts'
import type { Sessions } from './sessions.ts'

export type SharingPorts = {
  readonly device: Hex
  readonly people: People
  readonly rooms: Rooms
  readonly sessions: Sessions
  readonly network: Network
  readonly standingOf: (person: Hex) => Standing
}

/** Links to members of a group that this device looks for. */
export const NEIGHBOURS = 4
/** Member devices that are dialled while fewer than that are linked. */
export const NEIGHBOURS_TRIED_MAX = 8
/** Linked members with whom a group is shared unasked, and in all. */
export const SHARED_UNASKED_MAX = 8
export const SHARED_MAX = 16

/** Which conversations are spoken of with which devices, and what is said when they grow. */
export class Sharing {
  readonly #ports: SharingPorts
  /** What is spoken of on each session. */
  readonly #shared = new WeakMap<LinkSession, Set<Hex>>()
  /** Devices that are dialled for a group, whoever else wants them. */
  readonly #sought = new Map<Hex, ReadonlySet<Hex>>()

  constructor(ports: SharingPorts) {
    this.#ports = ports
  }

  sessionsWith(person: Hex): readonly LinkSession[] {
    const { people, sessions } = this.#ports
    return people.devicesOf(person).flatMap((device) => sessions.with(device.id) ?? [])
  }

  /** Whether a device that is in a conversation is linked, or may be in a moment; before it is founded, their person's. */
  isComing(room: Room): boolean {
    const { people, network } = this.#ports
    const { person } = room
    const devices =
      room.founded || person === undefined
        ? room.others.map(([device]) => device)
        : people.devicesOf(person).map(({ id }) => id)
    return devices.some((device) => network.isComing(device))
  }

  /** The sessions on which a conversation is spoken of. */
  sessionsOf(room: Room): readonly LinkSession[] {
    const { id } = room.conversation
    return this.#ports.sessions.all().filter((session) => this.#shared.get(session)?.has(id))
  }

  /** The conversations that are spoken of on a session. */
  roomsOn(session: LinkSession): readonly Room[] {
    return [...(this.#shared.get(session) ?? [])].flatMap((id) => this.#ports.rooms.get(id) ?? [])
  }

  /** Somebody is linked: what is theirs is spoken of from now on. */
  welcome(session: LinkSession, direct: Room): void {
    const { device } = session.link
    const groups = this.#ports.rooms.groups().filter((room) => this.#concerns(room, device))
    const now = groups.filter((room) => this.#isWanted(room, session))
    const all = [direct, ...now]
    session.know(groups.map(({ conversation }) => conversation.id))
    session.share(all.map((room) => this.#portion(room, device)))
    this.#shared.set(session, new Set(all.map(({ conversation }) => conversation.id)))
    // For a session that is current again: what happened while another was.
    for (const room of all) session.grew({ ...this.#portion(room, device), events: [], fromThem: NOTHING })
  }

  /** They speak of a conversation that was not offered to them: it is theirs, or it is not. */
  asked(session: LinkSession, conversation: Hex): void {
    const room = this.#ports.rooms.get(conversation)
    if (!room || !this.#concerns(room, session.link.device)) return
    if (room.introduced && this.sessionsOf(room).length >= SHARED_MAX) return
    this.#open(room, session)
  }

  /** They ask for events: those that are held and for them. */
  async wanted(session: LinkSession, conversation: Hex, ids: readonly Hex[]): Promise<void> {
    const room = this.#ports.rooms.get(conversation)
    if (!room || !this.#shared.get(session)?.has(conversation)) return
    for (const id of ids) {
      const event = await room.conversation.event(id)
      const { limit } = this.#portion(room, session.link.device)
      if (event && (!limit || event.seq <= (limit.get(event.author) ?? 0))) session.serve(conversation, event.bytes)
    }
  }

  /** What is new goes to everybody who lacks it. */
  grew(room: Room, kept: Kept): void {
    for (const session of this.sessionsOf(room)) {
      const { device } = session.link
      const fromThem = kept.arrivals.get(device) ?? NOTHING
      session.grew({ ...this.#portion(room, device), events: kept.fresh, fromThem })
    }
    if (kept.isRegrouped) this.look(room)
  }

  /** Who is in a group, who is linked, or what was decided of it has changed: shares it, and looks for its members. */
  look(room: Room): void {
    if (!room.introduced) return
    for (const session of this.#ports.sessions.all()) {
      const isShared = this.#shared.get(session)?.has(room.conversation.id) === true
      if (isShared || !this.#concerns(room, session.link.device)) continue
      session.know([room.conversation.id])
      if (this.#isWanted(room, session)) this.#open(room, session)
    }
    this.#seek(room)
  }

  /** A device was linked, or is linked no longer: others may be needed in its place. */
  linksChanged(device: Hex): void {
    for (const room of this.#ports.rooms.groups()) if (this.#concerns(room, device)) this.look(room)
  }

  /** Ends the links on which it is spoken of: on new ones it is not. */
  hush(room: Room): void {
    for (const session of this.sessionsOf(room)) session.link.close()
    this.#seek(room)
  }

  #open(room: Room, session: LinkSession): void {
    const shared = this.#shared.get(session) ?? new Set()
    this.#shared.set(session, shared.add(room.conversation.id))
    session.share([this.#portion(room, session.link.device)])
  }

  /** What of a conversation is for a device: all of it, or what it had a right to before it was removed. */
  #portion(room: Room, device: Hex): Shared {
    const { id, vector, replica } = room.conversation
    const limit = room.introduced && this.#isCompany(room, device) !== 'member' ? heldUpTo(replica, device) : undefined
    return { conversation: id, vector, ...(limit && { limit }) }
  }

  /** Whether a device has a right to hear of a conversation. */
  #concerns(room: Room, device: Hex): boolean {
    const { rooms, people, standingOf } = this.#ports
    const person = people.personOf(device)
    if (!room.introduced) return person !== undefined && room.person === person
    if (rooms.standing(room) !== 'accepted' || (person !== undefined && standingOf(person) === 'blocked')) return false
    return this.#isCompany(room, device) !== undefined
  }

  /** What a device is in a group: while I know nothing of it, whoever was named to me counts as a member. */
  #isCompany(room: Room, device: Hex): 'member' | 'former' | undefined {
    const { replica } = room.conversation
    if (room.others.some(([each]) => each === device)) return 'member'
    const person = this.#ports.people.personOf(device)
    const { introduced } = room
    if (introduced && person !== undefined && !room.takesPart && !room.gone)
      if (introduced.by === person || introduced.people.includes(person)) return 'member'
    return replica.certificates.has(device) && device !== this.#ports.device ? 'former' : undefined
  }

  /** Whether this is one of the linked members with whom a group is shared unasked: the next in the ring. */
  #isWanted(room: Room, session: LinkSession): boolean {
    const { device: own, sessions } = this.#ports
    const linked = sessions
      .all()
      .map(({ link }) => link.device)
      .filter((device) => this.#concerns(room, device))
    const others = linked.includes(session.link.device) ? linked : [...linked, session.link.device]
    return ringFrom(own, room.conversation.id, others).slice(0, SHARED_UNASKED_MAX).includes(session.link.device)
  }

  /** Dials the next members in the ring until enough of them are linked, and lets go of those that are needed no more. */
  #seek(room: Room): void {
    const { id } = room.conversation
    const sought = this.#ports.rooms.standing(room) === 'accepted' && !room.gone ? this.#nextOf(room) : new Set<Hex>()
    const before = this.#sought.get(id) ?? new Set()
    this.#sought.set(id, sought)
    const { people, network } = this.#ports
    for (const device of sought)
      if (!before.has(device)) network.want(device, people.device(device)?.addresses ?? [], people.serversOf(device))
    for (const device of before) if (!sought.has(device) && !this.#isNeeded(device)) this.#ports.network.release(device)
  }

  #nextOf(room: Room): ReadonlySet<Hex> {
    const { device: own, sessions, standingOf, people } = this.#ports
    const devices = room.takesPart ? room.others.map(([device]) => device) : this.#named(room)
    const next = new Set<Hex>()
    let linked = 0
    for (const device of ringFrom(own, room.conversation.id, devices)) {
      if (linked >= NEIGHBOURS || next.size - linked >= NEIGHBOURS_TRIED_MAX) break
      const person = people.personOf(device)
      if (person !== undefined && standingOf(person) === 'blocked') continue
      next.add(device)
      if (sessions.with(device)) linked += 1
    }
    return next
  }

  #named(room: Room): readonly Hex[] {
    const { by, people } = room.introduced ?? { by: null, people: [] }
    const all = by === null ? people : [by, ...people]
    return all.flatMap((person) => this.#ports.people.devicesOf(person).map(({ id }) => id))
  }

  /** Whether somebody else wants this device linked: a contact, or another group. */
  #isNeeded(device: Hex): boolean {
    const { people, standingOf } = this.#ports
    const person = people.personOf(device)
    const isContact = person !== undefined && standingOf(person) === 'accepted'
    return isContact || [...this.#sought.values()].some((devices) => devices.has(device))
  }
}

const NOTHING: ReadonlyMap<Hex, number> = new Map()
