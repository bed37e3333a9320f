import type { Hex } from '../core/bytes/hex.ts'
import { accept, type Result } from '../core/bytes/result.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { readEvent, verifyEvent, type EventRefusal, type SignedEvent } from '../core/event/event.ts'
import { proofVerifier, type VerifyProof } from '../core/event/proof.ts'

/** An event that somebody sent, as far as it can be judged by itself. */
export type Arrived = {
  readonly read: ReturnType<typeof readEvent>
  /** Whether its author signed it. Never rejects. */
  readonly verified: () => Promise<Result<SignedEvent, EventRefusal>>
}

/** Of fewer events than this, each is verified in its turn: that is sooner done. */
const ASIDE_EVENTS_MIN = 4
/** Signatures that are verified at a time, beside what else goes on. */
const ASIDE_EVENTS_MAX = 16

/** What came before, was verified then, and had to wait. */
export const arrivedBefore = (bytes: Uint8Array): Arrived => {
  const read = readEvent(bytes)
  return { read, verified: () => Promise.resolve(read.ok ? accept(read.value.event) : read) }
}

const arrived = (verify: VerifyProof, bytes: Uint8Array): Arrived => {
  const read = readEvent(bytes)
  return { read, verified: async () => (read.ok ? verifyEvent(verify, read.value) : read) }
}

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
  const isAside = all.length >= ASIDE_EVENTS_MIN
  const verify = proofVerifier({ verify: isAside ? crypto.verifyAside : crypto.verify })
  const ahead: Arrived[] = []
  for (const bytes of all) {
    const next = arrived(verify, bytes)
    const { read } = next
    ahead.push(isAside && read.ok && isNew(read.value.event) ? begun(next) : next)
    const first = ahead.length < ASIDE_EVENTS_MAX && isAside ? undefined : ahead.shift()
    if (first) yield first
  }
  yield* ahead
}

const begun = ({ read, verified }: Arrived): Arrived => {
  const verifying = verified()
  return { read, verified: () => verifying }
}
