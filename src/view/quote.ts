import { unreachable } from '../core/bytes/result.ts'
import type { LineView, Quote } from './view.ts'

export const QUOTE_CHARACTERS_MAX = 200

/** What an answer shows of the line that it answers, as that stands now. */
export const quoteOf = (line: LineView): Quote => {
  const { id, person } = line
  if (line.kind === 'deleted') return { kind: 'deleted', id, person }
  return line.kind === 'message' ? { kind: 'message', id, person, text: snippetOf(line.text) } : { kind: 'unknown', id }
}

/** What stands in a quote: what was said, or why there is nothing to see. */
export const quoteWords = (quote: Quote): string => {
  switch (quote.kind) {
    case 'message':
      return quote.text
    case 'deleted':
      return 'This message was deleted'
    case 'unknown':
      return 'A message that has not arrived here'
    default:
      return unreachable(quote)
  }
}

/** The beginning of a text. Its line breaks stay: a block of code, for one, begins with a line. */
export const snippetOf = (text: string): string => {
  const words = text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
  if (words.length <= QUOTE_CHARACTERS_MAX) return words
  // Half of a surrogate pair would be drawn as a broken character.
  return `${words.slice(0, QUOTE_CHARACTERS_MAX).replace(/[\uD800-\uDBFF]$/, '')}…`
}
