import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import { applyChange, copyContents, emptyContents, placeIn, type Contents } from './contents.ts'
import { openCommitQueue } from './group.ts'
import { compareOrder, compareText } from './order.ts'
import { pageOf, type Dumped } from './dump-page.ts'
import type { Change, DumpPlace, Space, Store, StoredEvent, StoredLine, StoreRefusal } from './port.ts'
import { isFoundIn, soughtIn, wordsOf } from './words.ts'

/** What a store held at some instant; opaque, and never changed afterwards. */
export type Snapshot = { readonly contents: Contents }

/** A store for simulations and tests: fast, the same every time, and with a hand on the disk. */
export type MemoryStore = Store & {
  /** The next transaction is refused with this. */
  failNext(refusal: StoreRefusal): void
  /** From now on nothing is written or answered: the time in which a crash loses what was not yet acknowledged. */
  pause(): void
  /** Writes what waited since `pause`, as one transaction. */
  resume(): void
  /** What a crash at this instant leaves, to be given to `openMemoryStore`. */
  snapshot(): Snapshot
}

export const openMemoryStore = (from?: Snapshot): MemoryStore => {
  const contents = from === undefined ? emptyContents() : copyContents(from.contents)
  let failure: StoreRefusal | undefined
  let state: 'open' | 'paused' | 'closed' = 'open'
  let held: (() => void) | undefined

  const queue = openCommitQueue<Change>({
    soon: (flush) => queueMicrotask(() => (state === 'paused' ? (held = flush) : flush())),
    write: (changes) => {
      if (failure !== undefined) {
        const refusal = failure
        failure = undefined
        return refuse(refusal)
      }
      for (const change of changes) applyChange(contents, change)
      return accept(null)
    },
  })

  const conversation = (id: Hex) => contents.conversations.get(id)

  return {
    commit: async (changes) =>
      state === 'closed'
        ? refuse({ kind: 'failed', detail: 'the store is closed' })
        : queue.add(changes.map(copyChange)),
    failNext: (refusal) => {
      failure = refusal
    },
    pause: () => {
      if (state === 'open') state = 'paused'
    },
    resume: () => {
      if (state === 'paused') state = 'open'
      held?.()
      held = undefined
    },
    snapshot: () => ({ contents: copyContents(contents) }),

    record: async (space, key) => contents.records.get(space)?.get(key)?.slice(),
    records: async (space, prefix = '') =>
      [...(contents.records.get(space) ?? [])]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => compareText(a, b))
        .map(([key, value]) => ({ key, value: value.slice() })),

    event: async (id) => {
      const event = contents.events.get(id)
      return event && copyEvent(event)
    },
    events: async ({ conversation: id, author, from: first, limit, bytes }) => {
      const chain = conversation(id)?.chains.get(author) ?? []
      const found: StoredEvent[] = []
      let size = 0
      for (let index = placeIn(chain, (event) => event.seq < first); index < chain.length; index++) {
        const event = chain[index]
        if (event === undefined || found.length >= limit || size > bytes) break
        found.push(copyEvent(event))
        size += event.bytes.length
      }
      return found
    },
    amendments: async ({ target, after = '', limit }) => {
      const amendments = contents.amendments.get(target) ?? []
      const start = placeIn(amendments, ({ id }) => id <= after)
      return amendments.slice(start, start + limit).map(copyEvent)
    },

    line: async (id, lineId) => {
      const found = conversation(id)?.byId.get(lineId)
      return found && copyLine(found.line)
    },
    lines: async ({ conversation: id, before, after, limit }) => {
      const lines = conversation(id)?.lines ?? []
      const end = before ? placeIn(lines, (line) => compareOrder(line, before) < 0) : lines.length
      const start = after ? placeIn(lines, (line) => compareOrder(line, after) <= 0) : Math.max(0, end - limit)
      return lines.slice(start, after ? Math.min(end, start + limit) : end).map(copyLine)
    },
    unread: async (id, after, limit) => {
      const lines = conversation(id)?.lines ?? []
      let count = 0
      const start = after ? placeIn(lines, (line) => compareOrder(line, after) <= 0) : 0
      for (let index = start; index < lines.length && count < limit; index++) if (lines[index]?.counts) count++
      return count
    },
    search: async ({ text, conversation: id, limit }) => {
      const sought = soughtIn(text)
      if (sought === undefined) return []
      const among = id === undefined ? [...contents.conversations.values()] : [conversation(id)]
      return among
        .flatMap((each) => [...(each?.byId.values() ?? [])])
        .filter(({ line }) => line.text !== undefined && isFoundIn(sought, wordsOf(line.text)))
        .sort((a, b) => b.number - a.number)
        .slice(0, limit)
        .map(({ line }) => copyLine(line))
    },
    dump: async ({ from, bytes }) => pageOf(foundAfter(contents, from), bytes),
    close: async () => {
      if (state === 'closed') return
      queue.flush()
      state = 'closed'
    },
  }
}

/** Everything after a place, in the order of a dump. An event's number is its place among all. */
const foundAfter = function* (contents: Contents, from: DumpPlace | undefined): Generator<Dumped> {
  if (from === undefined || from.of === 'record')
    for (const space of [...contents.records.keys()].filter((each) => each !== 'secret').sort(compareText))
      for (const [key, value] of sortedRecords(contents, space))
        if (from === undefined || (compareText(space, from.space) || compareText(key, from.key)) > 0)
          yield { entry: { put: 'record', space, key, value: value.slice() }, place: { of: 'record', space, key } }
  if (from === undefined || from.of === 'record' || from.of === 'secret')
    for (const [key, value] of sortedRecords(contents, 'secret'))
      if (from?.of !== 'secret' || compareText(key, from.key) > 0)
        yield { entry: { put: 'record', space: 'secret', key, value: value.slice() }, place: { of: 'secret', key } }
  if (from?.of !== 'line')
    for (const [index, event] of [...contents.events.values()].entries())
      if (from?.of !== 'event' || index >= from.number)
        yield { entry: { put: 'event', event: copyEvent(event) }, place: { of: 'event', number: index + 1 } }
  const numbered = [...contents.conversations.values()].flatMap(({ byId }) => [...byId.values()])
  for (const { number, line } of numbered.sort((a, b) => a.number - b.number))
    if (from?.of !== 'line' || number > from.number)
      yield { entry: { put: 'line', line: copyLine(line) }, place: { of: 'line', number } }
}

const sortedRecords = (contents: Contents, space: Space) =>
  [...(contents.records.get(space) ?? [])].sort(([a], [b]) => compareText(a, b))

// Bytes are copied on the way in and out: callers wipe keys in place, and their bytes may be views into long frames.
const copyChange = (change: Change): Change => {
  if ('drop' in change) return change
  if (change.put === 'record') return { ...change, value: change.value.slice() }
  if (change.put === 'event') return { ...change, event: copyEvent(change.event) }
  return { ...change, line: copyLine(change.line) }
}

const copyEvent = (event: StoredEvent): StoredEvent => ({
  ...event,
  bytes: event.bytes.slice(),
  ...(event.content && { content: event.content.slice() }),
})

const copyLine = (line: StoredLine): StoredLine => ({ ...line, bytes: line.bytes.slice() })
