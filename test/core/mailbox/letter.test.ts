import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { EVENT_BYTES_MAX } from '../../../src/core/event/event.ts'
import { BLOB_PLAINTEXT_BYTES_MAX, sealBlob } from '../../../src/core/mailbox/blob.ts'
import { decodeLetter, encodeLetter, EVENTS_PER_LETTER_MAX, lettersOf } from '../../../src/core/mailbox/letter.ts'
import { mailboxKeys } from '../../../src/core/mailbox/keys.ts'
import { RECEIPT_AUTHORS_MAX } from '../../../src/core/mailbox/receipt.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { letters, SALT, SECRET } from '../../vectors/mailbox.ts'
import { mutated } from '../bytes/mutated.ts'

const examples = await letters()
const kindOf = (bytes: Uint8Array): string => {
  const letter = decodeLetter(bytes)
  return letter.ok ? letter.value.kind : letter.refusal.kind
}
const read = (plain: Plain): string => kindOf(encode(plain))

test('[MX4] every letter reads back as it was written', () => {
  for (const letter of examples) assert.deepEqual(decodeLetter(encodeLetter(letter)), { ok: true, value: letter })
})

test('[MX4] a kind that a later version knows is read as newer, and items that it appends are ignored', () => {
  assert.deepEqual(decodeLetter(encode([99, 'anything'])), { ok: true, value: { kind: 'newer', number: 99 } })
  assert.equal(read([6]), 'newer')
  assert.equal(read([5, Uint8Array.of(1), 'more']), 'card')
})

test('[MX4] each limit is kept to the byte, and what is no letter is malformed', () => {
  const events = (count: number, size: number): Plain => [1, Array.from({ length: count }, () => new Uint8Array(size))]
  assert.equal(read(events(1, EVENT_BYTES_MAX)), 'events')
  assert.equal(read(events(1, EVENT_BYTES_MAX + 1)), 'malformed')
  assert.equal(read(events(EVENTS_PER_LETTER_MAX, 1)), 'events')
  assert.equal(read(events(EVENTS_PER_LETTER_MAX + 1, 1)), 'malformed')
  assert.equal(read(events(1, 0)), 'malformed')
  const receipt = (authors: number): Plain => {
    const vector = Array.from({ length: authors }, () => [new Uint8Array(32), 1])
    return [2, [new Uint8Array(32), vector, 0, new Uint8Array(64)]]
  }
  assert.equal(read(receipt(RECEIPT_AUTHORS_MAX)), 'receipt')
  assert.equal(read(receipt(RECEIPT_AUTHORS_MAX + 1)), 'malformed')
  const strange: readonly Plain[] = [null, 1, [], [0], [-1], ['1'], [1], [1, null], [2, []], [3, 'x'], [4], [5, []]]
  for (const plain of strange) assert.equal(read(plain), 'malformed', JSON.stringify(plain))
})

test('[MX4] ten thousand mutated letters are read or refused, and nothing throws', () => {
  const outcomes = new Set<string>()
  for (const { bytes } of mutated(examples.map(encodeLetter), { seed: 47 })) outcomes.add(kindOf(bytes))
  for (const kind of ['malformed', 'events', 'receipt', 'request', 'newer']) assert.ok(outcomes.has(kind), kind)
})

test('[MX5] events are put into letters in order, none is lost, and each letter fits into a blob', async () => {
  const keys = await mailboxKeys(createNodeCrypto(), SECRET)
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: EVENT_BYTES_MAX })), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(sizes, (lengths) => {
      const events = lengths.map((length, index) => new Uint8Array(length).fill(index))
      const packed = lettersOf(events)
      assert.deepEqual(packed.flat(), events)
      for (const each of packed) sealBlob(keys, encodeLetter({ kind: 'events', events: each }), SALT)
    }),
    { numRuns: 40 },
  )
})

test('[MX5] a letter takes as many events as fit, at most 1,024', () => {
  const many = (count: number, size: number) => lettersOf(Array.from({ length: count }, () => new Uint8Array(size)))
  assert.deepEqual(
    many(2_500, 100).map(({ length }) => length),
    [1_024, 1_024, 452],
  )
  const half = Math.floor(BLOB_PLAINTEXT_BYTES_MAX / 2)
  assert.equal(many(2, half - 10).length, 1)
  assert.equal(many(2, half).length, 2)
  assert.deepEqual(lettersOf([]), [])
  assert.deepEqual(
    lettersOf([new Uint8Array(600), new Uint8Array(600), new Uint8Array(100)], 1_000).map(({ length }) => length),
    [1, 2],
  )
})
