import type { Hex } from '../core/bytes/hex.ts'
import { readLine, type Line } from '../core/timeline/line.ts'
import { shownOf } from '../core/timeline/message.ts'
import type { Store, StoredLine } from '../store/port.ts'
import { quoteWords, snippetOf } from '../view/quote.ts'
import type { LineContent, LineView, Millis, Quote } from '../view/view.ts'

/** A time further ahead of this clock than this is not shown: the line shows when it was looked at instead. */
export const AHEAD_MILLIS_MAX = 60 * 60 * 1000
export const isAhead = (time: Millis, now: Millis): boolean => time > now + AHEAD_MILLIS_MAX

/** Lines as a screen shows them, with what they reply to. */
export const viewLines = async (
  lines: readonly StoredLine[],
  input: { readonly store: Store; readonly me: Hex; readonly now: Millis },
): Promise<readonly LineView[]> => {
  const views: LineView[] = []
  for (const line of lines) {
    const read = readLine(line.bytes)
    const person = read?.person ?? line.author
    const content: LineContent = read ? await contentOf(line.conversation, read, input.store) : NEWER
    views.push({
      id: line.id,
      order: { time: line.time, author: line.author, seq: line.seq },
      at: isAhead(line.time, input.now) ? input.now : line.time,
      person,
      mine: person === input.me,
      ...content,
    })
  }
  return views
}

/** What the list of conversations shows of a line; undefined for lines that are not about what was said. */
export const lastWordsOf = (line: Line): string | undefined => {
  if (line.kind !== 'text') return undefined
  const { message, person } = line
  return message.kind === 'deleted' ? quoteWords({ kind: 'deleted', id: '', person }) : snippetOf(message.text)
}

const NEWER: LineContent = { kind: 'newer', what: 'line' }

const contentOf = async (conversation: Hex, line: Line, store: Store): Promise<LineContent> => {
  switch (line.kind) {
    case 'text': {
      const { message } = line
      if (message.kind === 'deleted') return { kind: 'deleted' }
      const { text } = message
      const { edited, reactions: shown } = shownOf(message)
      const reactions = shown.map(([emoji, people]) => ({ emoji, people }))
      if (message.reply === null) return { kind: 'message', text, edited, reactions }
      return { kind: 'message', text, edited, reactions, reply: await replyTo(conversation, message.reply, store) }
    }
    case 'renamed':
      return { kind: 'renamed', from: line.from, to: line.to }
    case 'gap':
      return { kind: 'gap', count: line.count }
    case 'newer':
      return { kind: 'newer', what: line.what }
    case 'change':
      return { kind: 'change', change: line.change }
    case 'shared':
      return { kind: 'shared', with: line.with, count: line.count, ...(line.days !== null && { days: line.days }) }
    case 'introduced':
      return { kind: 'introduced', group: line.group, title: line.title }
    case 'joined':
    case 'forked':
    case 'sealed':
    case 'void':
    case 'split':
    case 'device':
      return { kind: line.kind }
  }
}

const replyTo = async (conversation: Hex, id: Hex, store: Store): Promise<Quote> => {
  const target = await store.line(conversation, id)
  const line = target && readLine(target.bytes)
  if (line?.kind !== 'text') return { kind: 'unknown', id }
  const { person, message } = line
  if (message.kind === 'deleted') return { kind: 'deleted', id, person }
  return { kind: 'message', id, person, text: snippetOf(message.text) }
}
