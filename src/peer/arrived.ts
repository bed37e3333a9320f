import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { readEvent, verifyEvent, type EventRefusal, type SignedEvent } from '../core/event/event.ts'

/** An event that somebody sent, as far as it can be judged by itself. */
export type Arrived = {
  readonly read: ReturnType<typeof readEvent>
  /** Whether its author signed it; absent where that is to be verified when its turn comes. Never rejects. */
  readonly opened?: Promise<Result<SignedEvent, EventRefusal>>
}

/** Of fewer events than this, each is verified in its turn: that is sooner done. */
const ASIDE_EVENTS_MIN = 4
/** Signatures that are verified at a time, beside what else goes on. */
const ASIDE_EVENTS_MAX = 16

/**
 * Reads what came together, and begins to verify those that `isNew` says are worth it: most of the work on many events is
 * done while those before them are taken in and written down.
 */
export const arrivedTogether = (
  crypto: Crypto,
  all: readonly Uint8Array[],
  isNew: (event: { readonly author: Hex; readonly seq: number }) => boolean,
): readonly Arrived[] => {
  const reads = all.map((bytes) => readEvent(bytes))
  if (all.length < ASIDE_EVENTS_MIN) return reads.map((read) => ({ read }))
  const aside = { verify: crypto.verifyAside }
  const ends: Promise<unknown>[] = []
  return reads.map((read) => {
    if (!read.ok || !isNew(read.value.event)) return { read }
    const { value } = read
    const before = ends.at(-ASIDE_EVENTS_MAX)
    const opened = before ? before.then(() => verifyEvent(aside, value)) : verifyEvent(aside, value)
    ends.push(opened)
    return { read, opened }
  })
}
