import { unreachable } from '../../core/bytes/result.ts'
import type { ConversationView, Millis, PersonView, StatusView, Update } from '../../view/view.ts'

/** How long "is typing" holds when it is not repeated. */
export const TYPING_MILLIS = 6_000

/** What the peer told this window, kept up to date by its updates. The lines are elsewhere: see `chain`. */
export type Mirror = {
  readonly status: StatusView
  readonly people: ReadonlyMap<string, PersonView>
  readonly conversations: ReadonlyMap<string, ConversationView>
  /** Conversation -> until when the other person counts as typing. */
  readonly typing: ReadonlyMap<string, Millis>
}

/** The mirror after an update. `undefined` stands for no mirror: before the snapshot, and after lagging behind. */
export const reflect = (mirror: Mirror | undefined, update: Update, now: Millis): Mirror | undefined => {
  if (update.kind === 'snapshot')
    return {
      status: update.status,
      people: new Map(update.people.map((person) => [person.id, person])),
      conversations: new Map(update.conversations.map((conversation) => [conversation.id, conversation])),
      typing: new Map(),
    }
  // A `lagged` window keeps what it shows until the next snapshot replaces it.
  if (update.kind === 'lagged' || mirror === undefined) return mirror
  switch (update.kind) {
    case 'status':
      return { ...mirror, status: update.status }
    case 'person':
      return { ...mirror, people: withEntry(mirror.people, update.person.id, update.person) }
    case 'person-gone':
      return { ...mirror, people: withoutEntry(mirror.people, update.person) }
    case 'conversation':
      return {
        ...mirror,
        conversations: withEntry(mirror.conversations, update.conversation.id, update.conversation),
      }
    case 'line-gone':
      return mirror
    case 'line':
      return update.line.mine || update.line.kind !== 'message' || !mirror.typing.has(update.conversation)
        ? mirror
        : { ...mirror, typing: withoutEntry(mirror.typing, update.conversation) }
    case 'typing':
      return { ...mirror, typing: withEntry(mirror.typing, update.conversation, now + TYPING_MILLIS) }
    default:
      return unreachable(update)
  }
}

/** The mirror without those who stopped typing. */
export const withoutIdle = (mirror: Mirror, now: Millis): Mirror => {
  if (![...mirror.typing.values()].some((until) => until <= now)) return mirror
  return { ...mirror, typing: new Map([...mirror.typing].filter(([, until]) => until > now)) }
}

const withEntry = <Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> =>
  new Map(map).set(key, value)

const withoutEntry = <Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> => {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
