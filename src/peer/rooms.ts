import type { Hex } from '../core/bytes/hex.ts'
import { directId } from '../core/group/founding.ts'
import { peopleIn } from '../core/group/replica.ts'
import type { Store } from '../store/port.ts'
import type { Standing } from '../view/view.ts'
import { Conversation, type Kept, type Surroundings } from './conversation.ts'
import { Room } from './room.ts'

/** What the rooms of a peer need of it. */
export type RoomsPorts = Pick<Surroundings, 'store' | 'crypto' | 'me' | 'pen' | 'cardKeys' | 'onStored' | 'after'> & {
  readonly entryOf: (person: Hex) => ReturnType<Surroundings['entry']>
  readonly standingOf: (person: Hex) => Standing
  readonly onKept: (room: Room, kept: Kept) => void
}

/** Events of each author that are taken in while a conversation is only a request. */
export const REQUEST_EVENTS_MAX = 64
/** Requests that may wait at one time; further strangers are not taken in. */
export const REQUESTS_MAX = 200

/** All conversations of a peer, by id; a direct one follows from its person. */
export class Rooms {
  readonly #ports: RoomsPorts
  readonly #rooms = new Map<Hex, Room>()
  readonly #loading = new Map<Hex, Promise<Room>>()

  private constructor(ports: RoomsPorts) {
    this.#ports = ports
  }

  static async load(store: Store, ports: RoomsPorts): Promise<Rooms> {
    const rooms = new Rooms(ports)
    for (const { key } of await store.records('conversation'))
      if (key.endsWith('/graph')) await rooms.#load(key.slice(0, -'/graph'.length))
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
    return this.of(person) ?? (await this.#load(directId(this.#ports.me.person, person), person))
  }

  /** Those that belong into the list. */
  shown(): readonly Room[] {
    return [...this.#rooms.values()].filter((room) => room.shown)
  }

  /** Lets go of a conversation that was never more than a link to a stranger. */
  forgetBare(person: Hex): void {
    const room = this.of(person)
    if (room && !room.shown) this.#rooms.delete(room.conversation.id)
  }

  /** Resolves when none of them is writing any more. */
  async settled(): Promise<void> {
    for (const room of this.#rooms.values()) await room.conversation.settled()
  }

  /** Two callers at once get one room: a conversation has one writer. */
  #load(id: Hex, person?: Hex): Promise<Room> {
    const loading = this.#loading.get(id) ?? this.#loadOnce(id, person).finally(() => this.#loading.delete(id))
    this.#loading.set(id, loading)
    return loading
  }

  async #loadOnce(id: Hex, withPerson: Hex | undefined): Promise<Room> {
    const { me, store, entryOf, onKept } = this.#ports
    const room: { now?: Room } = {}
    const around: Surroundings = {
      ...this.#ports,
      entry: () => room.now && entryOf(room.now.person),
      intakeMax: () => (room.now ? this.#intakeMax(room.now) : 0),
      onKept: (kept) => room.now && onKept(room.now, kept),
    }
    const conversation = await Conversation.load(around, id)
    const other = [...peopleIn(conversation.replica)].find((each) => each !== me.person)
    room.now = await Room.load(store, conversation, { person: withPerson ?? other ?? me.person, me: me.person })
    this.#rooms.set(id, room.now)
    return room.now
  }

  #intakeMax(room: Room): number {
    const standing = this.#ports.standingOf(room.person)
    if (standing === 'blocked') return 0
    if (standing === 'accepted' || room.conversation.replica.joined) return Number.MAX_SAFE_INTEGER
    const requests = this.shown().filter((each) => each.founded && !each.conversation.replica.joined).length
    return room.founded || requests < REQUESTS_MAX ? REQUEST_EVENTS_MAX : 0
  }
}
