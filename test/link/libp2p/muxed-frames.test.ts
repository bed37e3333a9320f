import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { StreamMuxerFactory } from '@libp2p/interface'
import { boundFrames, COPIED_BYTES_MAX, type MuxedFrames } from '../../../src/link/libp2p/muxed-frames.ts'
import { createParts, SERVER_STREAM_WINDOW_BYTES_MAX, silent, type YamuxMuxer } from '../../../src/link/libp2p/parts.ts'

const WINDOW = SERVER_STREAM_WINDOW_BYTES_MAX

/** What a multiplexer that stands on nothing reads frames with. */
const createFrames = async (): Promise<MuxedFrames> => {
  const parts = await createParts(randomBytes(32), 'noise', WINDOW)
  const wire = Object.assign(new EventTarget(), { log: silent, direction: 'inbound', send: () => true })
  const [factory] = parts.muxers.values()
  const muxer = factory?.createStreamMuxer(wire as unknown as Parameters<StreamMuxerFactory['createStreamMuxer']>[0])
  boundFrames(muxer as YamuxMuxer, parts.window)
  return (muxer as unknown as { readonly decoder: MuxedFrames }).decoder
}

/** A header of data for stream 1, and as much of it as has come. */
const record = (announced: number, came: number): Uint8Array => {
  const bytes = new Uint8Array(12 + came).fill(7, 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(4, 1)
  view.setUint32(8, announced)
  return bytes
}

test('[LK67] data that is announced as longer than a window is refused before it comes', async () => {
  for (const announced of [WINDOW + 1, 0xffff_ffff]) {
    const frames = await createFrames()
    assert.throws(() => [...frames.emitFrames(record(announced, 0))], /larger than the window/)
  }
  const frames = await createFrames()
  assert.deepEqual([...frames.emitFrames(record(WINDOW, 0))], [])
  assert.equal([...frames.emitFrames(new Uint8Array(WINDOW))][0]?.data?.byteLength, WINDOW)
})

test('[LK67] a few bytes of a large record are kept without the record', async () => {
  const frames = await createFrames()
  const small = record(3, 3)
  const junk = record(60_000, 60_000)
  const together = new Uint8Array([...small, ...junk])
  const [first] = frames.emitFrames(together)
  together.fill(0)
  assert.deepEqual(first?.data?.slice(), Uint8Array.of(7, 7, 7))
  assert.ok(COPIED_BYTES_MAX < 60_000)
})
