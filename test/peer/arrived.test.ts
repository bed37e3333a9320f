import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../src/core/bytes/cbor.ts'
import { toHex } from '../../src/core/bytes/hex.ts'
import {
  encodeEvent,
  openEvent,
  readEvent,
  signEvents,
  type Event,
  type UnsignedEvent,
} from '../../src/core/event/event.ts'
import { KIND } from '../../src/core/event/kinds.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { arrivedTogether } from '../../src/peer/arrived.ts'
import { signEvent } from '../core/signing.ts'

const crypto = createNodeCrypto()
const SEED = new Uint8Array(32).fill(5)
const AUTHOR = toHex(await crypto.publicKey(SEED))
const OTHER_SEED = new Uint8Array(32).fill(6)
const OTHER = toHex(await crypto.publicKey(OTHER_SEED))
const COUNT = 40

const ofOther = (event: Event): UnsignedEvent => encodeEvent({ ...event, author: OTHER })

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

/** What verifies, and how many signatures it was asked about, at once or beside what else goes on. */
const counting = () => {
  const asked = { now: 0, aside: 0 }
  const verify = (...claim: Parameters<typeof crypto.verify>) => {
    asked.now += 1
    return crypto.verify(...claim)
  }
  const verifyAside = (...claim: Parameters<typeof crypto.verify>) => {
    asked.aside += 1
    return crypto.verifyAside(...claim)
  }
  return { asked, crypto: { ...crypto, verify, verifyAside } }
}

const everything = () => true

const areSigned = (sent: readonly Uint8Array[], by = counting()): Promise<readonly boolean[]> =>
  Promise.all([...arrivedTogether(by.crypto, sent, everything)].map(async ({ verified }) => (await verified()).ok))

const forged = (bytes: Uint8Array | undefined): Uint8Array => {
  const copy = Uint8Array.from(bytes ?? [])
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
  return copy
}

const together = (some: readonly { readonly bytes: Uint8Array }[]) =>
  signEvents(
    { crypto, deviceSeed: SEED },
    some.map(({ bytes }) => unsignedOf(bytes)),
  )

const unsignedOf = (bytes: Uint8Array): UnsignedEvent => {
  const read = readEvent(bytes)
  assert.ok(read.ok)
  return encodeEvent(read.value.event)
}

test('[PE70] of many events that came together the new ones are verified ahead, and each that is forged is found', async () => {
  const sent = events.map(({ bytes }, index) => (index === 20 ? forged(bytes) : bytes))
  const by = counting()
  const arrived = [...arrivedTogether(by.crypto, [...sent, Uint8Array.of(1, 2)], ({ seq }) => seq > 10)]
  assert.deepEqual(by.asked, { now: 0, aside: 30 })
  const verified = await Promise.all(arrived.map(async (each) => (await each.verified()).ok))
  assert.deepEqual(
    verified,
    Array.from({ length: COUNT + 1 }, (_, index) => index !== 20 && index !== COUNT),
  )
  assert.equal(arrived.at(-1)?.read.ok, false)
})

test('[PE70] few events wait for their turn, and of many no more than some are read and verified ahead', async () => {
  const bytes = events.map((event) => event.bytes)
  const few = counting()
  for (const { verified } of arrivedTogether(few.crypto, bytes.slice(0, 3), everything)) {
    const before = few.asked.now
    assert.equal((await verified()).ok, true)
    assert.deepEqual(few.asked, { now: before + 1, aside: 0 })
  }
  const many = counting()
  let taken = 0
  for (const { verified } of arrivedTogether(many.crypto, bytes, everything)) {
    assert.equal((await verified()).ok, true)
    taken += 1
    assert.ok(many.asked.aside - taken < 16)
  }
  assert.deepEqual([taken, many.asked], [COUNT, { now: 0, aside: COUNT }])
})

test('[PE70] what was signed together is verified once, be it many, few, or with those of others between', async () => {
  const sent = (await together(events)).map(({ bytes }) => bytes)
  const many = counting()
  assert.deepEqual(await areSigned(sent, many), Array(COUNT).fill(true))
  assert.deepEqual(many.asked, { now: 0, aside: 3 }, 'sixteen, sixteen and eight')

  const pair = (await together(events.slice(0, 2))).map(({ bytes }) => bytes)
  const few = counting()
  assert.deepEqual(await areSigned(pair, few), [true, true])
  assert.deepEqual(few.asked, { now: 1, aside: 0 })

  const others = await signEvents({ crypto, deviceSeed: OTHER_SEED }, events.slice(0, 16).map(ofOther))
  const mixed = counting()
  const between = sent.slice(0, 16).flatMap((bytes, index) => [bytes, others[index]?.bytes ?? bytes])
  assert.deepEqual(await areSigned(between, mixed), Array(32).fill(true))
  assert.deepEqual(mixed.asked, { now: 0, aside: 2 })
})

test('[PE70] one that is forged among those signed together spoils no other, wherever it stands', async () => {
  const sent = (await together(events)).map(({ bytes }) => bytes)
  for (const at of [0, 15, 20, COUNT - 1])
    assert.deepEqual(
      await areSigned(sent.with(at, forged(sent[at]))),
      events.map((_, index) => index !== at),
    )
  // The same event twice, first with a signature that was turned.
  const [first, ...rest] = events.map(({ bytes }) => bytes)
  assert.deepEqual(await areSigned([forged(first), first ?? assert.fail(), ...rest]), [
    false,
    ...Array<boolean>(COUNT).fill(true),
  ])
})

test('[EV13] an event that names another author than who signed it with others is refused, and the others are not', async () => {
  const own = events.slice(0, 4).map(({ bytes }) => unsignedOf(bytes))
  const mixed = own.map((event, index) => (index % 2 === 0 ? event : ofOther(event)))
  const signedByOne = (await signEvents({ crypto, deviceSeed: SEED }, mixed)).map(({ bytes }) => bytes)
  assert.deepEqual(await areSigned(signedByOne), [true, false, true, false])
  assert.deepEqual(await areSigned(signedByOne.slice(0, 2)), [true, false])
  const opened = await Promise.all(signedByOne.map((bytes) => openEvent(crypto, bytes)))
  assert.deepEqual(
    opened.map(({ ok }) => ok),
    [true, false, true, false],
  )
})
