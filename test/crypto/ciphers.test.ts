import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '../../src/core/bytes/hex.ts'
import {
  PLAIN_SLOT_BYTES,
  SIGNATURE_BYTES,
  SLOT_BYTES,
  SLOT_KEY_BYTES,
  type Crypto,
} from '../../src/core/crypto/port.ts'
import { createNodeCrypto, KEYS_CACHED_MAX, remembering } from '../../src/crypto/node.ts'
import { createDeterministicCrypto } from '../core/deterministic-crypto.ts'

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const message = new TextEncoder().encode('meet me at noon')
const turned = (bytes: Uint8Array, at: number): Uint8Array => Uint8Array.from(bytes).with(at, (bytes[at] ?? 0) ^ 1)

test('[CR3] signatures are Ed25519 (RFC 8032, 7.1, test 2)', async () => {
  const crypto = createNodeCrypto()
  const secret = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
  assert.equal(
    toHex(await crypto.publicKey(secret)),
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  )
  assert.equal(
    toHex(await crypto.sign(secret, Uint8Array.of(0x72))),
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
})

// The stand-in of the tests keeps the same promises, or the tests that take it would prove nothing.
const both: Record<string, () => Crypto> = { real: createNodeCrypto, 'stand-in': () => createDeterministicCrypto() }

for (const [name, create] of Object.entries(both)) {
  test(`[CR4] ${name}: a signature verifies for its key and message alone`, async () => {
    const crypto = create()
    const [alice, bob] = [await crypto.publicKey(seed(1)), await crypto.publicKey(seed(2))]
    const signature = await crypto.sign(seed(1), message)
    assert.equal(signature.length, SIGNATURE_BYTES)
    for (const verify of [crypto.verify, crypto.verifyAside]) {
      assert.equal(await verify(alice, message, signature), true)
      assert.equal(await verify(bob, message, signature), false)
      assert.equal(await verify(alice, turned(message, 3), signature), false)
    }
    for (let at = 0; at < SIGNATURE_BYTES; at++)
      assert.equal(await crypto.verify(alice, message, turned(signature, at)), false)
  })

  test(`[CR5] ${name}: what was sealed to a key opens with its seed and info alone`, async () => {
    const crypto = create()
    const slotKey = await crypto.slotKey(seed(1))
    assert.equal(slotKey.length, SLOT_KEY_BYTES)
    const sealed = (await crypto.sealTo(slotKey, seed(7), message)) ?? assert.fail()
    assert.equal(sealed.length, SLOT_BYTES)
    assert.deepEqual(Uint8Array.from((await crypto.openWith(seed(1), sealed, message)) ?? []), seed(7))
    assert.equal(await crypto.openWith(seed(2), sealed, message), undefined)
    assert.equal(await crypto.openWith(seed(1), sealed, turned(message, 0)), undefined)
    for (const at of [0, 500, 1_100, 1_119, 1_120, 1_152, SLOT_BYTES - 1])
      assert.equal(await crypto.openWith(seed(1), turned(sealed, at), message), undefined, `byte ${at}`)
    assert.notDeepEqual(await crypto.sealTo(slotKey, seed(7), message), sealed)
  })

  test(`[CR8] ${name}: a plain slot is sealed with the second half of the slot key, and opens with its seed alone`, async () => {
    const crypto = create()
    const slotKey = await crypto.slotKey(seed(1))
    const sealed = (await crypto.sealPlainTo(slotKey, seed(7), message)) ?? assert.fail()
    assert.equal(sealed.length, PLAIN_SLOT_BYTES)
    assert.deepEqual(Uint8Array.from((await crypto.openPlainWith(seed(1), sealed, message)) ?? []), seed(7))
    assert.equal(await crypto.openWith(seed(1), sealed, message), undefined)
    assert.equal(await crypto.openPlainWith(seed(2), sealed, message), undefined)
    assert.equal(await crypto.openPlainWith(seed(1), sealed, turned(message, 0)), undefined)
    for (const at of [0, 31, 32, PLAIN_SLOT_BYTES - 1])
      assert.equal(await crypto.openPlainWith(seed(1), turned(sealed, at), message), undefined, `byte ${at}`)
    assert.notDeepEqual(await crypto.sealPlainTo(slotKey, seed(7), message), sealed)
    const whole = (await crypto.sealTo(slotKey, seed(7), message)) ?? assert.fail()
    assert.equal(await crypto.openPlainWith(seed(1), whole, message), undefined)
    for (const length of [0, 31, 79, 81, 1_168, 1_216]) {
      const bytes = new Uint8Array(length).fill(0xff)
      assert.equal(await crypto.openPlainWith(seed(1), bytes, message), undefined)
      assert.equal(await crypto.sealPlainTo(bytes, seed(7), message), undefined)
    }
  })

  test(`[CR6] ${name}: nothing that is no key, signature or sealed secret throws`, async () => {
    const crypto = create()
    const slotKey = await crypto.slotKey(seed(1))
    for (const length of [0, 1, 31, 33, 64, 1_120, 1_168, 1_216, 5_000]) {
      const bytes = new Uint8Array(length).fill(0xff)
      for (const verify of [crypto.verify, crypto.verifyAside]) {
        assert.equal(await verify(bytes, message, bytes), false)
        assert.equal(await verify(seed(1), message, bytes), false)
      }
      assert.equal(await crypto.openWith(seed(1), bytes, message), undefined)
      if (length !== SLOT_KEY_BYTES) assert.equal(await crypto.sealTo(bytes, seed(7), message), undefined)
    }
    assert.equal(await crypto.sealTo(new Uint8Array(SLOT_KEY_BYTES).fill(0xff), seed(7), message), undefined)
    assert.equal(slotKey.length, SLOT_KEY_BYTES)
  })
}

test('[CR8] the second half of a slot key is an X25519 key of its own, and no part of X-Wing', async () => {
  const crypto = createNodeCrypto()
  const slotKey = await crypto.slotKey(seed(1))
  assert.equal(slotKey.length, 1_216 + 32)
  assert.notDeepEqual(slotKey.subarray(1_216), slotKey.subarray(1_184, 1_216))
  const zero = new Uint8Array(SLOT_KEY_BYTES)
  assert.equal(await crypto.sealPlainTo(zero, seed(7), message), undefined, 'a point of small order')
})

test('[CR7] more keys than are kept ready still work', async () => {
  const crypto = createNodeCrypto()
  const seeds = Array.from({ length: KEYS_CACHED_MAX + 10 }, (_, at) =>
    seed(1)
      .with(0, at & 255)
      .with(1, at >> 8),
  )
  for (const each of [...seeds, ...seeds]) {
    const signature = await crypto.sign(each, message)
    assert.equal(await crypto.verify(await crypto.publicKey(each), message, signature), true)
  }
})

test('[CR7] the last 256 keys are kept ready, and no more', () => {
  const made: number[] = []
  const ready = remembering((bytes) => made.push(bytes[0] ?? 0))
  const keys = Array.from({ length: KEYS_CACHED_MAX + 1 }, (_, at) => Uint8Array.of(at & 255, at >> 8))
  for (const each of [...keys, ...keys.slice(1)]) ready(each)
  assert.equal(KEYS_CACHED_MAX, 256)
  assert.equal(made.length, keys.length, 'each once')
  ready(keys[0] ?? assert.fail())
  assert.equal(made.length, keys.length + 1, 'the oldest was gone')
})
