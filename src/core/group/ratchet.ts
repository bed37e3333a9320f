import { hmacSha256 } from '../crypto/symmetric.ts'

/** One sender's chain in one epoch: the key that the next message's key is made from. It only moves forward. */
export type Ratchet = { readonly index: number; readonly key: Uint8Array }

/** No message of an honest sender has a greater index: it makes a new epoch at REKEY_MESSAGES. */
export const RATCHET_INDEX_MAX = 2_048

/** The message key at the ratchet's index, and the ratchet after it, from which that key cannot be found again. */
export const turn = (ratchet: Ratchet): { readonly messageKey: Uint8Array; readonly next: Ratchet } => ({
  messageKey: hmacSha256(ratchet.key, MESSAGE),
  next: { index: ratchet.index + 1, key: hmacSha256(ratchet.key, NEXT) },
})

// As in the Signal protocol's symmetric-key ratchet (The Double Ratchet Algorithm, 5.2).
const MESSAGE = Uint8Array.of(1)
const NEXT = Uint8Array.of(2)
