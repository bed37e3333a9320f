import type { Database } from './database.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { unreachable } from '../core/bytes/result.ts'
import { isEventId } from './order.ts'
import type { Change, Space, StoredEvent, StoredLine } from './port.ts'
import type { IdIndex } from './id-index.ts'
import type { Secrets } from './secrets.ts'
import type { WordIndex } from './word-index.ts'

/** A change whose ids and bytes are copied and converted: what is wrong with it shows before it joins a transaction. */
export type Row =
  | { readonly into: 'record'; readonly space: Space; readonly key: string; readonly value: Uint8Array | null }
  | { readonly into: 'event'; readonly conversation: Hex; readonly author: Hex; readonly cells: EventCells }
  | {
      readonly into: 'line'
      readonly conversation: Hex
      readonly id: Uint8Array | string
      readonly text: string | null
      /** Absent when the line is dropped. */
      readonly cells: LineCells | null
    }
  | { readonly into: 'texts'; readonly conversation: Hex }

type EventCells = {
  readonly id: Uint8Array
  readonly seq: number
  readonly target: Uint8Array | null
  readonly bytes: Uint8Array
  readonly content: Uint8Array | null
}

type LineCells = {
  readonly time: number
  readonly author: Uint8Array
  readonly seq: number
  readonly counts: number
  readonly bytes: Uint8Array
}

/** Throws on ids that are not hexadecimal, which only our own mistakes can be. */
export const toRow = (change: Change): Row => {
  if ('drop' in change) {
    if (change.drop === 'record') return { into: 'record', space: change.space, key: change.key, value: null }
    if (change.drop === 'texts') return { into: 'texts', conversation: checked(change.conversation) }
    return { into: 'line', conversation: change.conversation, id: lineKey(change.id), text: null, cells: null }
  }
  switch (change.put) {
    case 'record':
      return { into: 'record', space: change.space, key: change.key, value: change.value.slice() }
    case 'event':
      return eventRow(change.event)
    case 'line':
      return lineRow(change.line)
    default:
      return unreachable(change)
  }
}

/** Throws unless it is hexadecimal. */
const checked = (id: Hex): Hex => {
  fromHex(id)
  return id
}

/** Event ids are kept as bytes, made ids as text; SQLite orders text before bytes. */
export const lineKey = (id: string): Uint8Array | string => (isEventId(id) ? fromHex(id) : id)

const eventRow = (event: StoredEvent): Row => ({
  into: 'event',
  conversation: event.conversation,
  author: event.author,
  cells: {
    id: fromHex(event.id),
    seq: event.seq,
    target: event.target === undefined ? null : fromHex(event.target),
    bytes: event.bytes.slice(),
    content: event.content?.slice() ?? null,
  },
})

const lineRow = (line: StoredLine): Row => ({
  into: 'line',
  conversation: line.conversation,
  id: lineKey(line.id),
  text: line.text ?? null,
  cells: {
    time: line.time,
    author: fromHex(line.author),
    seq: line.seq,
    counts: Number(line.counts),
    bytes: line.bytes.slice(),
  },
})

/** Numbers of conversations and authors that are remembered; a peer speaks with far fewer at a time. */
const NUMBERS_MAX = 10_000

type Writer = {
  /** Writes rows inside the caller's transaction; throws what SQLite throws. */
  write(rows: readonly Row[]): void
  /** To be called when the transaction is rolled back. */
  forget(): void
}

/** What finds rows, shared by those who write and who read. */
export type Indexes = { readonly events: IdIndex; readonly lines: IdIndex; readonly words: WordIndex }

export const openWriter = (database: Database, secrets: Secrets, { events, lines, words }: Indexes): Writer => {
  const putRecord = database.prepare(
    'INSERT INTO record (space, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const dropRecord = database.prepare('DELETE FROM record WHERE space = ? AND key = ?')
  const findNumber = database.prepare('SELECT number FROM identifier WHERE id = ?')
  const putNumber = database.prepare('INSERT INTO identifier (id) VALUES (?)')
  const putEvent = database.prepare(
    `INSERT INTO event (id, conversation, author, seq, target, bytes, content)
     VALUES ($id, $conversation, $author, $seq, $target, $bytes, $content)`,
  )
  const tellEvent = database.prepare(
    'UPDATE event SET content = ?, target = coalesce(target, ?) WHERE number = ? AND content IS NULL',
  )
  const textOf = database.prepare('SELECT text FROM line WHERE number = ?')
  const putLine = database.prepare(
    `INSERT INTO line (conversation, id, time, author, seq, counts, text, bytes)
     VALUES ($conversation, $id, $time, $author, $seq, $counts, $text, $bytes)`,
  )
  const changeLine = database.prepare(
    `UPDATE line SET time = $time, author = $author, seq = $seq, counts = $counts, text = $text, bytes = $bytes
     WHERE number = $number`,
  )
  const dropLine = database.prepare('DELETE FROM line WHERE number = ?')
  const findLines = database.prepare('SELECT number FROM line WHERE conversation = ? AND text IS NOT NULL')
  const dropLines = database.prepare('DELETE FROM line WHERE conversation = ?')
  const dropLineIds = database.prepare('DELETE FROM line_id WHERE conversation = ?')
  const dropContents = database.prepare('UPDATE event SET content = NULL, target = NULL WHERE conversation = ?')

  const numbers = new Map<Hex, number | bigint>()

  const numberOf = (id: Hex): number | bigint => {
    const known = numbers.get(id)
    if (known !== undefined) return known
    if (numbers.size >= NUMBERS_MAX) numbers.clear()
    const bytes = fromHex(id)
    const found = findNumber.get(bytes)?.['number'] as number | undefined
    const number = found ?? putNumber.run(bytes).lastInsertRowid
    numbers.set(id, number)
    return number
  }

  const writeRecord = ({ space, key, value }: Extract<Row, { into: 'record' }>): void => {
    if (space === 'secret') {
      if (value === null) secrets.drop(key)
      else secrets.put(key, value)
    } else if (value === null) dropRecord.run(space, key)
    else putRecord.run(space, key, value)
  }

  // What is held stays, but for what it says, which may come later from somebody who could read it.
  const writeEvent = ({ conversation, author, cells }: Extract<Row, { into: 'event' }>): void => {
    const number = events.find(cells.id)
    if (number !== undefined) {
      if (cells.content !== null) tellEvent.run(cells.content, cells.target, number)
      return
    }
    const put = putEvent.run({ conversation: numberOf(conversation), author: numberOf(author), ...cells })
    events.put(Number(put.lastInsertRowid), cells.id)
  }

  const writeLine = ({ conversation, id, text, cells }: Extract<Row, { into: 'line' }>): void => {
    const inside = numberOf(conversation)
    const number = lines.find(inside, id)
    if (cells === null) {
      if (number === undefined) return
      dropLine.run(number)
      lines.drop(inside, id)
      words.drop(number)
    } else if (number === undefined) {
      const put = Number(putLine.run({ conversation: inside, id, text, ...cells }).lastInsertRowid)
      lines.put(put, inside, id)
      words.put(put, inside, text)
    } else {
      const before = textOf.get(number)?.['text']
      changeLine.run({ number, text, ...cells })
      if (text !== before) words.put(number, inside, text)
    }
  }

  const dropTexts = (conversation: Hex): void => {
    const inside = numberOf(conversation)
    for (const { number } of findLines.all(inside)) words.drop(Number(number))
    dropLines.run(inside)
    dropLineIds.run(inside)
    lines.forget()
    dropContents.run(inside)
  }

  return {
    write: (rows) => {
      for (const row of rows) {
        if (row.into === 'line') writeLine(row)
        else if (row.into === 'texts') dropTexts(row.conversation)
        else if (row.into === 'event') writeEvent(row)
        else writeRecord(row)
      }
      for (const index of [events, lines, words]) index.catchUp()
    },
    forget: () => {
      numbers.clear()
      for (const memory of [secrets, events, lines, words]) memory.forget()
    },
  }
}
