import type { ConversationView } from '../../view/view.ts'
import type { Mirror } from '../peer/mirror.ts'

/** What came while nobody looked at it. */
export type News = {
  /** How many times something came so far. */
  readonly count: number
  /** Conversation -> the count when something last came there; whoever waits longest first. */
  readonly of: ReadonlyMap<string, number>
}

export const NO_NEWS: News = { count: 0, of: new Map() }

/** Whether somebody has this window before them, and in it which conversation. */
export type Looking = { readonly window: boolean; readonly conversation?: string | undefined }

/** The news after the mirror changed. What was there when the window opened is no news: the list shows it. */
export const withNews = (news: News, before: Mirror | undefined, after: Mirror, looking: Looking): News => {
  const of = new Map(news.of)
  let { count } = news
  for (const id of of.keys()) if (!after.conversations.has(id)) of.delete(id)
  for (const is of after.conversations.values()) {
    const was = before?.conversations.get(is.id)
    if (was === is) continue
    if (!mayTell(is) || (was && was.unread > 0 && is.unread === 0)) of.delete(is.id)
    else if (before && isNews(was, is, looking)) of.set(is.id, ++count)
  }
  return withoutSeen({ count, of }, seenBy(looking))
}

/** The news without these conversations. */
export const withoutSeen = (news: News, seen: Iterable<string>): News => {
  const of = new Map(news.of)
  for (const id of seen) of.delete(id)
  return { ...news, of }
}

/** What somebody has in sight. */
export const seenBy = ({ window, conversation }: Looking): readonly string[] =>
  window && conversation !== undefined ? [conversation] : []

const mayTell = ({ at, muted }: ConversationView): boolean => (at === 'open' || at === 'request') && !muted

const isNews = (was: ConversationView | undefined, is: ConversationView, looking: Looking): boolean => {
  const more = is.unread > (was?.unread ?? 0)
  // A stranger is told of once, however much they write.
  if (is.at === 'request')
    return is.kind === 'group' ? was?.at !== 'request' : more && (was?.at !== 'request' || was.unread === 0)
  // Somebody brought me in; who has the window before them sees it in the list.
  const brought = is.kind === 'group' && is.by !== undefined && was === undefined && !looking.window
  return more || brought
}
