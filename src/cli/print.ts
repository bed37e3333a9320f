import { lineWords } from '../view/line-words.ts'
import { quoteWords } from '../view/quote.ts'
import { clockWords, dayOf, dayWords, type Place } from '../view/time-words.ts'
import { shownName, type ConversationView, type LineView, type Millis, type PersonView } from '../view/view.ts'
import type { Seen } from './follow.ts'
import { printable, printableLines } from './safe-text.ts'

const QUOTE_CHARACTERS_MAX = 60
const INDENT = '  '

/** Whose names are known, and who I am. */
export type Cast = { readonly people: ReadonlyMap<string, PersonView>; readonly me: string | undefined }

export const castOf = ({ people, status }: Seen): Cast => ({ people, me: status?.me?.id })

/** A line of a conversation as it is printed: time, who, what. A message's further lines are set in below its first. */
export const lineText = (line: LineView, { people, me }: Cast, place: Place = {}): string => {
  const name = line.mine ? 'me' : nameOf(line.person, people)
  const time = clockWords(line.at, place)
  if (line.kind !== 'message')
    return `${time}  * ${printable(lineWords(line, (person) => ({ name: nameOf(person, people), mine: person === me })))}`
  const [first = '', ...others] = printableLines(line.text)
  const quote = line.reply === undefined ? '' : `[> ${shortened(quoteWords(line.reply))}] `
  const reactions = line.reactions.map((each) => `${printable(each.emoji)} ${each.people.length}`).join('  ')
  const marks = [line.edited ? '(edited)' : '', reactions === '' ? '' : `[${reactions}]`].filter((mark) => mark !== '')
  const body = [first, ...others.map((other) => `${INDENT}${other}`)].join('\n')
  return [`${time}  ${name}: ${quote}${body}`, ...marks].join('  ')
}

/** Lines under a heading for each day. */
export const historyText = (
  lines: readonly LineView[],
  cast: Cast,
  now: Millis,
  place: Place = {},
): readonly string[] => {
  let day = ''
  return lines.flatMap((line) => {
    const text = lineText(line, cast, place)
    const sameDay = dayOf(line.at, place) === day
    day = dayOf(line.at, place)
    return sameDay ? [text] : [`--- ${dayWords(line.at, now, place)} ---`, text]
  })
}

export const nameOf = (person: string, people: ReadonlyMap<string, PersonView>): string => {
  const view = people.get(person)
  return view === undefined ? `somebody (${person.slice(0, 8)})` : printable(shownName(view))
}

/** What a conversation is called: the other person, or the title of the group. */
export const talkName = (conversation: ConversationView, people: ReadonlyMap<string, PersonView>): string =>
  conversation.kind === 'group' ? printable(conversation.title) : nameOf(conversation.person, people)

const shortened = (text: string): string => {
  const [line = ''] = printableLines(text)
  const characters = [...line]
  return characters.length <= QUOTE_CHARACTERS_MAX ? line : `${characters.slice(0, QUOTE_CHARACTERS_MAX - 1).join('')}…`
}
