import type { Hex } from '../core/bytes/hex.ts'
import { unreachable } from '../core/bytes/result.ts'
import { compareLines, compareText } from './order.ts'
import type { Change, Space, StoredEvent, StoredLine } from './port.ts'

type NumberedLine = { readonly number: number; readonly line: StoredLine }

type Conversation = {
  readonly byId: Map<string, NumberedLine>
  /** In order. */
  readonly lines: StoredLine[]
  readonly chains: Map<Hex, StoredEvent[]>
}

/** All that a store in memory holds. What was put is shared and never changed in place. */
export type Contents = {
  readonly records: Map<Space, Map<string, Uint8Array>>
  readonly events: Map<Hex, StoredEvent>
  readonly amendments: Map<Hex, StoredEvent[]>
  readonly conversations: Map<Hex, Conversation>
  /** The number of the next new line: search goes by it. */
  readonly next: { number: number }
}

/** Makes a change; the contents keep what it brings as it is. */
export const applyChange = (contents: Contents, change: Change): void => {
  if ('drop' in change) {
    if (change.drop === 'record') contents.records.get(change.space)?.delete(change.key)
    else if (change.drop === 'line') dropLine(contents, change.conversation, change.id)
    else dropTexts(contents, change.conversation)
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
  const held = contents.events.get(event.id)
  if (held !== undefined) {
    if (held.content === undefined && event.content !== undefined) replaceEvent(contents, held, event)
    return
  }
  contents.events.set(event.id, event)
  const { chains } = conversationOf(contents, event.conversation)
  const chain = chains.get(event.author) ?? []
  chains.set(event.author, chain)
  insert(chain, event, (a, b) => a.seq - b.seq || compareText(a.id, b.id))
  amend(contents, event)
}

/** What it says came later, from somebody who could read it. */
const replaceEvent = (contents: Contents, held: StoredEvent, told: StoredEvent): void => {
  const { content } = told
  const target = held.target ?? told.target
  const event = { ...held, ...(content && { content }), ...(target !== undefined && { target }) }
  contents.events.set(event.id, event)
  const chain = conversationOf(contents, event.conversation).chains.get(event.author) ?? []
  chain[chain.findIndex(({ id }) => id === event.id)] = event
  if (held.target === undefined) amend(contents, event)
}

const amend = (contents: Contents, event: StoredEvent): void => {
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
  lines.splice(
    placeIn(lines, (line) => compareLines(line, dropped.line) < 0),
    1,
  )
  return dropped
}

const dropTexts = (contents: Contents, id: Hex): void => {
  const conversation = conversationOf(contents, id)
  conversation.byId.clear()
  conversation.lines.length = 0
  for (const [author, chain] of conversation.chains)
    conversation.chains.set(
      author,
      chain.map((told) => {
        const { content: _, target, ...event } = told
        if (target !== undefined) contents.amendments.set(target, without(contents.amendments.get(target), told.id))
        contents.events.set(event.id, event)
        return event
      }),
    )
}

const without = (events: readonly StoredEvent[] | undefined, id: Hex): StoredEvent[] =>
  (events ?? []).filter((event) => event.id !== id)

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
  else
    sorted.splice(
      placeIn(sorted, (each) => compare(each, item) < 0),
      0,
      item,
    )
}

/** The index of the first item that does not precede, by halving. */
export const placeIn = <Item>(sorted: readonly Item[], precedes: (item: Item) => boolean): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (precedes(sorted[middle] as Item)) low = middle + 1
    else high = middle
  }
  return low
}

export const emptyContents = (): Contents => ({
  records: new Map(),
  events: new Map(),
  amendments: new Map(),
  conversations: new Map(),
  next: { number: 1 },
})

// Values are never changed in place, so copies share them.
export const copyContents = (contents: Contents): Contents => ({
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
