import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, tuple, uint, type Shaped } from '../bytes/shape.ts'
import { domain, equalBytes, HASH_BYTES, hkdfExpand, openOnce, sealOnce, sha256 } from '../crypto/symmetric.ts'
import { RATCHET_INDEX_MAX } from './ratchet.ts'

/** The body of a sealed event: `[epoch, index of the sender's ratchet, commitment, ciphertext]`. */
export type SealedBody = Shaped<typeof sealedShape>

export const SEALED_BYTES_MAX = 192 * 1024
export const SALT_BYTES = 16

/** What the ciphertext is bound to: it opens in this place of this author's chain and nowhere else. */
export type SealedPlace = {
  readonly conversation: Hex
  readonly author: Hex
  readonly seq: number
  readonly epoch: Hex
  readonly index: number
}

export const readSealed = (body: Plain): SealedBody | undefined => sealedShape(body)

/**
 * Seals content under a message key; `plaintext` is the salted content, as it is kept in the store. The commitment, a
 * hash of it, stays in the signed header: whoever is shown the plaintext later, when the keys are gone, can still tell
 * that the author wrote it.
 */
export const sealContent = (
  messageKey: Uint8Array,
  place: SealedPlace,
  content: Uint8Array,
): { readonly body: Plain; readonly plaintext: Uint8Array } => {
  const plaintext = encode([hkdfExpand(messageKey, 'kith salt 1').slice(0, SALT_BYTES), content])
  const commitment = commitmentTo(plaintext)
  const ciphertext = sealOnce(sealingKey(messageKey, commitment), plaintext, associated(place))
  return { body: [fromHex(place.epoch), place.index, commitment, ciphertext], plaintext }
}

/** The salted plaintext, as it is kept in the store; undefined when anything was changed. */
export const openContent = (messageKey: Uint8Array, place: SealedPlace, body: SealedBody): Uint8Array | undefined => {
  const [, , commitment, ciphertext] = body
  const plaintext = openOnce(sealingKey(messageKey, commitment), ciphertext, associated(place))
  return plaintext && equalBytes(commitment, commitmentTo(plaintext)) ? plaintext : undefined
}

/** Whether this salted plaintext, wherever it came from, is what the author of the event wrote. */
export const isCommitted = (body: SealedBody, plaintext: Uint8Array): boolean =>
  equalBytes(body[2], commitmentTo(plaintext))

/** The content inside a salted plaintext. */
export const contentIn = (plaintext: Uint8Array): Uint8Array | undefined => {
  const decoded = decode(plaintext)
  return decoded.ok ? plaintextShape(decoded.value)?.[1] : undefined
}

const sealedShape = tuple(hex(HASH_BYTES), uint(RATCHET_INDEX_MAX), bytes(HASH_BYTES), bytes(16, SEALED_BYTES_MAX))
const plaintextShape = tuple(bytes(SALT_BYTES), bytes(0, SEALED_BYTES_MAX))

const commitmentTo = (plaintext: Uint8Array): Uint8Array => sha256(domain('kith content 1', plaintext))

/**
 * Another key for another plaintext: a device that was set back to an older copy of its store takes a message key a
 * second time, and even then no key seals two messages.
 */
const sealingKey = (messageKey: Uint8Array, commitment: Uint8Array): Uint8Array =>
  hkdfExpand(messageKey, 'kith seal 1', commitment)

const associated = (place: SealedPlace): Uint8Array =>
  encode([fromHex(place.conversation), fromHex(place.author), place.seq, fromHex(place.epoch), place.index])
