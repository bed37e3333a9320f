import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as sha256Hash, sha512 as sha512Hash } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { concat } from '../bytes/concat.ts'

export const KEY_BYTES = 32
export const HASH_BYTES = 32

export const sha256 = (bytes: Uint8Array): Uint8Array => sha256Hash(bytes)

/** 64 bytes, of several byte strings put together. */
export const sha512 = (...parts: readonly Uint8Array[]): Uint8Array => sha512Hash(concat(parts))

export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array => hmac(sha256Hash, key, message)

/** HKDF-Extract (RFC 5869): 32 bytes. */
export const hkdfExtract = (salt: Uint8Array, secret: Uint8Array): Uint8Array => extract(sha256Hash, secret, salt)

/** HKDF-Expand (RFC 5869): 32 bytes for one purpose, told apart by `label` and `context`. */
export const hkdfExpand = (secret: Uint8Array, label: string, context: Uint8Array = NOTHING): Uint8Array =>
  expand(sha256Hash, secret, domain(label, context), KEY_BYTES)

/** A label before the bytes that are hashed or signed, so that no message of one kind passes for another's. */
export const domain = (label: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  concat([labelBytes(label), ...parts])

const labelBytes = (label: string): Uint8Array => {
  const known = labels.get(label)
  if (known) return known
  const bytes = utf8ToBytes(label)
  labels.set(label, bytes)
  return bytes
}

/** A few dozen, all of them written in this program. */
const labels = new Map<string, Uint8Array>()

/**
 * ChaCha20-Poly1305 (RFC 8439) with a key that seals exactly one message ever: that is why the nonce may be zero.
 * Answers ciphertext and 16-byte tag.
 */
export const sealOnce = (key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array =>
  chacha20poly1305(key, ZERO_NONCE, associated).encrypt(plaintext)

/** Undefined when anything was changed. */
export const openOnce = (key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined => {
  try {
    return chacha20poly1305(key, ZERO_NONCE, associated).decrypt(sealed)
  } catch {
    return undefined
  }
}

/** Whether two byte strings are equal, in a time that does not tell where they differ. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}

const NOTHING = new Uint8Array(0)
const ZERO_NONCE = new Uint8Array(12)
