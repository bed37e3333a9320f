import type { Hex } from '../core/bytes/hex.ts'
import { tagOf } from '../core/identity/tag.ts'
import type { Store } from '../store/port.ts'
import type { Update } from '../view/update.ts'
import type { ConversationView, Path, PersonView, Presence, StatusView } from '../view/view.ts'
import type { Kept } from './batches.ts'
import type { Invitations } from './invitations/port.ts'
import { viewLines } from './line-view.ts'
import type { Network } from './network/port.ts'
import type { PeerOptions } from './options.ts'
import type { People } from './people.ts'
import { UNREAD_COUNTED_MAX, type Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import type { Sealing } from './sealing.ts'
import type { Self } from './self.ts'
import type { Sessions } from './sessions.ts'
import type { Settings } from './settings.ts'
import { Updates } from './updates.ts'

/** What the screens are made from: everything of a peer, to read. */
export type Shown = {
  readonly store: Store
  readonly network: Network
  readonly people: People
  readonly rooms: Rooms
  readonly sessions: Sessions
  readonly about: PeerOptions['about']
  readonly self: () => Self
  readonly settings: () => Settings
  readonly storeFailure: () => StatusView['storeFailure']
  readonly sealing: () => Sealing
  readonly invitations: () => Pick<Invitations, 'list' | 'joinings'> | undefined
  readonly now: () => number
}

/** Makes the views of a peer, and tells every screen that watches when one of them changes. */
export class Screens {
  readonly #shown: Shown
  readonly #updates = new Updates()
  /** Who was last shown with a tag. */
  readonly #tagged = new Set<Hex>()
  /** Rooms that were told, and their people with them. */
  readonly #introduced = new WeakSet<Room>()
  #telling: Promise<void> = Promise.resolve()

  constructor(shown: Shown) {
    this.#shown = shown
  }

  watch(signal: AbortSignal): AsyncIterable<Update> {
    return this.#updates.watch(() => this.#snapshot(), signal)
  }

  status(): StatusView {
    const { network, about } = this.#shown
    const { name, person: id, device } = this.#shown.self()
    const { readMarkers, seenNearby, seenOnServer, directly, mapPorts } = this.#shown.settings()
    const storeFailure = this.#shown.storeFailure()
    const mailboxFailure = this.#shown.sealing().failure()
    return {
      passphrase: false,
      ...about,
      ...(name !== undefined && { me: { id, device, name, tag: tagOf(id) } }),
      servers: network.servers(),
      nearby: network.nearby(),
      addresses: network.addresses(),
      network: network.ownNetwork(),
      settings: { readMarkers, seenNearby, seenOnServer, directly, mapPorts },
      ...(mailboxFailure && { mailboxFailure }),
      ...(storeFailure && { storeFailure }),
    }
  }

  presence(person: Hex): Presence {
    const { network, people, sessions } = this.#shown
    let best: Extract<Presence, { at: 'here' }> | undefined
    const devices = people.devicesOf(person)
    for (const { id } of devices) {
      const session = sessions.with(id)
      if (!session) continue
      const { path = session.link.path, since = this.#shown.now() } = network.reach(id).link ?? {}
      if (!best || RANK[path] < RANK[best.path]) best = { at: 'here', path, since }
    }
    if (best) return best
    const since = Math.max(0, ...devices.map((device) => device.lastSeen ?? 0))
    return since > 0 ? { at: 'away', since } : { at: 'away' }
  }

  /** Whether this person appears at all: found somewhere, decided about, or talked with. */
  isShown(person: Hex): boolean {
    const { people, rooms } = this.#shown
    const known = people.person(person)
    if (!known) return false
    if (people.foundBy(person).size > 0 || known.standing !== 'new' || known.verification) return true
    return rooms.of(person)?.shown === true || rooms.hasMember(person)
  }

  roomView(room: Room): ConversationView {
    const standing = this.#shown.rooms.standing(room)
    return room.view({ standing, sealing: this.#shown.sealing() })
  }

  tell(update: Update): void {
    this.#updates.tell(update)
  }

  tellStatus(): void {
    if (this.#updates.watched) this.#updates.tell({ kind: 'status', status: this.status() })
  }

  /** Tells of a person, and of those whose names look the same, or did: their tags may come or go. */
  tellPerson(person: Hex): void {
    if (!this.#updates.watched) return
    const { people } = this.#shown
    this.#tellPeople([person, ...people.lookalikes(person)])
    this.#tellPeople([...this.#tagged].filter((id) => !people.isAmbiguous(id)))
  }

  /** Tells of those who look like this person's own name, or did before it changed. */
  tellOwnName(): void {
    if (!this.#updates.watched) return
    const { people } = this.#shown
    this.#tellPeople(people.all().flatMap(({ id }) => (people.isAmbiguous(id) === this.#tagged.has(id) ? [] : [id])))
  }

  #tellPeople(ids: readonly Hex[]): void {
    for (const id of ids) {
      const view = this.isShown(id) ? this.#personView(id) : undefined
      this.#updates.tell(view ? { kind: 'person', person: view } : { kind: 'person-gone', person: id })
    }
  }

  tellRoom(room: Room): void {
    if (!this.#updates.watched || !room.shown) return
    // Somebody who is found nowhere appears with their first message.
    if (!this.#introduced.has(room)) for (const person of room.people) this.tellPerson(person)
    this.#introduced.add(room)
    this.#updates.tell({ kind: 'conversation', conversation: this.roomView(room) })
  }

  /** Who is in a group, or as what, has changed. */
  tellMembers(room: Room): void {
    if (!this.#updates.watched) return
    for (const person of room.people) this.tellPerson(person)
    this.#updates.tell({ kind: 'members', conversation: room.conversation.id })
    this.tellRoom(room)
  }

  tellForgotten(conversation: Hex): void {
    this.#updates.tell({ kind: 'conversation-gone', conversation })
  }

  tellTyping(room: Room, person: Hex): void {
    if (this.roomView(room).at !== 'open') return
    this.#updates.tell({ kind: 'typing', conversation: room.conversation.id, person })
  }

  /** Tells of what was kept, one batch after the other: of two that change one line, the later one is told last. */
  tellKept(room: Room, kept: Kept): Promise<void> {
    const told = this.#telling.then(() => this.#tellKept(room, kept))
    this.#telling = told.catch(() => undefined)
    return told
  }

  async #tellKept(room: Room, kept: Kept): Promise<void> {
    const { store } = this.#shown
    // At the greatest number that is told, more cannot change it: only reading can, and that counts anew.
    if (room.unread < UNREAD_COUNTED_MAX && kept.lines.some((line) => line.counts)) await room.count(store)
    await room.findLast(store, this.#shown.now())
    if (!this.#updates.watched) return
    const conversation = room.conversation.id
    for (const line of kept.dropped) this.#updates.tell({ kind: 'line-gone', conversation, line })
    const views = await viewLines(kept.lines, { store, me: this.#shown.self().person, now: this.#shown.now() })
    const fresh = new Set(kept.fresh.map(({ author, seq }) => `${author} ${seq}`))
    for (const line of views) {
      const came = fresh.has(`${line.order.author} ${line.order.seq}`)
      this.#updates.tell({ kind: 'line', conversation, line, ...(came && { came }) })
    }
    this.tellRoom(room)
  }

  #snapshot(): Update {
    const { people, rooms, invitations } = this.#shown
    return {
      kind: 'snapshot',
      status: this.status(),
      people: people.all().flatMap(({ id }) => (this.isShown(id) ? (this.#personView(id) ?? []) : [])),
      conversations: rooms.shown().map((room) => this.roomView(room)),
      invitations: invitations()?.list() ?? [],
      joinings: invitations()?.joinings() ?? [],
    }
  }

  #personView(person: Hex): PersonView | undefined {
    const view = this.#shown.people.view(person, this.presence(person))
    if (view?.ambiguous) this.#tagged.add(person)
    else this.#tagged.delete(person)
    return view
  }
}

const RANK: Record<Path, number> = { nearby: 0, direct: 1, punched: 1, relayed: 2 }
