import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFrame, EVENTS_IN_FRAME_MAX, readFrame } from '../../../src/core/sync/frame.ts'
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
