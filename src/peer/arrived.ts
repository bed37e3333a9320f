import type { Hex } from '../core/bytes/hex.ts'
import { equalBytes } from '../core/crypto/symmetric.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Crypto, Soon } from '../core/crypto/port.ts'
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
 * Reads what came together, and has some of those to come verified meanwhile that `isNew` says are worth it: most of the
 * work on many events is done while those before them are taken in. What is read takes many times the room of its bytes, so
 * no more is read than that.
 */
export function* arrivedTogether(
  crypto: Crypto,
  all: readonly Uint8Array[],
  isNew: (event: { readonly author: Hex; readonly seq: number }) => boolean,
): Generator<Arrived, void, void> {
  const aside = all.length < ASIDE_EVENTS_MIN ? undefined : { verify: rememberingLast(crypto.verifyAside) }
  const ahead: Arrived[] = []
  for (const bytes of all) {
    const read = readEvent(bytes)
    const opened = aside && read.ok && isNew(read.value.event) ? verifyEvent(aside, read.value) : undefined
    ahead.push({ read, ...(opened && { opened }) })
    const first = ahead.length < ASIDE_EVENTS_MAX && aside ? undefined : ahead.shift()
    if (first) yield first
  }
  yield* ahead
}

/** What was signed together has one signature, which is verified once. */
const rememberingLast = (verify: Crypto['verify']): Crypto['verify'] => {
  let last: { readonly asked: readonly Uint8Array[]; readonly answer: Soon<boolean> } | undefined
  return (...asked) => {
    if (!last?.asked.every((bytes, at) => equalBytes(bytes, asked[at] as Uint8Array)))
      last = { asked, answer: verify(...asked) }
    return last.answer
  }
}
