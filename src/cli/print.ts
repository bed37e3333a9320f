import { lineWords } from '../view/line-words.ts'
import { clockWords, dayOf, dayWords, type Place } from '../view/time-words.ts'
import { shownName, type LineView, type Millis, type PersonView } from '../view/view.ts'
import { printable, printableLines } from './safe-text.ts'

const QUOTE_CHARACTERS_MAX = 60
const INDENT = '  '

/** A line of a conversation as it is printed: time, who, what. A message's further lines are set in below its first. */
export const lineText = (line: LineView, people: ReadonlyMap<string, PersonView>, place: Place = {}): string => {
  const name = line.mine ? 'me' : nameOf(line.person, people)
  const time = clockWords(line.at, place)
  if (line.kind !== 'message') return `${time}  * ${printable(lineWords(line, name, line.mine))}`
  const [first = '', ...others] = printableLines(line.text)
  const quote = line.reply === undefined ? '' : `[> ${shortened(line.reply.text)}] `
  const reactions = line.reactions.map((each) => `${printable(each.emoji)} ${each.people.length}`).join('  ')
  const marks = [line.edited ? '(edited)' : '', reactions === '' ? '' : `[${reactions}]`].filter((mark) => mark !== '')
  const body = [first, ...others.map((other) => `${INDENT}${other}`)].join('\n')
  return [`${time}  ${name}: ${quote}${body}`, ...marks].join('  ')
}

/** Lines under a heading for each day. */
export const historyText = (
  lines: readonly LineView[],
  people: ReadonlyMap<string, PersonView>,
  now: Millis,
  place: Place = {},
): readonly string[] => {
  let day = ''
  return lines.flatMap((line) => {
    const text = lineText(line, people, place)
    const sameDay = dayOf(line.at, place) === day
    day = dayOf(line.at, place)
    return sameDay ? [text] : [`--- ${dayWords(line.at, now, place)} ---`, text]
  })
}

export const nameOf = (person: string, people: ReadonlyMap<string, PersonView>): string => {
  const view = people.get(person)
  return view === undefined ? `somebody (${person.slice(0, 8)})` : printable(shownName(view))
}

const shortened = (text: string): string => {
  const [line = ''] = printableLines(text)
  const characters = [...line]
  return characters.length <= QUOTE_CHARACTERS_MAX ? line : `${characters.slice(0, QUOTE_CHARACTERS_MAX - 1).join('')}…`
}
