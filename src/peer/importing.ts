import { readExport, type ExportRefusal } from '../core/backup/export.ts'
import type { Head, Kept } from '../core/backup/entry.ts'
import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, unreachable, type Result } from '../core/bytes/result.ts'
import type { Put, Space, Store, StoreRefusal } from '../store/port.ts'
import { amendedLines } from './amended.ts'
import { restoredPut } from './restored.ts'
import { loadSelf, type Self } from './self.ts'
import { conversationIn, newTally, type Tally } from './tally.ts'

/** An export that was unlocked: its key, and its sealed bytes, which can be read any number of times. */
export type OpenExport = { readonly key: Uint8Array; readonly read: () => AsyncIterable<Uint8Array> }

export type ImportRefusal = UnfitExport | StoreRefusal

/** What is wrong with a file, or with bringing it into this profile. */
export type UnfitExport =
  | ExportRefusal
  /** It is somebody else's, or another device's, and this profile is in use. */
  | { readonly kind: 'export-of-another'; readonly name: string | null }
  /** It has events of this very device that are not here: what is here is an older state of the device. */
  | { readonly kind: 'export-ahead'; readonly events: number }

/** What an import will do, once the whole file is known to be in order. */
export type Survey =
  /** Nobody uses this profile yet: it becomes the one that was exported. */
  | { readonly at: 'unused' }
  /** This is the device that was exported: what is missing here is added. */
  | { readonly at: 'same'; readonly self: Self; readonly known: ReadonlySet<Hex> }

/**
 * Reads an export to its end before anything is written: whether it is whole, and whether it may be brought into this
 * store. What a device has written goes on from its newest event; an import never takes a device back behind that.
 */
export const surveyExport = async (store: Store, opened: OpenExport): Promise<Result<Survey, ImportRefusal>> => {
  const survey = await surveyStore(store)
  let ahead = 0
  for await (const read of readExport(opened.key, opened.read())) {
    if (!read.ok) return read
    const entry = read.value
    if (survey.at === 'unused') continue
    if (entry.entry === 'head' && entry.device !== survey.self.device) return refuse(ofAnother(entry))
    if (entry.entry !== 'event' || entry.author !== survey.self.device || !survey.known.has(entry.conversation))
      continue
    if ((await store.event(entry.id)) === undefined) ahead++
  }
  return ahead === 0 ? accept(survey) : refuse({ kind: 'export-ahead', events: ahead })
}

const surveyStore = async (store: Store): Promise<Survey> => {
  const self = await loadSelf(store)
  const known = new Set((await store.records('conversation')).flatMap(({ key }) => conversationIn(key) ?? []))
  const isUsed = self !== undefined && (self.name !== undefined || known.size > 0)
  return isUsed ? { at: 'same', self, known } : { at: 'unused' }
}

const ofAnother = ({ name }: Head) => ({ kind: 'export-of-another', name: name ?? null }) as const

/** Puts all of an export into an empty store. */
export const importWhole = (store: Store, opened: OpenExport, now: number): Promise<Result<Tally, ImportRefusal>> =>
  bringIn(store, opened, { now, isMissing: () => Promise.resolve(true) })

/**
 * Adds what the device's own store lacks. Whatever is here stays as it is; of a conversation that is here only events and
 * lines are added, never keys or what is known of the others, so nothing goes back behind what the device has done since.
 * What was added changes the lines of messages that are here as if it had come from its author.
 */
export const mergeExport = async (
  store: Store,
  opened: OpenExport,
  { self, known, now }: Omit<Extract<Survey, { readonly at: 'same' }>, 'at'> & { readonly now: number },
): Promise<Result<Tally, ImportRefusal>> => {
  const added = new Map([...known].map((conversation) => [conversation, new Set<Hex>()]))
  const tally = await bringIn(store, opened, { now, isMissing: lookForMissing(store, known, added) })
  if (!tally.ok) return tally
  for (const [conversation, events] of added)
    for await (const lines of amendedLines(store, self, { conversation, events: [...events] })) {
      const put = await store.commit(lines.map((line) => ({ put: 'line', line })))
      if (!put.ok) return put
    }
  return tally
}

/**
 * Conversations whose keys come from the export are marked as restored: the device may have gone on since, so its peer
 * asks the others how far before it writes.
 */
const bringIn = async (
  store: Store,
  opened: OpenExport,
  how: { readonly now: number; readonly isMissing: (kept: Kept) => Promise<boolean> },
): Promise<Result<Tally, ImportRefusal>> => {
  const tally = newTally()
  const batch = batchInto(store)
  for await (const read of readExport(opened.key, opened.read())) {
    if (!read.ok) return read
    const kept = read.value
    if (kept.entry === 'head' || kept.entry === 'end') continue
    const isNew = await how.isMissing(kept)
    tally.count(kept, isNew ? 'added' : 'kept')
    const put = isNew ? await batch.add(putOf(kept)) : accept(null)
    if (!put.ok) return put
  }
  for (const conversation of tally.addedConversations()) {
    const put = await batch.add(restoredPut(conversation, how.now))
    if (!put.ok) return put
  }
  const ended = await batch.end()
  return ended.ok ? accept(tally.counted()) : ended
}

/**
 * Tells whether something of this device's export is to be added to its store, and notes the events that are, by their
 * conversation if that is here. Of a message whose event is here nothing is: what is not shown of it was deleted since.
 */
const lookForMissing =
  (store: Store, known: ReadonlySet<Hex>, added: Map<Hex, Set<Hex>>) =>
  async (kept: Kept): Promise<boolean> => {
    switch (kept.entry) {
      case 'event': {
        const isMissing = (await store.event(kept.id)) === undefined
        if (isMissing) added.get(kept.conversation)?.add(kept.id)
        return isMissing
      }
      case 'line':
        // Events come before lines. Lines with made ids tell of gaps and forks as they were then.
        return added.get(kept.conversation)?.has(kept.id) ?? true
      case 'record':
        return isMissingRecord(store, known, kept)
      default:
        return unreachable(kept)
    }
  }

const isMissingRecord = async (
  store: Store,
  known: ReadonlySet<Hex>,
  { space, key }: Extract<Kept, { readonly entry: 'record' }>,
): Promise<boolean> => {
  switch (space) {
    case 'person':
    case 'device':
      return (await store.record(space, key)) === undefined
    case 'conversation':
    case 'held':
    case 'secret':
    case 'draft': {
      const conversation = conversationIn(key)
      return conversation !== undefined && !known.has(conversation)
    }
    default:
      return false
  }
}

const putOf = (kept: Kept): Put => {
  switch (kept.entry) {
    case 'record':
      return { put: 'record', space: kept.space as Space, key: kept.key, value: kept.value }
    case 'event': {
      const { entry: _, ...event } = kept
      return { put: 'event', event }
    }
    case 'line': {
      const { entry: _, ...line } = kept
      return { put: 'line', line }
    }
    default:
      return unreachable(kept)
  }
}

const BATCH_ENTRIES = 500
const BATCH_BYTES = 1_048_576

/** Commits what is added, some of it at a time. */
const batchInto = (store: Store) => {
  let waiting: Put[] = []
  let bytes = 0
  const commit = async (): Promise<Result<null, StoreRefusal>> => {
    const puts = waiting
    waiting = []
    bytes = 0
    return puts.length === 0 ? accept(null) : store.commit(puts)
  }
  return {
    add: async (put: Put): Promise<Result<null, StoreRefusal>> => {
      waiting.push(put)
      bytes +=
        put.put === 'record' ? put.value.length : put.put === 'event' ? put.event.bytes.length : put.line.bytes.length
      return waiting.length < BATCH_ENTRIES && bytes < BATCH_BYTES ? accept(null) : commit()
    },
    end: commit,
  }
}
