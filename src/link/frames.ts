import { concat } from '../core/bytes/concat.ts'
import { FRAME_BYTES_MAX } from './port.ts'

/** A frame on a stream is its length in four bytes, big-endian, then that many bytes. */
export const FRAME_HEADER_BYTES = 4

export type FrameRefusal =
  | { readonly kind: 'frame-empty' }
  | { readonly kind: 'frame-too-large'; readonly size: number; readonly limit: number }

export type FrameDecoder = {
  /**
   * The frames that are complete now, each a copy. When `broken` is set, the framing broke behind them: nothing after
   * that place has a meaning, and every later call gives no frames.
   */
  read(chunk: Uint8Array): { readonly frames: readonly Uint8Array[]; readonly broken?: FrameRefusal }
  /** True between two frames: where a stream may end. */
  atBoundary(): boolean
}

/** Several frames as one run of bytes. */
export const encodeFrames = (frames: readonly Uint8Array[]): Uint8Array => {
  let size = 0
  for (const frame of frames) size += FRAME_HEADER_BYTES + frame.length
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.length)
    bytes.set(frame, at + FRAME_HEADER_BYTES)
    at += FRAME_HEADER_BYTES + frame.length
  }
  return bytes
}

/**
 * Takes frames out of a stream however it is cut into chunks. It holds at most one unfinished frame, and of it only
 * what has really arrived: a header alone reserves nothing.
 */
export const createFrameDecoder = (): FrameDecoder => {
  let held: Uint8Array[] = []
  let heldBytes = 0
  /** Bytes of header and frame that `held` must have before there is anything to take. */
  let needed = FRAME_HEADER_BYTES
  let broken: FrameRefusal | undefined

  const takeAll = (bytes: Uint8Array): Uint8Array[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const frames: Uint8Array[] = []
    let at = 0
    needed = FRAME_HEADER_BYTES
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const size = view.getUint32(at)
      broken = refusalOf(size)
      if (broken !== undefined) break
      needed = FRAME_HEADER_BYTES + size
      if (bytes.length - at < needed) break
      frames.push(copy(bytes, at + FRAME_HEADER_BYTES, at + needed))
      at += needed
      needed = FRAME_HEADER_BYTES
    }
    // A copy, so that the little that is left does not keep the whole chunk in memory.
    held = at === bytes.length || broken !== undefined ? [] : [copy(bytes, at, bytes.length)]
    heldBytes = bytes.length - at
    return frames
  }

  return {
    atBoundary: () => heldBytes === 0,
    read: (chunk) => {
      if (broken !== undefined) return { frames: [], broken }
      held.push(chunk)
      heldBytes += chunk.length
      if (heldBytes < needed) return { frames: [] }
      const frames = takeAll(held.length === 1 ? chunk : concat(held))
      return broken === undefined ? { frames } : { frames, broken }
    },
  }
}

const refusalOf = (size: number): FrameRefusal | undefined => {
  if (size === 0) return { kind: 'frame-empty' }
  return size > FRAME_BYTES_MAX ? { kind: 'frame-too-large', size, limit: FRAME_BYTES_MAX } : undefined
}

// Not `slice`: a Buffer's shares memory with the chunk, which may be used again.
const copy = (bytes: Uint8Array, start: number, end: number): Uint8Array => new Uint8Array(bytes.subarray(start, end))
