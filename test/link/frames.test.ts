import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFrameDecoder, encodeFrames } from '../../src/link/frames.ts'
import { FRAME_BYTES_MAX } from '../../src/link/port.ts'

const RUNS = 10_000

const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 })
const cuts = fc.array(fc.nat({ max: 4_000 }), { maxLength: 20 })

/** The same bytes in chunks that end at the given places. */
const chunked = (bytes: Uint8Array, at: readonly number[]): readonly Uint8Array[] => {
  const ends = [...at.map((each) => Math.min(each, bytes.length)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end))
}

const read = (chunks: readonly Uint8Array[]): { readonly frames: readonly Uint8Array[]; readonly broken: unknown } => {
  const decoder = createFrameDecoder()
  const found: Uint8Array[] = []
  let broken: unknown
  for (const chunk of chunks) {
    const result = decoder.read(chunk)
    found.push(...result.frames)
    broken ??= result.broken
  }
  return { frames: found, broken }
}

test('[LK9] frames come out as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(frames, cuts, (sent, at) => {
      assert.deepEqual(read(chunked(encodeFrames(sent), at)).frames, sent)
    }),
    { numRuns: RUNS },
  )
})

test('[LK9] bytes of a stranger never throw, and mean the same however they are cut', () => {
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(frames, mutations, cuts, (sent, changes, at) => {
      const bytes = encodeFrames(sent)
      for (const [place, value] of changes) if (bytes.length > 0) bytes[place % bytes.length] = value
      const whole = read([bytes])
      assert.deepEqual(read(chunked(bytes, at)), whole)
      assert.deepEqual(read([...bytes].map((byte) => Uint8Array.of(byte))), whole)
    }),
    { numRuns: RUNS },
  )
})

test('[LK9] an empty frame and one above the limit break the stream, and frames before them still count', () => {
  const good = encodeFrames([Uint8Array.of(1, 2)])
  const header = (size: number): Uint8Array => {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, size)
    return bytes
  }
  const broken = (size: number): unknown => read([Buffer.concat([good, header(size), good])])
  assert.deepEqual(broken(0), { frames: [Uint8Array.of(1, 2)], broken: { kind: 'frame-empty' } })
  assert.deepEqual(broken(FRAME_BYTES_MAX + 1), {
    frames: [Uint8Array.of(1, 2)],
    broken: { kind: 'frame-too-large', size: FRAME_BYTES_MAX + 1, limit: FRAME_BYTES_MAX },
  })
  assert.equal(read([header(FRAME_BYTES_MAX)]).broken, undefined)
})

test('[LK9] a decoder knows whether the stream may end here', () => {
  const decoder = createFrameDecoder()
  assert.equal(decoder.atBoundary(), true)
  decoder.read(Uint8Array.of(0, 0, 0, 2, 9))
  assert.equal(decoder.atBoundary(), false)
  decoder.read(Uint8Array.of(9))
  assert.equal(decoder.atBoundary(), true)
})
