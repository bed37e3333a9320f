import type { Stream } from '@libp2p/interface'
import * as multistream from '@libp2p/multistream-select'
import type { Hex } from '../../core/bytes/hex.ts'
import { createDeadline } from './deadline.ts'
import type { Secured } from './handshake.ts'
import { agreeing } from './messages.ts'

/** How long nothing at all may come from the other side before it counts as gone. */
export const SILENCE_MILLIS_MAX = 30_000

/** How long the dialling side hears nothing before it asks. The other side only answers, and waits. */
export const KEEP_ALIVE_MILLIS = 15_000

/** How often connections are looked at, all in one go. */
export const SWEEP_MILLIS = 5_000

/** A connection that carries no stream for this long is of no use to anybody. */
export const IDLE_MILLIS_MAX = 10_000

/** From opening a stream until both sides know what is spoken on it. */
export const STREAM_MILLIS_MAX = 10_000

/** How long a connection that is closed may take to send what it still holds. */
export const CLOSE_MILLIS_MAX = 2_000

/** What to do with a stream that the other side opened, by the protocol that it asked for. */
export type StreamHandler = (stream: Stream, connection: Connection) => void

export type StreamHandlers = ReadonlyMap<string, StreamHandler>

/** A secured connection to one device that carries any number of streams. */
export class Connection {
  readonly device: Hex
  readonly dialled: boolean
  /** Address text of the other side. */
  readonly address: string
  /** The connection to the server that carries this one, where it is relayed. */
  readonly carrier: Connection | undefined
  /** Resolves once, with the reason as a technical sentence. */
  readonly closed: Promise<string>
  readonly #secured: Secured
  readonly #end: (because: string) => void
  #claimed = false
  #heard = 0
  /** What had been heard at the last sweep. */
  #heardBefore = 0
  #quietMillis = 0
  #idleMillis = 0
  #state: 'open' | 'closing' = 'open'
  #hungUp = false
  #because = 'the connection was closed'

  constructor(
    secured: Secured,
    facts: { readonly dialled: boolean; readonly address: string; readonly carrier?: Connection | undefined },
    handlers: StreamHandlers,
  ) {
    this.device = secured.device
    this.dialled = facts.dialled
    this.address = facts.address
    this.carrier = facts.carrier
    this.#secured = secured
    const { promise, resolve } = Promise.withResolvers<string>()
    this.closed = promise
    this.#end = resolve
    secured.stream.addEventListener('message', () => {
      this.#heard += 1
    })
    secured.stream.addEventListener('close', (event) => {
      resolve(event.error === undefined ? this.#because : `${event.error.name}: ${event.error.message}`)
    })
    // It may have broken while the last promise of the handshake was on its way here.
    if (secured.stream.status !== 'open') resolve('the connection broke')
    secured.muxer.addEventListener('stream', (event) => void this.#accept(event.detail, handlers))
  }

  /** True once this side has said goodbye. */
  get left(): boolean {
    return this.#state === 'closing'
  }

  /** Grows with whatever comes from the other side. */
  get heard(): number {
    return this.#heard
  }

  /** The round trip in milliseconds, or undefined when the connection closes before the other side answers. */
  async ping(): Promise<number | undefined> {
    const asked = performance.now()
    const answered = this.#secured.muxer.ping().then(
      () => performance.now() - asked,
      () => undefined,
    )
    return Promise.race([answered, this.closed.then(() => undefined)])
  }

  /** A connection is kept for one link: true for the first who asks. */
  claim(): boolean {
    const first = !this.#claimed
    this.#claimed = true
    return first
  }

  /** Opens a stream on which `protocol` is spoken, within STREAM_MILLIS_MAX. Throws libp2p's errors. */
  async stream(protocol: string, signal: AbortSignal): Promise<Stream> {
    const stream = await this.#secured.muxer.createStream()
    const deadline = createDeadline(STREAM_MILLIS_MAX, signal)
    try {
      stream.protocol = await multistream.select(stream, protocol, agreeing(deadline.signal))
      return stream
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    } finally {
      deadline.clear()
    }
  }

  /** To be called every SWEEP_MILLIS. */
  sweep(): void {
    this.#quietMillis = this.#heard > this.#heardBefore ? 0 : this.#quietMillis + SWEEP_MILLIS
    this.#heardBefore = this.#heard
    this.#idleMillis = this.#secured.muxer.streams.length > 0 ? 0 : this.#idleMillis + SWEEP_MILLIS
    if (this.#quietMillis >= SILENCE_MILLIS_MAX) this.abort('nothing was heard for 30 seconds')
    else if (this.#idleMillis > IDLE_MILLIS_MAX) this.abort('nothing was asked for')
    // Whether it is answered shows in what is heard.
    else if (this.dialled && this.#quietMillis >= KEEP_ALIVE_MILLIS) this.#secured.muxer.ping().catch(() => {})
  }

  /**
   * Sends what is queued, says goodbye, and waits until the other side, which has then read everything, hangs up; at
   * most CLOSE_MILLIS_MAX. Hanging up at once would cut off what is still being decrypted over there. Never throws.
   */
  async close(): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    const { signal, clear } = createDeadline(CLOSE_MILLIS_MAX)
    signal.addEventListener('abort', () => this.abort('the other side did not hang up'))
    try {
      await this.#secured.muxer.close({ signal })
    } catch {
      this.abort('the other side did not take the rest')
    }
    await this.closed
    clear()
  }

  /** Closes without a goodbye, because the other side has said it or can hear none. Never throws. */
  hangUp(): void {
    if (this.#hungUp) return
    this.#hungUp = true
    const { signal, clear } = createDeadline(CLOSE_MILLIS_MAX)
    const cut = (): void => this.abort('the other side did not hang up')
    signal.addEventListener('abort', cut)
    this.#secured.stream.close({ signal }).catch(cut)
    void this.closed.then(clear)
  }

  /** Closes at once; what is queued is lost. Never throws. */
  abort(because: string): void {
    this.#because = because
    const error = new Error(because)
    try {
      // It tells the other side, which a connection that is closing already cannot.
      this.#secured.muxer.abort(error)
    } catch {
      // Then it learns of it by the wire.
    }
    this.#secured.stream.abort(error)
    // A stream that had closed before tells nobody.
    this.#end(because)
  }

  async #accept(stream: Stream, handlers: StreamHandlers): Promise<void> {
    const { signal, clear } = createDeadline(STREAM_MILLIS_MAX)
    try {
      stream.protocol = await multistream.handle(stream, [...handlers.keys()], agreeing(signal))
      handlers.get(stream.protocol)?.(stream, this)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    } finally {
      clear()
    }
  }
}
