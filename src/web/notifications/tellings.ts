import { countWords } from '../../view/count-words.ts'
import type { PersonView } from '../../view/view.ts'
import { plainText } from '../markdown/parse.ts'
import type { Mirror } from '../peer/mirror.ts'
import { isolated, nameIn, nameOf } from '../peer/names.ts'
import { talkIn, type Talk } from '../peer/talk.ts'
import { PLACES, toConversation } from '../routes.ts'
import type { Choice } from './choice.ts'
import type { News } from './news.ts'

/** What is to be told outside of the window. */
export type Telling = {
  /** Of two with one tag, the later takes the place of the earlier. */
  readonly tag: string
  readonly title: string
  readonly body: string
  /** Where in the window it leads. */
  readonly place: string
  /** The count of the news when something last came. */
  readonly news: number
}

/** Conversations that are told of each by itself; the others are told of together. */
export const TELLINGS_MAX = 4
export const TOLD_CHARACTERS_MAX = 140
const UNREAD_MAX = 999

/** What is to be told now: of each conversation once, and of strangers nothing that they chose. */
export const tellingsOf = (news: News, mirror: Mirror, choice: Choice): readonly Telling[] => {
  if (choice === 'nothing') return []
  const known = [...news.of].flatMap(([id, at]) => {
    const conversation = mirror.conversations.get(id)
    const talk = conversation && talkIn(mirror, conversation)
    return talk ? [{ talk, news: at }] : []
  })
  const requests = known.filter(({ talk }) => talk.conversation.at === 'request')
  const talks = known.filter(({ talk }) => talk.conversation.at === 'open')
  const others = talks.slice(TELLINGS_MAX)
  return [
    ...talks.slice(0, TELLINGS_MAX).map((each): Telling => tellingOf(each, mirror, choice)),
    ...together('others', others, `New messages in ${countWords(others.length, 'more conversation')}`),
    ...together('requests', requests, requestWords(requests.map(({ talk }) => talk))),
  ]
}

type Known = { readonly talk: Talk; readonly news: number }

const tellingOf = ({ talk, news }: Known, mirror: Mirror, choice: Choice): Telling => {
  const { id } = talk.conversation
  const words = choice === 'words' ? wordsOf(talk) : ''
  return {
    tag: id,
    place: toConversation(id),
    news,
    ...(words === '' ? counted(talk, mirror) : said(talk, words, mirror)),
  }
}

const together = (tag: string, all: readonly Known[], body: string): readonly Telling[] => {
  const [first, second] = all
  if (first === undefined) return []
  const place = second === undefined ? toConversation(first.talk.conversation.id) : PLACES.home
  return [{ tag, title: 'Kith', body, place, news: Math.max(...all.map(({ news }) => news)) }]
}

type Said = Pick<Telling, 'title' | 'body'>

const counted = (talk: Talk, mirror: Mirror): Said => {
  const title = titleOf(talk)
  const { unread, last } = talk.conversation
  const messages =
    unread === 1 ? 'New message' : unread >= UNREAD_MAX ? `${UNREAD_MAX}+ new messages` : `${unread} new messages`
  if (talk.kind === 'direct') return { title, body: messages }
  if (unread === 0) return { title, body: `${nameIn(mirror, talk.conversation.by ?? '')} brought you into this group` }
  const author = last?.person === undefined || last.mine ? '' : nameIn(mirror, last.person)
  if (author === '') return { title, body: messages }
  return { title, body: unread === 1 ? `${author} wrote` : `${messages}, the last from ${author}` }
}

const said = (talk: Talk, words: string, mirror: Mirror): Said => {
  const { unread, last } = talk.conversation
  const title =
    unread > 1 ? `${titleOf(talk)} (${unread >= UNREAD_MAX ? `${UNREAD_MAX}+` : unread} new)` : titleOf(talk)
  return { title, body: talk.kind === 'group' ? `${nameIn(mirror, last?.person ?? '')}: ${words}` : words }
}

const titleOf = (talk: Talk): string =>
  talk.kind === 'group' ? isolated(talk.conversation.title) : toldName(talk.person)

/** Beside a look-alike the name alone would mislead. */
const toldName = (person: PersonView): string =>
  person.ambiguous ? `${nameOf(person)} ·${person.tag}` : nameOf(person)

/** The words of the newest message, where it is one of those that were not read. */
const wordsOf = ({ conversation: { last, readUpTo, unread } }: Talk): string => {
  if (last === undefined || last.mine || unread === 0 || last.at <= (readUpTo?.time ?? 0)) return ''
  return isolated(beginningOf(plainText(last.text).replace(TURNING, '')))
}

/** What turns the direction of the text around it, or moves a terminal: a notification has no element to keep it in. */
const TURNING = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** Cut between characters as people see them. */
const beginningOf = (text: string): string => {
  if (text.length <= TOLD_CHARACTERS_MAX) return text
  let end = 0
  for (const { index, segment } of new Intl.Segmenter().segment(text)) {
    if (index + segment.length > TOLD_CHARACTERS_MAX) break
    end = index + segment.length
  }
  return `${text.slice(0, end).trimEnd()}…`
}

const requestWords = (talks: readonly Talk[]): string => {
  const groups = talks.filter(({ kind }) => kind === 'group').length
  const people = talks.length - groups
  const write = people === 1 ? 'Somebody wants to write to you' : `${people} people want to write to you`
  const join =
    groups === 1 ? 'Somebody added you to a group' : `You were added to ${groups} groups by people you do not know`
  if (groups === 0) return write
  return people === 0 ? join : `${talks.length} requests wait for you`
}
