/** Bytes of unread frames, and what they cost beside, at which the other side is held back. */
export const INBOX_BYTES_MAX = 256 * 1024

/** What a frame that waits costs beside its bytes: without it, frames of one byte would cost hundreds of times the bound. */
export const FRAME_OVERHEAD_BYTES = 256

/** Frames that arrived and wait to be read, oldest first. It never refuses one: `full` says when to stop bringing them. */
export type Inbox = {
  put(frame: Uint8Array): void
  full(): boolean
  /** True once nobody reads any more. */
  isAbandoned(): boolean
  /** Frames that wait are still read; then `frames` ends. */
  end(): void
  readonly frames: AsyncIterable<Uint8Array>
}

/** `onRoom` is called when an inbox that was full has been read down to half. */
export const createInbox = (onRoom: () => void): Inbox => {
  let waiting: Uint8Array[] = []
  let first = 0
  let bytes = 0
  let wasFull = false
  let ended = false
  let abandoned = false
  let wake: (() => void) | undefined

  const wakeReader = (): void => {
    wake?.()
    wake = undefined
  }

  const take = (): Uint8Array | undefined => {
    const frame = waiting[first]
    if (frame === undefined) return undefined
    first += 1
    // The array is cut now and then, not at each frame: shifting a long one each time would cost its length.
    if (first === waiting.length || first >= 1024) {
      waiting = waiting.slice(first)
      first = 0
    }
    bytes -= costOf(frame)
    if (wasFull && bytes <= INBOX_BYTES_MAX / 2) {
      wasFull = false
      onRoom()
    }
    return frame
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const frame = take()
        if (frame !== undefined) yield frame
        else if (ended) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      // A reader that stopped early reads nothing more: what waits would be held for ever.
      abandoned = true
      waiting = []
      first = 0
      bytes = INBOX_BYTES_MAX
    }
  }

  return {
    put: (frame) => {
      waiting.push(frame)
      bytes += costOf(frame)
      if (bytes >= INBOX_BYTES_MAX) wasFull = true
      wakeReader()
    },
    full: () => bytes >= INBOX_BYTES_MAX,
    isAbandoned: () => abandoned,
    end: () => {
      ended = true
      wakeReader()
    },
    frames: read(),
  }
}

const costOf = (frame: Uint8Array): number => frame.length + FRAME_OVERHEAD_BYTES
