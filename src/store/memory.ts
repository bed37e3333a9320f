import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, unreachable } from '../core/bytes/result.ts'
import { openCommitQueue } from './group.ts'
import { compareLines, compareOrder, compareText } from './order.ts'
import type { Change, Space, Store, StoredEvent, StoredLine, StoreRefusal } from './port.ts'
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

type NumberedLine = { readonly number: number; readonly line: StoredLine }

type Conversation = {
  readonly byId: Map<string, NumberedLine>
  /** In order. */
  readonly lines: StoredLine[]
  readonly chains: Map<Hex, StoredEvent[]>
}

type Contents = {
  readonly records: Map<Space, Map<string, Uint8Array>>
  readonly events: Map<Hex, StoredEvent>
  readonly amendments: Map<Hex, StoredEvent[]>
  readonly conversations: Map<Hex, Conversation>
  /** The number of the next new line: search goes by it. */
  readonly next: { number: number }
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
      for (const change of changes) apply(contents, change)
      return accept(null)
    },
  })

  const conversation = (id: Hex) => contents.conversations.get(id)

  return {
    commit: async (changes) =>
      state === 'closed' ? refuse({ kind: 'failed', detail: 'the store is closed' }) : queue.add(changes.map(copyChange)),
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
    amendments: async (target, limit) => (contents.amendments.get(target) ?? []).slice(0, limit).map(copyEvent),

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
    close: async () => {
      if (state === 'closed') return
      queue.flush()
      state = 'closed'
    },
  }
}

const apply = (contents: Contents, change: Change): void => {
  if ('drop' in change) {
    if (change.drop === 'record') contents.records.get(change.space)?.delete(change.key)
    else dropLine(contents, change.conversation, change.id)
    return
  }
  switch (change.put) {
    case 'record':
      return putRecord(contents, change.space, change.key, change.value)
    case 'event':
      return putEvent(contents, change.event)
    case 'line':
      return putLine(contents, change.line)
    default:
      return unreachable(change)
  }
}

const putRecord = (contents: Contents, space: Space, key: string, value: Uint8Array): void => {
  const records = contents.records.get(space) ?? new Map<string, Uint8Array>()
  contents.records.set(space, records)
  records.set(key, value)
}

const putEvent = (contents: Contents, event: StoredEvent): void => {
  if (contents.events.has(event.id)) return
  contents.events.set(event.id, event)
  const { chains } = conversationOf(contents, event.conversation)
  const chain = chains.get(event.author) ?? []
  chains.set(event.author, chain)
  insert(chain, event, (a, b) => a.seq - b.seq || compareText(a.id, b.id))
  if (event.target === undefined) return
  const amendments = contents.amendments.get(event.target) ?? []
  contents.amendments.set(event.target, amendments)
  insert(amendments, event, (a, b) => compareText(a.id, b.id))
}

/** A line that is replaced keeps its number, so a change to it does not bring it to the front of a search. */
const putLine = (contents: Contents, line: StoredLine): void => {
  const replaced = dropLine(contents, line.conversation, line.id)
  const { byId, lines } = conversationOf(contents, line.conversation)
  byId.set(line.id, { number: replaced?.number ?? contents.next.number++, line })
  insert(lines, line, compareLines)
}

const dropLine = (contents: Contents, conversation: Hex, id: string): NumberedLine | undefined => {
  const { byId, lines } = conversationOf(contents, conversation)
  const dropped = byId.get(id)
  if (dropped === undefined) return undefined
  byId.delete(id)
  lines.splice(placeIn(lines, (line) => compareLines(line, dropped.line) < 0), 1)
  return dropped
}

const conversationOf = (contents: Contents, id: Hex): Conversation => {
  const known = contents.conversations.get(id)
  if (known) return known
  const made: Conversation = { byId: new Map(), lines: [], chains: new Map() }
  contents.conversations.set(id, made)
  return made
}

const insert = <Item>(sorted: Item[], item: Item, compare: (a: Item, b: Item) => number): void => {
  const last = sorted.at(-1)
  if (last === undefined || compare(last, item) < 0) sorted.push(item)
  else sorted.splice(placeIn(sorted, (each) => compare(each, item) < 0), 0, item)
}

/** The index of the first item that does not precede, by halving. */
const placeIn = <Item>(sorted: readonly Item[], precedes: (item: Item) => boolean): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (precedes(sorted[middle] as Item)) low = middle + 1
    else high = middle
  }
  return low
}

const emptyContents = (): Contents => ({
  records: new Map(),
  events: new Map(),
  amendments: new Map(),
  conversations: new Map(),
  next: { number: 1 },
})

// Values are never changed in place, so copies share them.
const copyContents = (contents: Contents): Contents => ({
  records: mapValues(contents.records, (space) => new Map(space)),
  events: new Map(contents.events),
  amendments: mapValues(contents.amendments, (events) => [...events]),
  conversations: mapValues(contents.conversations, ({ byId, lines, chains }) => ({
    byId: new Map(byId),
    lines: [...lines],
    chains: mapValues(chains, (chain) => [...chain]),
  })),
  next: { ...contents.next },
})

const mapValues = <Key, Value>(map: ReadonlyMap<Key, Value>, change: (value: Value) => Value): Map<Key, Value> =>
  new Map([...map].map(([key, value]) => [key, change(value)]))

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
