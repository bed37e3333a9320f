import { FRAME_BYTES_MAX } from './port.ts'

/** A frame on a stream is its length in four bytes, big-endian, then that many bytes. */
export const FRAME_HEADER_BYTES = 4

export type FrameRefusal =
  | { readonly kind: 'frame-empty' }
  | { readonly kind: 'frame-too-large'; readonly size: number; readonly limit: number }

export type FrameDecoder = {
  /** Takes in what came next. To be called when `next` has nothing more; the bytes are to stay as they are until then. */
  put(chunk: Uint8Array): void
  /** The next frame that is complete, a copy. Undefined: more has to come, or the framing broke. */
  next(): Uint8Array | undefined
  /** Why the framing broke: nothing behind that place has a meaning, and there are no more frames. */
  broken(): FrameRefusal | undefined
  /** True while `next` has not yet looked at all that came. */
  isBehind(): boolean
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
 * Takes frames out of a stream however it is cut into chunks, one at a time, so that what nobody wants yet stays as it
 * came. It holds at most one unfinished frame: of it only what has really arrived, up to twice, and none of the chunks.
 */
export const createFrameDecoder = (): FrameDecoder => {
  let chunk: Uint8Array = NOTHING
  let at = 0
  /** The length of the frame as far as its header has come. */
  let size = 0
  let headerBytes = 0
  let frame = NOTHING
  let frameBytes = 0
  let broken: FrameRefusal | undefined

  // A copy, in one array that grows: a view would keep in memory all that the byte came with, which may be a thousand
  // times as much, and the length is a stranger's word.
  const hold = (piece: Uint8Array): void => {
    const filled = frameBytes + piece.length
    if (filled > frame.length) {
      const grown = new Uint8Array(Math.min(size, Math.max(filled, frame.length * 2)))
      grown.set(frame.subarray(0, frameBytes))
      frame = grown
    }
    frame.set(piece, frameBytes)
    frameBytes = filled
  }

  const readHeader = (): void => {
    for (; headerBytes < FRAME_HEADER_BYTES && at < chunk.length; headerBytes += 1) {
      size = size * 256 + (chunk[at] ?? 0)
      at += 1
    }
    if (headerBytes === FRAME_HEADER_BYTES) broken ??= refusalOf(size)
  }

  const take = (): Uint8Array => {
    const whole = frame
    frame = NOTHING
    frameBytes = 0
    headerBytes = 0
    size = 0
    return whole
  }

  return {
    put: (bytes) => {
      chunk = bytes
      at = 0
    },
    next: () => {
      readHeader()
      if (broken === undefined && headerBytes === FRAME_HEADER_BYTES) {
        const end = Math.min(chunk.length, at + size - frameBytes)
        hold(chunk.subarray(at, end))
        at = end
        if (frameBytes === size) return take()
      }
      chunk = NOTHING
      at = 0
      return undefined
    },
    broken: () => broken,
    isBehind: () => at < chunk.length,
    atBoundary: () => headerBytes === 0,
  }
}

const NOTHING = new Uint8Array(0)

const refusalOf = (size: number): FrameRefusal | undefined => {
  if (size === 0) return { kind: 'frame-empty' }
  return size > FRAME_BYTES_MAX ? { kind: 'frame-too-large', size, limit: FRAME_BYTES_MAX } : undefined
}
