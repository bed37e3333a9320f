import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto'

const CIPHER = 'chacha20-poly1305'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What sealing adds to a unit: nonce and tag. */
const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES

/** Nonces that are drawn at once. */
const NONCES_DRAWN = 1_024

/**
 * Seals units of a file, each bound to its place, under one 32-byte key: nonce (12 bytes), ciphertext, tag (16 bytes),
 * by ChaCha20-Poly1305 (RFC 8439). Nonces are random, so that a unit may be written any number of times: after 2^32
 * writes two of them are the same with a chance of one in 2^33. The bytes of the key are copied.
 */
export const createPageCipher = (bytes: Uint8Array) => {
  const key = createSecretKey(bytes)
  const nonces = new Uint8Array(NONCES_DRAWN * NONCE_BYTES)
  let drawn = NONCES_DRAWN
  const nextNonce = (): Uint8Array => {
    if (drawn === NONCES_DRAWN) {
      randomFillSync(nonces)
      drawn = 0
    }
    return nonces.subarray(drawn * NONCE_BYTES, ++drawn * NONCE_BYTES)
  }

  return {
    overheadBytes: OVERHEAD_BYTES,
    /** Writes the sealed unit, `overheadBytes` longer than `plain`, to the beginning of `into`. */
    seal: (plain: Uint8Array, place: Uint8Array, into: Uint8Array): void => {
      const nonce = nextNonce()
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(place, { plaintextLength: plain.length })
      into.set(nonce)
      into.set(cipher.update(plain), NONCE_BYTES)
      cipher.final()
      into.set(cipher.getAuthTag(), NONCE_BYTES + plain.length)
    },
    /** Undefined when it was not sealed with this key, for this place, or was changed. */
    open: (sealed: Uint8Array, place: Uint8Array): Uint8Array | undefined => {
      const end = sealed.length - TAG_BYTES
      if (end < NONCE_BYTES) return undefined
      const cipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      cipher.setAAD(place, { plaintextLength: end - NONCE_BYTES })
      cipher.setAuthTag(sealed.subarray(end))
      const plain = cipher.update(sealed.subarray(NONCE_BYTES, end))
      try {
        cipher.final()
        return plain
      } catch {
        return undefined
      }
    },
  }
}
