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
  for (const chunk of chunks) {
    decoder.put(chunk)
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) found.push(frame)
  }
  return { frames: found, broken: decoder.broken() }
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
  decoder.put(Uint8Array.of(0, 0, 0, 2, 9))
  assert.equal(decoder.next(), undefined)
  assert.equal(decoder.atBoundary(), false)
  decoder.put(Uint8Array.of(9))
  assert.deepEqual(decoder.next(), Uint8Array.of(9, 9))
  assert.equal(decoder.atBoundary(), true)
})

test('[LK65] frames are taken one at a time, and what nobody wants yet stays as it came', () => {
  const decoder = createFrameDecoder()
  decoder.put(encodeFrames([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]))
  const behind: unknown[] = []
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next())
    behind.push([...frame, decoder.isBehind()])
  assert.deepEqual(behind, [
    [1, true],
    [2, true],
    [3, false],
  ])
  assert.equal(decoder.isBehind(), false)
})

test('[LK65] nothing that came with the pieces of an unfinished frame is kept, and each piece is a copy', () => {
  const decoder = createFrameDecoder()
  const sent = Uint8Array.from({ length: 3_000 }, (_, index) => index)
  for (const byte of encodeFrames([sent]).subarray(0, -1)) {
    const record = new Uint8Array(100).fill(byte)
    decoder.put(record.subarray(40, 41))
    assert.equal(decoder.next(), undefined)
    record.fill(0)
  }
  decoder.put(sent.subarray(-1))
  assert.deepEqual(decoder.next(), sent)
})

test('[LK65] a frame that is announced takes no memory before it comes', () => {
  const header = new Uint8Array(5)
  new DataView(header.buffer).setUint32(0, FRAME_BYTES_MAX)
  const before = process.memoryUsage().arrayBuffers
  const decoders = Array.from({ length: 64 }, () => {
    const decoder = createFrameDecoder()
    decoder.put(header)
    return [decoder, decoder.next()] as const
  })
  assert.ok(process.memoryUsage().arrayBuffers - before < FRAME_BYTES_MAX)
  assert.ok(decoders.every(([, frame]) => frame === undefined))
})
