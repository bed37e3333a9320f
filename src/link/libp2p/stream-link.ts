import type { Stream } from '@libp2p/interface'
import { Bug } from '../../core/bytes/result.ts'
import type { Path } from '../../view/view.ts'
import { createFrameDecoder, encodeFrames, FRAME_HEADER_BYTES } from '../frames.ts'
import { createInbox } from '../inbox.ts'
import { FRAME_BYTES_MAX, type Farewell, type Link, type Protocol } from '../port.ts'
import type { Connection } from './connection.ts'

/** Bytes that wait to be sent from which on `send` answers false. */
export const OUTBOX_BYTES_MAX = 256 * 1024

/** Bytes that wait to be sent from which on a link is given up: whoever sends does not heed `send`. */
export const OUTBOX_BYTES_LIMIT = 16 * 1024 * 1024

/**
 * A link over one stream, which is the only one that its connection is kept for: closing the link closes that too.
 * Frames that are sent in one turn of the event loop leave as one piece.
 */
export const createStreamLink = (
  stream: Stream,
  connection: Connection,
  {
    protocol,
    path,
    onReplaced,
  }: {
    readonly protocol: Protocol
    readonly path: Path
    /** Called before this side closes the link because a better one stands; the end waits for it. */
    readonly onReplaced?: (() => Promise<void>) | undefined
  },
): Link => {
  const closed = Promise.withResolvers<Farewell>()
  let state: 'open' | 'closing' | 'closed' = 'open'

  // ---- towards the other side

  let outbox: Uint8Array[] = []
  let outboxBytes = 0
  let flushing = false
  let waiters: (() => void)[] = []

  const hasRoom = (): boolean =>
    state !== 'open' || (outboxBytes + stream.writeBufferLength < OUTBOX_BYTES_MAX && !stream.writableNeedsDrain)

  const openRoom = (): void => {
    if (waiters.length === 0 || !hasRoom()) return
    const waiting = waiters
    waiters = []
    for (const each of waiting) each()
  }

  const flush = (): void => {
    flushing = false
    if (state !== 'open' || stream.writableNeedsDrain) return
    sendOutbox()
    openRoom()
  }

  const sendOutbox = (): void => {
    if (outboxBytes === 0) return
    const bytes = encodeFrames(outbox)
    outbox = []
    outboxBytes = 0
    try {
      stream.send(bytes)
    } catch (error) {
      lose(error)
    }
  }

  const flushSoon = (): void => {
    if (flushing) return
    flushing = true
    queueMicrotask(flush)
  }

  // ---- from the other side

  const decoder = createFrameDecoder()
  const inbox = createInbox(() => {
    takeFrames()
    if (inbox.full() || stream.readStatus !== 'paused') return
    try {
      stream.resume()
    } catch {
      // What the stream still held was handed out; it could not ask for more because the connection is gone.
    }
  })

  const receive = (chunk: Uint8Array): void => {
    if (state !== 'open') return
    decoder.put(chunk)
    takeFrames()
    if (inbox.full() && stream.readStatus === 'readable') stream.pause()
  }

  /** No more of them than there is room for: as bytes they cost what they are long, and as frames much more. */
  const takeFrames = (): void => {
    while (!inbox.full()) {
      const frame = decoder.next()
      if (frame === undefined) break
      inbox.put(frame)
    }
    const broken = decoder.broken()
    if (broken !== undefined && state === 'open') {
      const size = broken.kind === 'frame-empty' ? 0 : broken.size
      finish({ kind: 'malformed', detail: `a frame of ${size} bytes` })
      connection.abort('the other side broke the framing')
    } else if (ended && !isBehind()) end()
  }

  /** True while frames that have come are still to be read, and somebody reads. */
  const isBehind = (): boolean => state === 'open' && decoder.isBehind() && !inbox.isAbandoned()

  // ---- the end

  const finish = (farewell: Farewell): void => {
    if (state === 'closed') return
    state = 'closed'
    outbox = []
    outboxBytes = 0
    inbox.end()
    openRoom()
    closed.resolve(farewell)
  }

  const lose = (error: unknown): void => {
    finish({ kind: 'lost', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
    connection.abort('the stream broke')
  }

  const leave = async (because: 'replaced' | undefined): Promise<void> => {
    // What the other side does not take within CLOSE_MILLIS_MAX is lost.
    sendOutbox()
    finish({ kind: 'ours' })
    if (because === 'replaced') await onReplaced?.()
    await connection.close()
  }

  stream.addEventListener('message', (event) => receive(event.data.subarray()))
  // libp2p sends what it holds itself first, in a microtask that was queued before this one.
  stream.addEventListener('drain', flushSoon)
  let goodbye = false
  stream.addEventListener('remoteCloseWrite', () => {
    goodbye = true
  })
  /** Everything that was sent before the goodbye was handed out. */
  let ended = false
  const end = (): void => {
    ended = true
    if (!goodbye || isBehind()) return
    if (connection.left) finish({ kind: 'ours' })
    else if (decoder.atBoundary()) finish({ kind: 'theirs' })
    else finish({ kind: 'malformed', detail: 'the stream ended inside a frame' })
    connection.hangUp()
  }
  const drop = (detail: string): void => {
    if (goodbye && state === 'open' && (stream.readBufferLength > 0 || isBehind())) return
    finish(connection.left ? { kind: 'ours' } : { kind: 'lost', detail })
    connection.hangUp()
  }
  stream.addEventListener('end', end)
  stream.addEventListener('close', (event) => drop(event.error?.message ?? 'the other side is gone'))
  // The other side may have closed while this side was still agreeing on the protocol.
  goodbye = stream.remoteWriteStatus === 'closed' && (stream.status === 'open' || stream.status === 'closed')
  if (stream.readableEnded) end()
  if (stream.status !== 'open') drop('the other side is gone')

  return {
    device: connection.device,
    protocol,
    path,
    address: connection.address,
    server: connection.carrier?.device,
    dialled: connection.dialled,
    send: (frame) => {
      if (frame.length === 0 || frame.length > FRAME_BYTES_MAX) throw new Bug(`a frame of ${frame.length} bytes`)
      if (state !== 'open') return true
      outbox.push(frame)
      outboxBytes += FRAME_HEADER_BYTES + frame.length
      if (outboxBytes > OUTBOX_BYTES_LIMIT) lose(new Error('the queue of this link ran over'))
      if (outboxBytes > OUTBOX_BYTES_MAX) flush()
      else flushSoon()
      return hasRoom()
    },
    room: () => (hasRoom() ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    frames: inbox.frames,
    heard: () => connection.heard,
    ping: () => connection.ping(),
    close: (because) => {
      if (state !== 'open') return
      state = 'closing'
      void leave(because)
    },
    closed: closed.promise,
  }
}
