import type { YamuxMuxer } from './parts.ts'

const HEADER_BYTES = 12
const DATA = 0

/** Data of fewer bytes are copied out of the record that brought them; a record has at most 64 KiB. */
export const COPIED_BYTES_MAX = 16 * 1024

type Bytes = { readonly byteLength: number; slice(from?: number, to?: number): Uint8Array }

/** What yamux reads frames with; not part of libp2p's interface. */
export type MuxedFrames = {
  readonly buffer: Bytes
  readFrame(): { readonly header: object; data?: Bytes } | undefined
  emitFrames(bytes: Uint8Array): Iterable<{ readonly data?: Bytes }>
}

/**
 * Bounds what the multiplexer keeps of frames. It waits for the whole of each, and looks at the stream's window only then:
 * a frame that is announced with more than `window` bytes, which no stream ever allows, breaks the connection at once. And
 * data that waits to be read keeps in memory no record that is many times as large.
 */
export const boundFrames = (muxer: YamuxMuxer, window: number): YamuxMuxer => {
  const { decoder } = muxer as unknown as { readonly decoder: MuxedFrames }
  const readFrame = decoder.readFrame.bind(decoder)
  decoder.readFrame = () => {
    if (announcedBytes(decoder.buffer) > window) throw new Error('a frame is larger than the window of its stream')
    const frame = readFrame()
    if (frame?.data !== undefined && frame.data.byteLength < COPIED_BYTES_MAX) frame.data = frame.data.slice()
    return frame
  }
  const abort = muxer.abort.bind(muxer)
  muxer.abort = (error) => {
    try {
      abort(error)
    } catch {
      // A stream that it ended may have had the wire closed, and then its farewell throws where nobody would catch it.
    }
  }
  return muxer
}

const announcedBytes = (buffer: Bytes): number => {
  if (buffer.byteLength < HEADER_BYTES) return 0
  const header = buffer.slice(0, HEADER_BYTES)
  return header[1] === DATA ? new DataView(header.buffer, header.byteOffset).getUint32(8) : 0
}
