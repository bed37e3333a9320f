import { hkdfExpand, hmacSha256, equalBytes, sha256 } from '../../src/core/crypto/symmetric.ts'
import { SLOT_BYTES, SLOT_KEY_BYTES, type Crypto } from '../../src/core/crypto/port.ts'

/**
 * A stand-in for the asymmetric ciphers: fast, and without dice, so that a run can be repeated exactly. It notices every
 * changed bit, as the real ones do, and keeps nothing secret: whoever knows a public key can sign and open.
 */
export const createPlainCrypto = (): Crypto => ({
  publicKey: (seed) => publicKeyOf(seed),
  sign: (seed, message) => signature(publicKeyOf(seed), message),
  verify: (publicKey, message, signed) => equalBytes(signature(publicKey, message), signed),
  slotKey: (seed) => slotKeyOf(seed),
  sealTo: (slotKey, plaintext, info) => {
    if (slotKey.length !== SLOT_KEY_BYTES) return undefined
    const hidden = plaintext.map((byte, at) => byte ^ (mask(slotKey, info)[at % 32] ?? 0))
    return joined(new Uint8Array(SLOT_BYTES - 16 - plaintext.length), hidden, tag(slotKey, info, hidden))
  },
  openWith: (seed, sealed, info) => {
    const slotKey = slotKeyOf(seed)
    const hidden = sealed.slice(-16 - SECRET_BYTES, -16)
    if (sealed.length !== SLOT_BYTES || sealed.slice(0, -16 - SECRET_BYTES).some((byte) => byte !== 0)) return undefined
    if (!equalBytes(tag(slotKey, info, hidden), sealed.slice(-16))) return undefined
    return hidden.map((byte, at) => byte ^ (mask(slotKey, info)[at % 32] ?? 0))
  },
})

const SECRET_BYTES = 32

const publicKeyOf = (seed: Uint8Array): Uint8Array => hmacSha256(seed, Uint8Array.of(1))

const signature = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const half = hmacSha256(publicKey, message)
  return joined(half, sha256(half))
}

const slotKeyOf = (seed: Uint8Array): Uint8Array => {
  const key = new Uint8Array(SLOT_KEY_BYTES)
  for (let at = 0; at < SLOT_KEY_BYTES; at += 32) key.set(hkdfExpand(seed, `slot ${at}`), at)
  return key
}

const mask = (slotKey: Uint8Array, info: Uint8Array): Uint8Array => hmacSha256(slotKey.slice(0, 32), info)

const tag = (slotKey: Uint8Array, info: Uint8Array, hidden: Uint8Array): Uint8Array =>
  hmacSha256(slotKey, joined(info, hidden)).slice(0, 16)

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
