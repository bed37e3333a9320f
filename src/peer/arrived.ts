import { toHex, type Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Crypto, Soon } from '../core/crypto/port.ts'
import { equalBytes } from '../core/crypto/symmetric.ts'
import { readEvent, verifyEvent, type EventRefusal, type SignedEvent } from '../core/event/event.ts'

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

export const arrivedAlone = (crypto: Pick<Crypto, 'verify'>, bytes: Uint8Array): Arrived => {
  const read = readEvent(bytes)
  return { read, verified: async () => (read.ok ? verifyEvent(crypto, read.value) : read) }
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
  const verify = rememberingLast(isAside ? crypto.verifyAside : crypto.verify)
  const ahead: Arrived[] = []
  for (const bytes of all) {
    const arrived = arrivedAlone({ verify }, bytes)
    const { read } = arrived
    ahead.push(isAside && read.ok && isNew(read.value.event) ? begun(arrived) : arrived)
    const first = ahead.length < ASIDE_EVENTS_MAX && isAside ? undefined : ahead.shift()
    if (first) yield first
  }
  yield* ahead
}

const begun = ({ read, verified }: Arrived): Arrived => {
  const verifying = verified()
  return { read, verified: () => verifying }
}

/** What one author signed together has one signature: it is verified once, also where others' events lie between. */
const rememberingLast = (verify: Crypto['verify']): Crypto['verify'] => {
  const last = new Map<
    Hex,
    { readonly message: Uint8Array; readonly signature: Uint8Array; readonly is: Soon<boolean> }
  >()
  return (publicKey, message, signature) => {
    const author = toHex(publicKey)
    const known = last.get(author)
    if (known && equalBytes(known.message, message) && equalBytes(known.signature, signature)) return known.is
    const is = verify(publicKey, message, signature)
    last.set(author, { message, signature, is })
    return is
  }
}
