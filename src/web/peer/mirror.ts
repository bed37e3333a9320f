import { unreachable } from '../../core/bytes/result.ts'
import type { InvitationView, JoiningView } from '../../view/invitation-view.ts'
import type { Update } from '../../view/update.ts'
import type { ConversationView, LineView, Millis, PersonView, StatusView } from '../../view/view.ts'

/** How long "is typing" holds when it is not repeated. */
export const TYPING_MILLIS = 6_000

/** What the peer told this window, kept up to date by its updates. The lines are elsewhere: see `chain`. */
export type Mirror = {
  readonly status: StatusView
  readonly people: ReadonlyMap<string, PersonView>
  readonly conversations: ReadonlyMap<string, ConversationView>
  /** Mine, and those of groups in which I am an admin. */
  readonly invitations: ReadonlyMap<string, InvitationView>
  readonly joinings: ReadonlyMap<string, JoiningView>
  /** Conversation -> who is typing there -> until when that counts. */
  readonly typing: ReadonlyMap<string, ReadonlyMap<string, Millis>>
  /** Group -> how often its members changed since the snapshot: whoever shows them asks anew. */
  readonly memberChanges: ReadonlyMap<string, number>
}

/** The mirror after an update. `undefined` stands for no mirror: before the snapshot, and after lagging behind. */
export const reflect = (mirror: Mirror | undefined, update: Update, now: Millis): Mirror | undefined => {
  if (update.kind === 'snapshot')
    return {
      status: update.status,
      people: byId(update.people),
      conversations: byId(update.conversations),
      invitations: byId(update.invitations),
      joinings: byId(update.joinings),
      typing: new Map(),
      memberChanges: new Map(),
    }
  // A `lagged` window keeps what it shows until the next snapshot replaces it.
  if (update.kind === 'lagged' || mirror === undefined) return mirror
  switch (update.kind) {
    case 'status':
      return { ...mirror, status: update.status }
    case 'person':
      return {
        ...(update.person.standing === 'blocked' ? withoutTypist(mirror, update.person.id) : mirror),
        people: withEntry(mirror.people, update.person.id, update.person),
      }
    case 'person-gone':
      return { ...mirror, people: withoutEntry(mirror.people, update.person) }
    case 'conversation':
      return {
        ...mirror,
        conversations: withEntry(mirror.conversations, update.conversation.id, update.conversation),
        typing: isClosed(update.conversation) ? withoutEntry(mirror.typing, update.conversation.id) : mirror.typing,
      }
    case 'conversation-gone':
      return { ...mirror, conversations: withoutEntry(mirror.conversations, update.conversation) }
    case 'members': {
      const changes = mirror.memberChanges.get(update.conversation) ?? 0
      return { ...mirror, memberChanges: withEntry(mirror.memberChanges, update.conversation, changes + 1) }
    }
    case 'invitation':
      return { ...mirror, invitations: withEntry(mirror.invitations, update.invitation.id, update.invitation) }
    case 'joining':
      return { ...mirror, joinings: withEntry(mirror.joinings, update.joining.id, update.joining) }
    case 'joining-gone':
      return { ...mirror, joinings: withoutEntry(mirror.joinings, update.joining) }
    case 'line-gone':
      return mirror
    case 'line':
      return withoutDone(mirror, update.conversation, update.line)
    case 'typing': {
      const typing = withEntry(
        mirror.typing.get(update.conversation) ?? new Map<string, Millis>(),
        update.person,
        now + TYPING_MILLIS,
      )
      return { ...mirror, typing: withEntry(mirror.typing, update.conversation, typing) }
    }
    default:
      return unreachable(update)
  }
}

/** The mirror without those who stopped typing. */
export const withoutIdle = (mirror: Mirror, now: Millis): Mirror => {
  const idle = [...mirror.typing].flatMap(([conversation, people]) =>
    [...people].filter(([, until]) => until <= now).map(([person]) => [conversation, person] as const),
  )
  return idle.reduce((next, [conversation, person]) => withoutTyping(next, conversation, person), mirror)
}

/** Whoever has said it, left or was removed types no more. */
const withoutDone = (mirror: Mirror, conversation: string, line: LineView): Mirror => {
  if (line.kind === 'message') return line.mine ? mirror : withoutTyping(mirror, conversation, line.person)
  if (line.kind !== 'change') return mirror
  const { change } = line
  return change.kind === 'removed' || change.kind === 'left'
    ? withoutTyping(mirror, conversation, change.person)
    : mirror
}

const withoutTypist = (mirror: Mirror, person: string): Mirror =>
  [...mirror.typing.keys()].reduce((next, conversation) => withoutTyping(next, conversation, person), mirror)

/** Nobody is heard there any more. */
const isClosed = (conversation: ConversationView): boolean =>
  conversation.at === 'blocked' || (conversation.kind === 'group' && conversation.role === 'gone')

const withoutTyping = (mirror: Mirror, conversation: string, person: string): Mirror => {
  const typing = mirror.typing.get(conversation)
  if (!typing?.has(person)) return mirror
  const left = withoutEntry(typing, person)
  return {
    ...mirror,
    typing: left.size === 0 ? withoutEntry(mirror.typing, conversation) : withEntry(mirror.typing, conversation, left),
  }
}

const byId = <Item extends { readonly id: string }>(items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [item.id, item]))

const withEntry = <Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> =>
  new Map(map).set(key, value)

const withoutEntry = <Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> => {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
