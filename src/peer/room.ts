import { decode, encode } from '../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { hex, text, tuple, uint } from '../core/bytes/shape.ts'
import { membersNow, membershipNow } from '../core/group/replica.ts'
import type { Change, Store } from '../store/port.ts'
import { compareOrders, type ConversationView, type Order, type Standing } from '../view/view.ts'
import type { Kept } from './batches.ts'
import type { Conversation } from './conversation.ts'
import { progressOf } from './delivery.ts'
import { groupTalk, roleIn } from './group.ts'
import type { Introduced } from './introduced.ts'
import { Last } from './last.ts'
import { Late } from './late.ts'
import type { RecordChange } from './record.ts'
import type { Sealing } from './sealing.ts'

export const UNREAD_COUNTED_MAX = 999

/** Who talks in a room: one other person, or those who are in a group. */
export type Company =
  | { readonly kind: 'direct'; readonly person: Hex }
  | { readonly kind: 'group'; readonly introduced: Introduced }

const forgottenKey = (conversation: Hex): string => `${conversation}/forgotten`
const meetingKey = (conversation: Hex): string => `${conversation}/meeting`

/** What a room's view takes from elsewhere. */
export type Seen = { readonly standing: Standing; readonly sealing: Sealing }

/** A conversation as the list of conversations shows it: its last line, what is unread, the draft. */
export class Room {
  readonly conversation: Conversation
  readonly me: Hex
  company: Company
  /** True once somebody here wanted to see it, though nothing was said yet. */
  opened = false
  muted = false
  /** True while everything was deleted here and nothing new has come. */
  forgotten = false
  draft = ''
  readUpTo: Order | undefined
  /** What came too late to lie behind that place. */
  readonly late: Late
  unread = 0
  /** The secret of a mailbox that an invitation gave to both, for until they have heard from each other. */
  meeting: Uint8Array | undefined
  readonly #last: Last

  constructor(
    conversation: Conversation,
    input: { readonly company: Company; readonly late: Late; readonly last: Last; readonly me: Hex },
  ) {
    this.conversation = conversation
    this.late = input.late
    this.#last = input.last
    this.company = input.company
    this.me = input.me
  }

  static async load(
    store: Store,
    conversation: Conversation,
    { now, ...who }: { readonly company: Company; readonly me: Hex; readonly now: number },
  ): Promise<Room> {
    const late = await Late.load(store, conversation.id)
    const room = new Room(conversation, { ...who, late, last: await Last.load(store, conversation.id, now) })
    room.draft = readDraft(await store.record('draft', conversation.id))
    room.muted = (await store.record('conversation', `${conversation.id}/muted`)) !== undefined
    room.meeting = await store.record('conversation', meetingKey(conversation.id))
    room.readUpTo = readOrder(await store.record('conversation', `${conversation.id}/read`))
    const isEmpty = (await store.lines({ conversation: conversation.id, limit: 1 })).length === 0
    room.forgotten = isEmpty && (await store.record('conversation', forgottenKey(conversation.id))) !== undefined
    await room.count(store)
    return room
  }

  /** The other person of a direct conversation. */
  get person(): Hex | undefined {
    return this.company.kind === 'direct' ? this.company.person : undefined
  }

  /** How a group came here, and what was decided about it. */
  get introduced(): Introduced | undefined {
    return this.company.kind === 'group' ? this.company.introduced : undefined
  }

  get founded(): boolean {
    return this.conversation.replica.certificates.size > 0
  }

  /** Whether I am one of those who talk here: what concerns everybody is said to them. */
  get takesPart(): boolean {
    const { replica } = this.conversation
    return this.introduced ? membersNow(replica).devices.has(replica.me.device) : replica.joined
  }

  /** Whether it belongs into the list. */
  get shown(): boolean {
    if (this.opened || this.draft !== '') return true
    return !this.forgotten && (this.company.kind === 'group' || this.founded)
  }

  /** The devices of the others in it, each with its person. */
  get others(): readonly (readonly [device: Hex, person: Hex])[] {
    return [...membersNow(this.conversation.replica).devices].filter(([, person]) => person !== this.me)
  }

  /** The others in it, as far as they are known. */
  get people(): readonly Hex[] {
    if (this.company.kind === 'direct') return [this.company.person]
    const { by, people } = this.company.introduced
    const { roles } = membershipNow(this.conversation.replica)
    const named = roles.has(this.me) ? [] : by === null ? people : [by, ...people]
    return [...new Set([...roles.keys(), ...named])].filter((person) => person !== this.me)
  }

  /** Takes in what a batch wrote; answers what to write of it. */
  note(kept: Kept, now: number): readonly RecordChange[] {
    if (kept.lines.length > 0) this.forgotten = false
    const own = this.conversation.replica.me.device
    return [...this.#last.note(kept, now), ...this.late.note(kept, { own, readUpTo: this.readUpTo })]
  }

  findLast(store: Store, now: number): Promise<void> {
    return this.#last.findAgain(store, now)
  }

  async count(store: Store): Promise<void> {
    const behind = await store.unread(this.conversation.id, this.readUpTo, UNREAD_COUNTED_MAX)
    this.unread = Math.min(UNREAD_COUNTED_MAX, behind + this.late.count)
  }

  /** What to write so that everything up to here counts as read; nothing when it does already. */
  readChange(order: Order): Change | undefined {
    if (this.readUpTo && compareOrders(order, this.readUpTo) <= 0) return undefined
    const value = encode([order.time, fromHex(order.author), order.seq])
    return { put: 'record', space: 'conversation', key: `${this.conversation.id}/read`, value }
  }

  meetingChange(secret: Uint8Array): Change {
    return { put: 'record', space: 'conversation', key: meetingKey(this.conversation.id), value: secret }
  }

  draftChange(draft: string): Change {
    const key = this.conversation.id
    return draft === ''
      ? { drop: 'record', space: 'draft', key }
      : { put: 'record', space: 'draft', key, value: encode(draft) }
  }

  /** What to write with the end of all that was said here. */
  forgetChanges(): readonly RecordChange[] {
    const { id } = this.conversation
    const dropped = [`${id}/muted`, `${id}/read`].map(
      (key) => ({ drop: 'record', space: 'conversation', key }) as const,
    )
    const mark = { put: 'record', space: 'conversation', key: forgottenKey(id), value: encode(null) } as const
    return [
      mark,
      ...dropped,
      ...this.late.reading().changes,
      this.#last.forgetChange(),
      { drop: 'record', space: 'draft', key: id },
    ]
  }

  /** Nothing of it is on disk any more. */
  forget(): void {
    this.forgotten = true
    this.opened = false
    this.muted = false
    this.draft = ''
    this.readUpTo = undefined
    this.late.reading().read()
    this.unread = 0
    this.#last.forget()
  }

  muteChange(on: boolean): Change {
    const place = { space: 'conversation', key: `${this.conversation.id}/muted` } as const
    return on ? { put: 'record', ...place, value: encode(true) } : { drop: 'record', ...place }
  }

  view({ standing, sealing }: Seen): ConversationView {
    const { conversation, company } = this
    const sealedAt = sealing.sealedAt(conversation.id)
    const { shown } = this.#last
    const last = shown && {
      text: shown.text,
      at: shown.at,
      mine: shown.person === this.me,
      ...(company.kind === 'group' && { person: shown.person }),
    }
    return {
      id: conversation.id,
      ...(company.kind === 'group' ? groupTalk(conversation.replica, company.introduced, this.me) : company),
      at: this.#at(standing),
      muted: this.muted,
      heldBack: conversation.heldBack,
      ...(sealedAt !== undefined && { sealedAt }),
      ...(last && { last }),
      unread: this.unread,
      active: last?.at ?? 0,
      draft: this.draft,
      progress: [progressOf(conversation, sealing.sealedUpTo(conversation.id))],
      ...(this.readUpTo && { readUpTo: this.readUpTo }),
    }
  }

  #at(standing: Standing): ConversationView['at'] {
    if (standing === 'blocked' || standing === 'ignored') return standing
    if (this.company.kind === 'group') return standing === 'new' ? 'request' : 'open'
    const isRequest = standing === 'new' && this.founded && !this.conversation.replica.joined
    return isRequest ? 'request' : 'open'
  }

  /** Whether I was in this group and am no longer. */
  get gone(): boolean {
    return this.company.kind === 'group' && roleIn(this.conversation.replica, this.me) === 'gone'
  }
}

export const orderOf = (line: { readonly time: number; readonly author: Hex; readonly seq: number }): Order => ({
  time: line.time,
  author: line.author,
  seq: line.seq,
})

const orderShape = tuple(uint(), hex(32), uint())

const readOrder = (from: Uint8Array | undefined): Order | undefined => {
  const decoded = from && decode(from)
  const fields = decoded?.ok ? orderShape(decoded.value) : undefined
  return fields && { time: fields[0], author: fields[1], seq: fields[2] }
}

const readDraft = (from: Uint8Array | undefined): string => {
  const decoded = from && decode(from)
  return (decoded?.ok ? text(1_000_000)(decoded.value) : undefined) ?? ''
}
