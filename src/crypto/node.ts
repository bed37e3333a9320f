import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { AEAD_ChaCha20Poly1305, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke'
import { SLOT_KEY_BYTES, type Crypto } from '../core/crypto/port.ts'

/** How many imported keys are kept ready: importing costs as much as verifying. */
export const KEYS_CACHED_MAX = 256

/** The asymmetric ciphers from Node's own OpenSSL. */
export const createNodeCrypto = (): Crypto => {
  const privateKeys = remembering((seed) => importPrivateKey(seed))
  const publicKeys = remembering((key) => importPublicKey(key))

  return {
    publicKey: (seed) => {
      const jwk = createPublicKey(privateKeys(seed)).export({ format: 'jwk' })
      return new Uint8Array(Buffer.from(jwk.x ?? '', 'base64url'))
    },
    sign: (seed, message) => new Uint8Array(sign(null, message, privateKeys(seed))),
    verify: (publicKey, message, signature) => {
      const key = publicKeys(publicKey)
      return key !== undefined && verify(null, message, key, signature)
    },
    // Slot keys are not kept ready: each is used about once, and a wiped one must be gone.
    slotKey: async (seed) => suite.SerializePublicKey((await suite.DeriveKeyPair(seed, true)).publicKey),
    sealTo: async (publicKey, plaintext, info) => {
      if (publicKey.length !== SLOT_KEY_BYTES) return undefined
      try {
        const key = await suite.DeserializePublicKey(publicKey)
        const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info })
        return Buffer.concat([encapsulatedSecret, ciphertext])
      } catch {
        return undefined
      }
    },
    openWith: async (seed, sealed, info) => {
      try {
        const { privateKey } = await suite.DeriveKeyPair(seed, false)
        const encapsulated = sealed.subarray(0, ENCAPSULATION_BYTES)
        return await suite.Open(privateKey, encapsulated, sealed.subarray(ENCAPSULATION_BYTES), { info })
      } catch {
        return undefined
      }
    },
  }
}

const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305)
const ENCAPSULATION_BYTES = 1120

/** DER headers of an Ed25519 key (RFC 8410); the 32 bytes of the key follow. */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex')

const importPrivateKey = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: 'der', type: 'pkcs8' })

const importPublicKey = (key: Uint8Array): KeyObject | undefined => {
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_HEADER, key]), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

/** The last results by key bytes; the oldest goes when there are too many. */
const remembering = <Value>(make: (bytes: Uint8Array) => Value): ((bytes: Uint8Array) => Value) => {
  const values = new Map<string, Value>()
  return (bytes) => {
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const known = values.get(name)
    if (known !== undefined) return known
    const value = make(bytes)
    values.set(name, value)
    if (values.size > KEYS_CACHED_MAX) values.delete(values.keys().next().value ?? '')
    return value
  }
}
