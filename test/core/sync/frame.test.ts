import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DIGESTS_IN_FRAME_MAX,
  encodeFrame,
  EVENTS_IN_FRAME_MAX,
  PLACE_BYTES_MAX,
  readFrame,
  REQUEST_BYTES_MAX,
} from '../../../src/core/sync/frame.ts'
import { encode } from '../../../src/core/bytes/cbor.ts'
import { mutated } from '../bytes/mutated.ts'

const tag = 'ab'.repeat(16)
const frames = [
  encodeFrame({ kind: 'hello', version: 1, nonce: new Uint8Array(32), card: new Uint8Array(40).fill(7) }),
  encodeFrame({ kind: 'have', tag, vector: new Map([['11'.repeat(32), 7]]) }),
  encodeFrame({ kind: 'events', tag, events: [Uint8Array.of(1, 2, 3)] }),
  encodeFrame({ kind: 'signal', tag, signal: 1 }),
  encodeFrame({ kind: 'bye', reason: 1 }),
  encodeFrame({ kind: 'card', card: new Uint8Array(40).fill(7) }),
  encodeFrame({ kind: 'digests', digests: new Map([[tag, tag]]) }),
  encodeFrame({ kind: 'request', bytes: Uint8Array.of(1, 2) }),
  encodeFrame({ kind: 'answer', bytes: Uint8Array.of(1, 2) }),
  encodeFrame({ kind: 'place', bytes: Uint8Array.of(1, 2) }),
  encodeFrame({ kind: 'ask', tag, ids: ['11'.repeat(32), '22'.repeat(32)] }),
]

test('[SY14] no damaged frame throws, and what is read is what was written', (t) => {
  const seed = 14_001
  t.diagnostic(`seed ${seed}`)
  for (const { bytes } of mutated(frames, { seed })) {
    const frame = readFrame(bytes)
    if (frame.ok && frame.value.kind !== 'newer') assert.ok(encodeFrame(frame.value).length <= bytes.length)
  }
})

test('[SY14] more than a thousand and twenty-four events in a frame are refused', () => {
  const event = Uint8Array.of(1)
  const framed = (count: number) =>
    readFrame(encode([3, new Uint8Array(16), Array.from({ length: count }, () => event)])).ok
  assert.equal(framed(EVENTS_IN_FRAME_MAX), true)
  assert.equal(framed(EVENTS_IN_FRAME_MAX + 1), false)
})

test('[SY14] digests that end within a pair, name a conversation twice or are too many are refused', () => {
  const framed = (pairs: Uint8Array): boolean => readFrame(encode([7, pairs])).ok
  const different = (count: number): Uint8Array =>
    Uint8Array.from({ length: count * 32 }, (_, at) => (at % 32 < 4 ? ((at >> 5) >> (8 * (at % 32))) & 0xff : 0))
  assert.equal(framed(different(DIGESTS_IN_FRAME_MAX)), true)
  assert.equal(framed(different(DIGESTS_IN_FRAME_MAX + 1)), false)
  assert.equal(framed(different(2).subarray(0, 63)), false)
  assert.equal(framed(new Uint8Array(64)), false)
  assert.equal(framed(new Uint8Array(0)), false)
})

test('[SY26] a place of more than 1,024 bytes, or of none, is refused', () => {
  const framed = (bytes: number): boolean => readFrame(encode([11, new Uint8Array(bytes)])).ok
  assert.deepEqual([0, 1, PLACE_BYTES_MAX, PLACE_BYTES_MAX + 1].map(framed), [false, true, true, false])
})

test('[SY14] a request or an answer of more than 64 KiB is refused', () => {
  for (const number of [8, 9]) {
    assert.equal(readFrame(encode([number, new Uint8Array(REQUEST_BYTES_MAX)])).ok, true)
    assert.equal(readFrame(encode([number, new Uint8Array(REQUEST_BYTES_MAX + 1)])).ok, false)
  }
})
