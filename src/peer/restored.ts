import { decode, encode } from '../core/bytes/cbor.ts'
import type { Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { uint } from '../core/bytes/shape.ts'
import type { Chain } from '../core/event/graph.ts'
import type { Store } from '../store/port.ts'
import type { RecordDrop, RecordPut } from './record.ts'

/**
 * A conversation that came back from an export, or whose disk was put back to an older state: this device may have written
 * more in it than is here. `at`: when it was brought back, or when that was noticed, in milliseconds since 1970.
 */
export type Restored = { readonly at: number }

/** What others said of how far this device has written. Not on disk: after a restart, all are heard anew. */
export type Word = {
  /** Whether another member's device has said what it holds, since the conversation was brought back if it was. */
  readonly heard: boolean
  /** The greatest number of an event of this device that anybody has named. */
  readonly named: number
}

export const NO_WORD: Word = { heard: false, named: 0 }

/** Somebody named how far this device had written. `heard`: it is what they hold now, not only some of it. */
export const withNamed = (word: Word, { seq, heard }: { readonly seq: number; readonly heard: boolean }): Word =>
  seq <= word.named && (word.heard || !heard) ? word : { heard: word.heard || heard, named: Math.max(seq, word.named) }

/** Whether everything that this device is known to have written is here again: the next event continues its chain. */
export const hasCaughtUp = ({ heard, named }: Word, own: Chain): boolean =>
  heard && own.seq >= named && own.beyond.size === 0

export const loadRestored = async (store: Store, conversation: Hex): Promise<Restored | undefined> => {
  const record = await store.record('conversation', restoredKey(conversation))
  if (!record) return undefined
  const decoded = decode(record)
  const at = decoded.ok ? uint()(decoded.value) : undefined
  if (at === undefined) throw new Bug('a stored mark of restoring cannot be read')
  return { at }
}

export const restoredPut = (conversation: Hex, at: number): RecordPut => ({
  put: 'record',
  space: 'conversation',
  key: restoredKey(conversation),
  value: encode(at),
})

export const restoredDrop = (conversation: Hex): RecordDrop => ({
  drop: 'record',
  space: 'conversation',
  key: restoredKey(conversation),
})

/** Under this key, the time at which a conversation was brought back from an export. */
const restoredKey = (conversation: Hex): string => `${conversation}/restored`
