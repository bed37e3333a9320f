import type { Crypto } from '../../src/core/crypto/port.ts'
import { encodeEvent, signEvents, type Event, type SignedEvent } from '../../src/core/event/event.ts'

/** An event that was signed alone. */
export const signEvent = async (crypto: Crypto, deviceSeed: Uint8Array, event: Event): Promise<SignedEvent> =>
  (await signEvents({ crypto, deviceSeed }, [encodeEvent(event)]))[0] as SignedEvent
