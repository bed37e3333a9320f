import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  emptyKeyring,
  epochInForce,
  EPOCHS_KEPT_MAX,
  OWN_SLOT_KEYS_MAX,
  skippedName,
  SKIPPED_KEYS_MAX,
  SKIPPED_PER_DEVICE_MAX,
  takeMessageKey,
  wipeAged,
  withEpoch,
  withOwnSlotKey,
  type Epoch,
  type Keyring,
} from '../../../src/core/group/keyring.ts'
import { RATCHET_INDEX_MAX } from '../../../src/core/group/ratchet.ts'

const alice = 'a1'.repeat(32)
const digest = 'dd'.repeat(32)

const epoch = (id: string, depth: number, more: Partial<Epoch> = {}): Epoch => ({
  id: id.padEnd(64, '0'),
  depth,
  author: alice,
  members: digest,
  made: 0,
  secrets: {
    chaining: new Uint8Array(32),
    mailbox: new Uint8Array(32),
    ratchets: new Map([[alice, { index: 0, key: new Uint8Array(32).fill(depth) }]]),
  },
  unopenedBy: [],
  ...more,
})

const keyringOf = (...epochs: readonly Epoch[]): Keyring => epochs.reduce(withEpoch, emptyKeyring)

/** Takes keys one after the other and says which could be had. */
const take = (keyring: Keyring, indexes: readonly number[]) => {
  let ring = keyring
  const keys = indexes.map((index) => {
    const taken = takeMessageKey(ring, { epoch: epoch('e', 1).id, device: alice, index }, 5)
    if (!taken.ok) return taken.refusal.kind
    ring = taken.value.keyring
    return Buffer.from(taken.value.messageKey).toString('hex')
  })
  return { keys, ring }
}

test('[GR31] messages that overtake each other get the keys they would have had in order', () => {
  const ring = keyringOf(epoch('e', 1))
  const inOrder = take(ring, [0, 1, 2, 3, 4]).keys
  const { keys, ring: after } = take(ring, [3, 0, 4, 2, 1])
  assert.deepEqual(
    keys,
    [3, 0, 4, 2, 1].map((index) => inOrder[index]),
  )
  assert.equal(new Set(keys).size, 5)
  assert.equal(after.skipped.size, 0)
})

test('[GR31] a key is given once', () => {
  const { keys } = take(keyringOf(epoch('e', 1)), [2, 2, 0, 0, 1, 1])
  assert.deepEqual(
    keys.filter((_, at) => at % 2 === 1),
    ['key-gone', 'key-gone', 'key-gone'],
  )
})

test('[GR32] skipped keys are kept singly, of each sender at most 512, the oldest going first', () => {
  const { ring } = take(keyringOf(epoch('e', 1)), [RATCHET_INDEX_MAX])
  assert.equal(ring.skipped.size, SKIPPED_PER_DEVICE_MAX)
  assert.deepEqual(take(ring, [0, RATCHET_INDEX_MAX - SKIPPED_PER_DEVICE_MAX - 1]).keys, ['key-gone', 'key-gone'])
  assert.notEqual(take(ring, [RATCHET_INDEX_MAX - 1]).keys[0], 'key-gone')
})

test('[GR32] at most two thousand are kept in all; who skips many washes out no others of one who skips few', () => {
  const senders = Array.from({ length: 6 }, (_, at) => `b${at}`.repeat(32))
  const ratchets = new Map([alice, ...senders].map((device) => [device, { index: 0, key: new Uint8Array(32) }]))
  const secrets = { chaining: new Uint8Array(32), mailbox: new Uint8Array(32), ratchets }
  let ring = keyringOf(epoch('e', 1, { secrets }))
  const skip = (device: string, index: number): void => {
    const taken = takeMessageKey(ring, { epoch: epoch('e', 1).id, device, index }, 5)
    if (taken.ok) ring = taken.value.keyring
  }
  skip(alice, 3)
  for (const index of [700, 1_400, 2_000]) skip(senders[0] ?? '', index)
  assert.equal(ring.skipped.size, SKIPPED_PER_DEVICE_MAX + 3)
  assert.ok(ring.skipped.has(skippedName(epoch('e', 1).id, alice, 0)))
  for (const sender of senders) skip(sender, 600)
  assert.equal(ring.skipped.size, SKIPPED_KEYS_MAX)
})

test('[GR32] an index beyond any honest one costs nothing and gets nothing', () => {
  const ring = keyringOf(epoch('e', 1))
  const { keys, ring: after } = take(ring, [RATCHET_INDEX_MAX + 1, Number.MAX_SAFE_INTEGER])
  assert.deepEqual(keys, ['key-gone', 'key-gone'])
  assert.equal(after, ring)
})

test('[GR33] of the epochs for exactly the present members, the deepest is in force, and of two as deep the smaller id', () => {
  const devices = [alice, 'bob'].map((device) => [device, 'person'] as const)
  const members = { digest, devices: new Map(devices) }
  const inForce = (...epochs: readonly Epoch[]) => epochInForce(keyringOf(...epochs), members)?.id.slice(0, 2)
  assert.equal(inForce(epoch('aa', 1), epoch('cc', 3), epoch('bb', 2)), 'cc')
  assert.equal(inForce(epoch('cc', 3), epoch('bb', 3)), 'bb')
  assert.equal(inForce(epoch('bb', 3), epoch('cc', 3)), 'bb')
  assert.equal(inForce(epoch('aa', 1), epoch('bb', 2, { members: 'other' })), 'aa')
  const { secrets: _, ...closed } = epoch('cc', 3)
  assert.equal(inForce(epoch('aa', 1), closed), 'aa')
  assert.equal(inForce(epoch('aa', 1), epoch('cc', 3, { unopenedBy: ['bob'] })), undefined)
  assert.equal(inForce(epoch('aa', 1, { author: 'bob' }), epoch('cc', 3, { unopenedBy: ['bob'] })), 'aa')
})

test('[GR34] the keyring keeps at most 64 epochs, the deepest, and at most 64 own slot keys, the newest', () => {
  const epochs = Array.from({ length: EPOCHS_KEPT_MAX + 5 }, (_, depth) =>
    epoch(depth.toString(16).padStart(2, '0'), depth + 1),
  )
  const ring = keyringOf(...epochs)
  assert.equal(ring.epochs.length, EPOCHS_KEPT_MAX)
  assert.equal(Math.min(...ring.epochs.map(({ depth }) => depth)), 6)
  const keys = Array.from({ length: OWN_SLOT_KEYS_MAX + 5 }, (_, made) => ({
    id: `${made}`,
    seed: new Uint8Array(32),
    made,
  }))
  const { own } = keys.reduce(withOwnSlotKey, emptyKeyring)
  assert.equal(own.length, OWN_SLOT_KEYS_MAX)
  assert.deepEqual(own.at(-1), keys.at(-1))
})

test('[GR11] a keyring in which nothing is aged stays the same', () => {
  const ring = withOwnSlotKey(keyringOf(epoch('aa', 1), epoch('bb', 2)), { id: '1', seed: new Uint8Array(32), made: 0 })
  assert.equal(wipeAged(ring, 14 * 24 * 3_600_000), ring)
  assert.equal(wipeAged(ring, 14 * 24 * 3_600_000 + 1).epochs.length, 1)
})

test('[GR11] a slot key is wiped fourteen days after it was replaced, however often that goes on, and the newest never', () => {
  const days = 14 * 24 * 3_600_000
  const keys = [0, 1_000, 2_000].map((made) => ({ id: `${made}`, seed: new Uint8Array(32), made }))
  const ring = keys.reduce(withOwnSlotKey, emptyKeyring)
  const keptAt = (now: number) => wipeAged(ring, now).own.map(({ id }) => id)
  assert.deepEqual(keptAt(1_000 + days), ['0', '1000', '2000'])
  assert.deepEqual(keptAt(1_001 + days), ['1000', '2000'])
  assert.deepEqual(keptAt(2_001 + days), ['2000'])
  assert.deepEqual(keptAt(9 * days), ['2000'])
})
