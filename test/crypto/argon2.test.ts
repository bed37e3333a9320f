import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../src/core/bytes/hex.ts'
import { STRETCHING } from '../../src/core/crypto/passphrase.ts'
import { stretch, stretchPortably } from '../../src/crypto/argon2.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

// From the tests of Argon2's reference implementation (version 1.3, Argon2id).
const REFERENCE = '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'

test('[AR12] passphrases are stretched by Argon2id, the same with and without the help of the runtime', async () => {
  for (const each of [stretch, stretchPortably]) {
    assert.equal(toHex(await each('password', utf8('somesalt'), { memoryKib: 65_536, passes: 2, lanes: 1 })), REFERENCE)
  }
  const salt = new Uint8Array(16).fill(9)
  const how = { memoryKib: 256, passes: 3, lanes: 4 }
  assert.deepEqual(await stretch('Grüße', salt, how), await stretchPortably('Grüße', salt, how))
})

test('[AR12] stretching takes at least 64 MiB and three passes', () => {
  assert.ok(STRETCHING.memoryKib >= 65_536 && STRETCHING.passes >= 3)
})
