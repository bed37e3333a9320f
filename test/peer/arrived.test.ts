import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../src/core/bytes/cbor.ts'
import { toHex } from '../../src/core/bytes/hex.ts'
import { encodeEvent, readEvent, signEvents, type UnsignedEvent } from '../../src/core/event/event.ts'
import { KIND } from '../../src/core/event/kinds.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { arrivedTogether } from '../../src/peer/arrived.ts'
import { signEvent } from '../core/signing.ts'

const crypto = createNodeCrypto()
const SEED = new Uint8Array(32).fill(5)
const AUTHOR = toHex(await crypto.publicKey(SEED))
const COUNT = 40

const signed = (seq: number) =>
  signEvent(crypto, SEED, {
    conversation: 'cc'.repeat(32),
    author: AUTHOR,
    seq,
    prev: seq === 1 ? null : 'ab'.repeat(32),
    after: [],
    control: [],
    time: seq,
    kind: KIND.sealed,
    body: encode('x'),
  })
const events = await Promise.all(Array.from({ length: COUNT }, (_, index) => signed(index + 1)))

test('[PE70] of many events that came together each is verified, and those that are held already are not', async () => {
  const forged = new Uint8Array(events[20]?.bytes ?? [])
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
  const sent = events.map(({ bytes }, index) => (index === 20 ? forged : bytes))
  const arrived = [...arrivedTogether(crypto, [...sent, Uint8Array.of(1, 2)], ({ seq }) => seq > 10)]
  const opened = await Promise.all(arrived.map(async (each) => each.opened))
  assert.deepEqual(
    opened.map((result) => result?.ok),
    [...Array<undefined>(10).fill(undefined), ...Array.from({ length: 30 }, (_, index) => index !== 10), undefined],
  )
  assert.equal(arrived.at(-1)?.read.ok, false)
})

test('[PE70] few events wait for their turn, and of many no more than some are read and verified ahead', async () => {
  let read = 0
  const counting = {
    ...crypto,
    verifyAside: (...claim: Parameters<typeof crypto.verify>) => {
      read += 1
      return crypto.verifyAside(...claim)
    },
  }
  const bytes = events.map((event) => event.bytes)
  for (const { opened } of arrivedTogether(counting, bytes.slice(0, 3), () => true)) assert.equal(opened, undefined)
  let taken = 0
  for (const { opened } of arrivedTogether(counting, bytes, () => true)) {
    assert.equal((await opened)?.ok, true)
    taken += 1
    assert.ok(read - taken < 16)
  }
  assert.deepEqual([taken, read], [COUNT, COUNT])
})

test('[PE70] what was signed together is verified once, and one that is forged among them spoils no other', async () => {
  const unsigned = events.map(({ bytes }) => unsignedOf(bytes))
  const together = await signEvents({ crypto, deviceSeed: SEED }, unsigned)
  let verified = 0
  const counting = {
    ...crypto,
    verifyAside: (...claim: Parameters<typeof crypto.verify>) => {
      verified += 1
      return crypto.verifyAside(...claim)
    },
  }
  const openedOf = async (sent: readonly Uint8Array[]) => {
    verified = 0
    const arrived = [...arrivedTogether(counting, sent, () => true)]
    return Promise.all(arrived.map(async ({ opened }) => (await opened)?.ok))
  }
  const sent = together.map(({ bytes }) => bytes)
  assert.deepEqual(await openedOf(sent), Array(COUNT).fill(true))
  assert.equal(verified, 3, 'sixteen, sixteen and eight')

  const forged = Uint8Array.from(sent[20] ?? [])
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
  assert.deepEqual(
    await openedOf(sent.with(20, forged)),
    events.map((_, index) => index !== 20),
  )
})

const unsignedOf = (bytes: Uint8Array): UnsignedEvent => {
  const read = readEvent(bytes)
  assert.ok(read.ok)
  return encodeEvent(read.value.event)
}
