import { PLAIN_SLOT_BYTES, SLOT_BYTES, SLOT_KEY_BYTES, type Crypto } from '../../src/core/crypto/port.ts'
import { domain, equalBytes, hmacSha256, openOnce, sealOnce, sha256 } from '../../src/core/crypto/symmetric.ts'

/**
 * A fast stand-in for the asymmetric ciphers, for tests whose seed must replay everything: the same calls in the same
 * order give the same bytes. Lengths and failures are those of the real ciphers: what was changed, or was made for
 * another key or `info`, does not verify or open. It is NOT secret: whoever has a public key can sign and open. Where a
 * test is about secrecy, take `createNodeCrypto`.
 */
export const createDeterministicCrypto = (seed = 0): Crypto => {
  let encapsulations = 0
  return {
    publicKey,
    sign: (signer, message) => signature(publicKey(signer), message),
    verify: (key, message, signed) => equalBytes(signature(key, message), signed),
    verifyAside: (key, message, signed) => equalBytes(signature(key, message), signed),
    slotKey,
    sealTo: (key, plaintext, info) => seal(key, { plaintext, info, bytes: SLOT_BYTES - 48 }),
    openWith: (owner, sealed, info) => open(owner, { sealed, info, bytes: SLOT_BYTES - 48 }),
    sealPlainTo: (key, plaintext, info) => seal(key, { plaintext, info, bytes: PLAIN_SLOT_BYTES - 48 }),
    openPlainWith: (owner, sealed, info) => open(owner, { sealed, info, bytes: PLAIN_SLOT_BYTES - 48 }),
  }

  function seal(
    key: Uint8Array,
    { plaintext, info, bytes }: { plaintext: Uint8Array; info: Uint8Array; bytes: number },
  ) {
    if (!isSlotKey(key)) return undefined
    const encapsulated = repeated(hash('stand-in encapsulation', numbers(seed, encapsulations++)), bytes)
    return joined(encapsulated, sealOnce(sharedKey(key, encapsulated, info), plaintext, info))
  }

  function open(owner: Uint8Array, { sealed, info, bytes }: { sealed: Uint8Array; info: Uint8Array; bytes: number }) {
    if (sealed.length < bytes) return undefined
    const encapsulated = sealed.subarray(0, bytes)
    return openOnce(sharedKey(slotKey(owner), encapsulated, info), sealed.subarray(bytes), info)
  }
}

/** Dice that fall the same for the same seed: what `Pen.random` and the like take. */
export const createDice = (seed: number): ((bytes: number) => Uint8Array) => {
  let rolls = 0
  return (bytes) => repeated(hash('stand-in dice', numbers(seed, rolls++)), bytes)
}

const hash = (label: string, bytes: Uint8Array): Uint8Array => sha256(domain(label, bytes))

const publicKey = (seed: Uint8Array): Uint8Array => hash('stand-in public key', seed)

const signature = (key: Uint8Array, message: Uint8Array): Uint8Array => {
  const half = hmacSha256(key, message)
  return joined(half, sha256(half))
}

const slotKey = (seed: Uint8Array): Uint8Array => slotKeyFrom(hash('stand-in slot key', seed))

const slotKeyFrom = (start: Uint8Array): Uint8Array => joined(start, repeated(sha256(start), SLOT_KEY_BYTES - 32))

const isSlotKey = (key: Uint8Array): boolean => equalBytes(key, slotKeyFrom(key.slice(0, 32)))

const sharedKey = (key: Uint8Array, encapsulated: Uint8Array, info: Uint8Array): Uint8Array =>
  hash('stand-in shared key', joined(joined(key.slice(0, 32), encapsulated), info))

/** Bytes of any length that follow from 32: the first block as it is, so that equal lengths of equal bytes are equal. */
const repeated = (bytes: Uint8Array, length: number): Uint8Array => {
  const all = new Uint8Array(length)
  for (let at = 0; at < length; at += bytes.length) all.set(bytes.subarray(0, length - at), at)
  return all
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

const numbers = (...values: readonly number[]): Uint8Array => new TextEncoder().encode(values.join('/'))
