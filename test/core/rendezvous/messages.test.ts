import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { fromHex } from '../../../src/core/bytes/hex.ts'
import {
  CARD_BYTES_MAX,
  decodePeerMessage,
  decodeServerMessage,
  encodePeerMessage,
  encodeServerMessage,
  LISTING_BYTES_MAX,
  OFFER_BYTES_MAX,
  PEER_MESSAGE_BYTES_MAX,
  PEER_MESSAGE_ITEMS_MAX,
  PEOPLE_LISTED_MAX,
  SERVER_MESSAGE_BYTES_MAX,
} from '../../../src/core/rendezvous/messages.ts'
import { BLOB_BYTES_MAX } from '../../../src/core/mailbox/blob.ts'
import { isWithin } from '../../../src/core/rendezvous/items.ts'
import { PART_BYTES_MAX, PIECES_MAX, TRIMMED_MAX } from '../../../src/core/rendezvous/mailbox-messages.ts'
import { mutated } from '../bytes/mutated.ts'
import { peerMessages, readable, serverMessages, vectors, VECTORS_FILE } from '../../vectors/rendezvous.ts'

const device = new Uint8Array(32).fill(7)
const spoken = (plain: Plain): Uint8Array => encode(plain)

/** What became of a frame, in a word. */
const read = (result: ReturnType<typeof decodePeerMessage | typeof decodeServerMessage>): string =>
  result.ok ? result.value.kind : result.refusal.kind

test('[SV1] every message reads back as it was written', () => {
  for (const message of peerMessages)
    assert.deepEqual(decodePeerMessage(encodePeerMessage(message)), { ok: true, value: message })
  for (const message of serverMessages)
    assert.deepEqual(decodeServerMessage(encodeServerMessage(message)), { ok: true, value: message })
})

test('[SV1] the bytes are those of the test vectors', () => {
  const written: unknown = JSON.parse(readFileSync(VECTORS_FILE, 'utf8'))
  assert.deepEqual(vectors(), written)
  for (const { from, message, bytes } of vectors()) {
    const decoded = (from === 'peer' ? decodePeerMessage : decodeServerMessage)(fromHex(bytes))
    assert.deepEqual(decoded.ok && readable(decoded.value), message)
  }
})

test('[SV2] a kind of a later version is read as newer, not as malformed', () => {
  assert.deepEqual(decodePeerMessage(spoken(['mailbox', 1, 2])), {
    ok: true,
    value: { kind: 'newer', what: 'mailbox' },
  })
  assert.deepEqual(decodeServerMessage(spoken(['moved'])), { ok: true, value: { kind: 'newer', what: 'moved' } })
})

test('[SV2] items that a later version appends are ignored', () => {
  assert.deepEqual(decodePeerMessage(spoken(['watch', true, 'softly'])), {
    ok: true,
    value: { kind: 'watch', on: true },
  })
  assert.equal(read(decodeServerMessage(spoken(['farewell', 'a new reason', 5]))), 'farewell')
})

test('[SV3] each limit is kept to the byte', () => {
  const hello = (listing: number, card: number): Plain => [
    'hello',
    1,
    true,
    new Uint8Array(listing),
    new Uint8Array(card),
  ]
  assert.equal(read(decodePeerMessage(spoken(hello(LISTING_BYTES_MAX, CARD_BYTES_MAX)))), 'hello')
  assert.equal(read(decodePeerMessage(spoken(hello(LISTING_BYTES_MAX + 1, 0)))), 'malformed')
  assert.equal(read(decodePeerMessage(spoken(hello(0, CARD_BYTES_MAX + 1)))), 'malformed')
  assert.equal(read(decodePeerMessage(spoken(['call', device, new Uint8Array(OFFER_BYTES_MAX)]))), 'call')
  assert.equal(read(decodePeerMessage(spoken(['call', device, new Uint8Array(OFFER_BYTES_MAX + 1)]))), 'malformed')
  const padded = (bytes: number): Plain => ['watch', true, new Uint8Array(bytes)]
  assert.equal(read(decodePeerMessage(spoken(padded(PEER_MESSAGE_BYTES_MAX - 20)))), 'watch')
  assert.equal(read(decodePeerMessage(spoken(padded(PEER_MESSAGE_BYTES_MAX)))), 'malformed')
  const people = (count: number): Plain => [
    'people',
    true,
    Array.from({ length: count }, () => [device, new Uint8Array(LISTING_BYTES_MAX)]),
    [],
  ]
  assert.equal(read(decodeServerMessage(spoken(people(PEOPLE_LISTED_MAX)))), 'people')
  assert.equal(read(decodeServerMessage(spoken(people(PEOPLE_LISTED_MAX + 1)))), 'malformed')
  assert.equal(read(decodeServerMessage(new Uint8Array(SERVER_MESSAGE_BYTES_MAX + 1))), 'malformed')
})

test('[SV3] the limits of what is said of mailboxes are kept to the byte', () => {
  const name = device
  const put = (size: number, part: number): Plain => ['put', 1, name, size, new Uint8Array(part)]
  assert.equal(read(decodePeerMessage(spoken(put(70_000, PART_BYTES_MAX)))), 'put')
  assert.equal(read(decodePeerMessage(spoken(put(70_000, PART_BYTES_MAX + 1)))), 'malformed')
  assert.equal(read(decodePeerMessage(spoken(put(0, 1)))), 'malformed')
  assert.equal(read(decodePeerMessage(spoken(put(5, 0)))), 'malformed')
  assert.equal(read(decodePeerMessage(spoken(['read', 0x1_0000_0000, name, 0, 1]))), 'malformed')
  const trim = (count: number): Plain => ['trim', 1, name, Array.from({ length: count }, (_, index) => index + 1)]
  assert.equal(read(decodePeerMessage(spoken(trim(TRIMMED_MAX)))), 'trim')
  assert.equal(read(decodePeerMessage(spoken(trim(TRIMMED_MAX + 1)))), 'malformed')
  assert.equal(read(decodePeerMessage(spoken(['open', 1, name, new Uint8Array(63)]))), 'malformed')
  const blobs = (count: number, size: number): Plain => [
    'blobs',
    1,
    Array.from({ length: count }, (_, index) => [index + 1, size, new Uint8Array(1)]),
    null,
  ]
  assert.equal(read(decodeServerMessage(spoken(blobs(PIECES_MAX, BLOB_BYTES_MAX)))), 'blobs')
  assert.equal(read(decodeServerMessage(spoken(blobs(PIECES_MAX + 1, 1)))), 'malformed')
  assert.equal(read(decodeServerMessage(spoken(blobs(1, BLOB_BYTES_MAX + 1)))), 'malformed')
  assert.equal(read(decodeServerMessage(spoken(['refused', 1, 'a new reason', null]))), 'refused')
})

test('[SV2] a welcome of a server from before there were mailboxes is read', () => {
  const welcome = decodeServerMessage(spoken(['welcome', 1, '192.0.2.7:1', 'on', null]))
  assert.deepEqual(welcome, {
    ok: true,
    value: { kind: 'welcome', version: 1, observed: '192.0.2.7:1', people: 'on' },
  })
})

test('[SV206] a welcome of a server from before there was STUN is read, and one of now by a peer of before', () => {
  const before = ['welcome', 1, '192.0.2.7:1', 'on', null, null] as const
  const plain = { kind: 'welcome', version: 1, observed: '192.0.2.7:1', people: 'on' } as const
  assert.deepEqual(decodeServerMessage(spoken(before)), { ok: true, value: plain })
  const stun = { tcp: [12_345, 12_346], udp: [12_345] }
  const now = encodeServerMessage({ ...plain, stun })
  assert.deepEqual(decodeServerMessage(now), { ok: true, value: { ...plain, stun } })
  // A peer of before looks at the items that it knows.
  const items = decode(now)
  assert.deepEqual(items.ok && (items.value as readonly Plain[]).slice(0, before.length), before)
})

test('[SV3] a server names at most four ports of STUN for each transport, and no port 0', () => {
  const welcome = (tcp: readonly number[]): Plain => ['welcome', 1, '192.0.2.7:1', 'on', null, null, [tcp, []]]
  assert.equal(read(decodeServerMessage(spoken(welcome([1, 2, 3, 65_535])))), 'welcome')
  for (const ports of [[1, 2, 3, 4, 5], [0], [65_536]])
    assert.equal(read(decodeServerMessage(spoken(welcome(ports)))), 'malformed')
})

test('[MX22] a message of more items than any has is refused before it is decoded, whatever they are', () => {
  const items = (count: number, item: Plain): Uint8Array =>
    spoken(['watch', true, ...Array.from({ length: count - 3 }, () => item)])
  for (const item of [7, 1_000_000, null, '', 'text', new Uint8Array(0), new Uint8Array(30)]) {
    assert.equal(read(decodePeerMessage(items(PEER_MESSAGE_ITEMS_MAX, item))), 'watch')
    assert.equal(read(decodePeerMessage(items(PEER_MESSAGE_ITEMS_MAX + 1, item))), 'malformed')
  }
  assert.equal(isWithin(spoken(Array.from({ length: 600 }, () => [1])), PEER_MESSAGE_ITEMS_MAX), false)
})

test('[MX22] counting items never throws, and never counts more than there are bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(isWithin(bytes, bytes.length), true)
    }),
    { numRuns: 10_000 },
  )
})

test('[SV3] what is no message is malformed', () => {
  const strange: readonly Plain[] = [
    null,
    7,
    'hello',
    [],
    [[]],
    [1, true],
    ['x'.repeat(33)],
    ['hello'],
    ['hello', 0, true, new Uint8Array(), null],
    ['hello', 1, 1, new Uint8Array(), null],
    ['card', new Uint8Array(31)],
    ['card', 'a1'.repeat(32)],
    ['watch'],
  ]
  for (const plain of strange) assert.equal(read(decodePeerMessage(spoken(plain))), 'malformed', JSON.stringify(plain))
  assert.equal(read(decodePeerMessage(new Uint8Array())), 'malformed')
})

test('[SV4] ten thousand mutated messages are read or refused, never thrown at', () => {
  const frames = vectors().map(({ bytes }) => fromHex(bytes))
  const outcomes = new Set<string>()
  for (const { bytes } of mutated(frames, { seed: 4 }))
    outcomes.add(read(decodePeerMessage(bytes))).add(read(decodeServerMessage(bytes)))
  for (const kind of ['malformed', 'newer', 'call', 'people', 'put', 'trim', 'blobs', 'refused'])
    assert.ok(outcomes.has(kind), kind)
})

test('[SV4] ten thousand random byte strings and values are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      read(decodePeerMessage(bytes))
      read(decodeServerMessage(bytes))
    }),
    { numRuns: 10_000 },
  )
})
