import { fromHex, toHex } from '../core/bytes/hex.ts'
import type { Cells, Database } from './database.ts'
import { compareOrder } from './order.ts'
import type { LineOrder, Store, StoredEvent, StoredLine } from './port.ts'
import type { Secrets } from './secrets.ts'
import { conversationWord } from './word-index.ts'
import { isFoundIn, soughtIn, wordsOf } from './words.ts'
import { lineKey, type Indexes } from './writing.ts'

/** The columns that `toEvent` reads. */
export const EVENT = `
  SELECT event.number, event.id, c.id AS conversation, a.id AS author, seq, target, bytes, content FROM event
  JOIN identifier c ON c.number = event.conversation JOIN identifier a ON a.number = event.author`

/** The columns that `toLine` reads. */
export const LINE = `
  SELECT line.number, line.id, c.id AS conversation, time, author, seq, counts, text, bytes FROM line
  JOIN identifier c ON c.number = line.conversation`

const NUMBER = '(SELECT number FROM identifier WHERE id = ?)'

// SQLite (3.53) looks at the number behind a bare `LIMIT ?` to plan by, and so plans anew each time that it is bound: that
// takes twenty times as long as the query. It does not look into a sum.
const AT_MOST = 'LIMIT ? + 0'

/**
 * The reading half of a store; each promise rejects when the file cannot be read. Search looks through the lines that
 * wait for the index itself.
 */
export const openReader = (
  database: Database,
  secrets: Secrets,
  indexes: Indexes,
): Omit<Store, 'commit' | 'dump' | 'close'> => {
  const record = database.prepare('SELECT value FROM record WHERE space = ? AND key = ?')
  const records = database.prepare('SELECT key, value FROM record WHERE space = ? AND key >= ? ORDER BY key')
  const event = database.prepare(`${EVENT} WHERE event.number = ?`)
  const chain = database.prepare(
    `${EVENT} WHERE conversation = ${NUMBER} AND author = ${NUMBER} AND seq >= ? ORDER BY seq, event.id ${AT_MOST}`,
  )
  const amendments = database.prepare(`${EVENT} WHERE target = ? AND event.id > ? ORDER BY event.id ${AT_MOST}`)
  const line = database.prepare(`${LINE} WHERE line.number = ?`)
  const newest = database.prepare(
    `${LINE} WHERE conversation = ${NUMBER} ORDER BY time DESC, author DESC, seq DESC, line.id DESC ${AT_MOST}`,
  )
  const before = database.prepare(
    `${LINE} WHERE conversation = ${NUMBER} AND (time, author, seq) < (?, ?, ?)
     ORDER BY time DESC, author DESC, seq DESC, line.id DESC ${AT_MOST}`,
  )
  const after = database.prepare(
    `${LINE} WHERE conversation = ${NUMBER} AND (time, author, seq) > (?, ?, ?)
     ORDER BY time, author, seq, line.id ${AT_MOST}`,
  )
  const unread = database.prepare(
    `SELECT count(*) AS count FROM (SELECT 1 FROM line
     WHERE conversation = ${NUMBER} AND (time, author, seq) > (?, ?, ?) AND counts = 1 ${AT_MOST})`,
  )
  const number = database.prepare('SELECT number FROM identifier WHERE id = ?')
  const search = database.prepare(
    `SELECT rowid AS number FROM line_words WHERE line_words MATCH ? ORDER BY rowid DESC ${AT_MOST}`,
  )
  const unindexed = database.prepare(
    `SELECT number, conversation, text FROM line WHERE number > ? AND text IS NOT NULL ORDER BY number DESC`,
  )

  return {
    record: async (space, key) =>
      space === 'secret' ? secrets.get(key) : (record.get(space, key)?.['value'] as Uint8Array | undefined),
    records: async (space, prefix = '') => {
      if (space === 'secret') return secrets.list(prefix)
      const found: { key: string; value: Uint8Array }[] = []
      for (const cells of records.iterate(space, prefix)) {
        const key = String(cells['key'])
        if (!key.startsWith(prefix)) break
        found.push({ key, value: cells['value'] as Uint8Array })
      }
      return found
    },
    event: async (id) => {
      const held = indexes.events.find(fromHex(id))
      const cells = held === undefined ? undefined : event.get(held)
      return cells && toEvent(cells)
    },
    events: async ({ conversation, author, from, limit, bytes }) => {
      const found: StoredEvent[] = []
      let size = 0
      for (const cells of chain.iterate(fromHex(conversation), fromHex(author), from, limit)) {
        const each = toEvent(cells)
        found.push(each)
        size += each.bytes.length
        if (size > bytes) break
      }
      return found
    },
    amendments: async ({ target, after, limit }) =>
      amendments.all(fromHex(target), fromHex(after ?? ''), limit).map(toEvent),
    line: async (conversation, id) => {
      const inside = number.get(fromHex(conversation))?.['number']
      const held = inside === undefined ? undefined : indexes.lines.find(inside, lineKey(id))
      const cells = held === undefined ? undefined : line.get(held)
      return cells && toLine(cells)
    },
    lines: async (input) => {
      const inside = fromHex(input.conversation)
      if (input.after) {
        const found = after.all(inside, ...place(input.after), input.limit).map(toLine)
        const end = input.before
        return end ? found.filter((each) => compareOrder(each, end) < 0) : found
      }
      const found = input.before
        ? before.all(inside, ...place(input.before), input.limit)
        : newest.all(inside, input.limit)
      return found.map(toLine).reverse()
    },
    unread: async (conversation, after, limit) =>
      Number(unread.get(fromHex(conversation), ...place(after ?? BEGINNING), limit)?.['count']),
    search: async ({ text, conversation, limit }) => {
      const sought = soughtIn(text)
      if (sought === undefined) return []
      const words = [...sought.whole]
      let inside: number | undefined
      if (conversation !== undefined) {
        inside = number.get(fromHex(conversation))?.['number'] as number | undefined
        if (inside === undefined) return []
        words.push(conversationWord(inside))
      }
      const query = [...words.map((word) => `"${word}"`), `"${sought.beginning}"*`].join(' AND ')
      const newest = unindexed
        .all(indexes.words.last())
        .filter((cells) => inside === undefined || cells['conversation'] === inside)
        .filter((cells) => isFoundIn(sought, wordsOf(String(cells['text']))))
        .slice(0, limit)
      return [...newest, ...search.all(query, limit - newest.length)]
        .map((cells) => line.get(cells['number'] ?? null))
        .filter((cells) => cells !== undefined)
        .map(toLine)
    },
  }
}

const BEGINNING: LineOrder = { time: Number.MIN_SAFE_INTEGER, author: '', seq: 0 }

const place = ({ time, author, seq }: LineOrder) => [time, fromHex(author), seq] as const

export const toEvent = (cells: Cells): StoredEvent => ({
  id: toHex(cells['id'] as Uint8Array),
  conversation: toHex(cells['conversation'] as Uint8Array),
  author: toHex(cells['author'] as Uint8Array),
  seq: Number(cells['seq']),
  bytes: cells['bytes'] as Uint8Array,
  ...(cells['content'] !== null && { content: cells['content'] as Uint8Array }),
  ...(cells['target'] !== null && { target: toHex(cells['target'] as Uint8Array) }),
})

export const toLine = (cells: Cells): StoredLine => ({
  id: typeof cells['id'] === 'string' ? cells['id'] : toHex(cells['id'] as Uint8Array),
  conversation: toHex(cells['conversation'] as Uint8Array),
  time: Number(cells['time']),
  author: toHex(cells['author'] as Uint8Array),
  seq: Number(cells['seq']),
  counts: cells['counts'] === 1,
  ...(cells['text'] !== null && { text: String(cells['text']) }),
  bytes: cells['bytes'] as Uint8Array,
})
