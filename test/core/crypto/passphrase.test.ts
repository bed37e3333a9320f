import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  lockKey,
  parsePassphrase,
  PASSPHRASE_CHARACTERS_MAX,
  PASSPHRASE_CHARACTERS_MIN,
  plainLock,
  readLock,
  unlockKey,
  type Stretch,
} from '../../../src/core/crypto/passphrase.ts'
import { hkdfExtract } from '../../../src/core/crypto/symmetric.ts'

const stretch: Stretch = async (passphrase, salt) => hkdfExtract(salt, new TextEncoder().encode(passphrase))
const how = { memoryKib: 64, passes: 2, lanes: 3 }
const salt = new Uint8Array(16).fill(1)
const key = new Uint8Array(32).fill(2)
const lock = () => lockKey(key, 'open sesame', { stretch, salt, how, context: 'cave' })

test('[AR4] a passphrase to be set has 8 to 1,024 characters, whatever they are', () => {
  const kindOf = (typed: string) => {
    const parsed = parsePassphrase(typed)
    return parsed.ok ? 'ok' : parsed.refusal.kind
  }
  assert.equal(kindOf('x'.repeat(PASSPHRASE_CHARACTERS_MIN - 1)), 'passphrase-short')
  assert.equal(kindOf('x'.repeat(PASSPHRASE_CHARACTERS_MIN)), 'ok')
  assert.equal(kindOf('\u{1f512}'.repeat(PASSPHRASE_CHARACTERS_MIN)), 'ok')
  assert.equal(kindOf('x'.repeat(PASSPHRASE_CHARACTERS_MAX)), 'ok')
  assert.equal(kindOf('x'.repeat(PASSPHRASE_CHARACTERS_MAX + 1)), 'passphrase-long')
})

test('[AR12] a locked key opens with its passphrase and in its place alone', async () => {
  const locked = await lock()
  assert.deepEqual(await unlockKey(locked, 'open sesame', { stretch, context: 'cave' }), key)
  assert.equal(await unlockKey(locked, 'open barley', { stretch, context: 'cave' }), undefined)
  assert.equal(await unlockKey(locked, 'open sesame', { stretch, context: 'cellar' }), undefined)
})

test('[AR12] parameters, salt and key of a lock are bound to each other', async () => {
  const locked = await lock()
  const changed = [
    { ...locked, how: { ...how, passes: 3 } },
    { ...locked, how: { ...how, memoryKib: 65 } },
    { ...locked, salt: new Uint8Array(16).fill(3) },
    { ...locked, sealed: locked.sealed.with(0, (locked.sealed[0] ?? 0) ^ 1) },
  ]
  for (const each of changed)
    assert.equal(await unlockKey(each, 'open sesame', { stretch, context: 'cave' }), undefined)
})

test('[AR12] a lock reads back as it was written, and nothing makes its reader throw', async () => {
  const locked = await lock()
  assert.deepEqual(readLock([...plainLock(locked)]), locked)
  const value = fc.oneof(fc.nat(2_000_000), fc.uint8Array({ maxLength: 60 }), fc.string(), fc.constant(null))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(6), value), { minLength: 1, maxLength: 3 }), (changes) => {
      const plain: (string | number | Uint8Array | null)[] = [...plainLock(locked)]
      for (const [at, each] of changes) plain[at] = each
      const read = readLock(plain)
      if (read) assert.deepEqual([...plainLock(read)], plain)
    }),
    { numRuns: 10_000 },
  )
})

test('[AR13] a key that was locked with the carriage return of a file opens without it', async () => {
  const locked = await lockKey(key, 'open sesame\r', { stretch, salt, how, context: 'cave' })
  assert.deepEqual(await unlockKey(locked, 'open sesame', { stretch, context: 'cave' }), key)
  assert.deepEqual(await unlockKey(locked, 'open sesame\r', { stretch, context: 'cave' }), key)
  assert.equal(await unlockKey(locked, 'open', { stretch, context: 'cave' }), undefined)
})
