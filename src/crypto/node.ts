import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import {
  AEAD_ChaCha20Poly1305,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  KEM_MLKEM768_X25519,
} from 'hpke'
import { SLOT_KEY_BYTES, WING_KEY_BYTES, type Crypto } from '../core/crypto/port.ts'
import { hkdfExpand } from '../core/crypto/symmetric.ts'

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
    verifyAside: (publicKey, message, signature) => {
      const key = publicKeys(publicKey)
      if (key === undefined) return false
      return new Promise((resolve) => verify(null, message, key, signature, (error, valid) => resolve(!error && valid)))
    },
    // Slot keys are not kept ready: each is used about once, and a wiped one must be gone.
    slotKey: async (seed) => Buffer.concat([await publicKeyOf(wing, seed), await publicKeyOf(plain, plainSeed(seed))]),
    sealTo: async (slotKey, plaintext, info) =>
      slotKey.length === SLOT_KEY_BYTES
        ? seal(wing, slotKey.subarray(0, WING_KEY_BYTES), { plaintext, info })
        : undefined,
    openWith: (seed, sealed, info) => open(wing, seed, { sealed, info }),
    sealPlainTo: async (slotKey, plaintext, info) =>
      slotKey.length === SLOT_KEY_BYTES
        ? seal(plain, slotKey.subarray(WING_KEY_BYTES), { plaintext, info })
        : undefined,
    openPlainWith: (seed, sealed, info) => open(plain, plainSeed(seed), { sealed, info }),
  }
}

type Suite = { readonly suite: CipherSuite; readonly encapsulationBytes: number }

const wing: Suite = {
  suite: new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305),
  encapsulationBytes: 1120,
}
const plain: Suite = {
  suite: new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305),
  encapsulationBytes: 32,
}

/** A key of its own, that says nothing of the other although one seed gives both. */
const plainSeed = (seed: Uint8Array): Uint8Array => hkdfExpand(seed, 'kith plain slot key 1')

const publicKeyOf = async ({ suite }: Suite, seed: Uint8Array): Promise<Uint8Array> =>
  suite.SerializePublicKey((await suite.DeriveKeyPair(seed, true)).publicKey)

const seal = async (
  { suite }: Suite,
  publicKey: Uint8Array,
  { plaintext, info }: { readonly plaintext: Uint8Array; readonly info: Uint8Array },
): Promise<Uint8Array | undefined> => {
  try {
    const key = await suite.DeserializePublicKey(publicKey)
    const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info })
    return Buffer.concat([encapsulatedSecret, ciphertext])
  } catch {
    return undefined
  }
}

const open = async (
  { suite, encapsulationBytes }: Suite,
  seed: Uint8Array,
  { sealed, info }: { readonly sealed: Uint8Array; readonly info: Uint8Array },
): Promise<Uint8Array | undefined> => {
  try {
    const { privateKey } = await suite.DeriveKeyPair(seed, false)
    const encapsulated = sealed.subarray(0, encapsulationBytes)
    return await suite.Open(privateKey, encapsulated, sealed.subarray(encapsulationBytes), { info })
  } catch {
    return undefined
  }
}

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
export const remembering = <Value>(make: (bytes: Uint8Array) => Value): ((bytes: Uint8Array) => Value) => {
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
