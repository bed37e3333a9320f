import type { AbortOptions, Logger } from '@libp2p/interface'
import { AbstractMultiaddrConnection, type SendResult } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { MESSAGE_BYTES_MAX, type Channel } from './channel.ts'

/** Bytes that wait to be sent from which on a wire takes no more: the library itself would take any number. */
export const SENDING_BYTES_MAX = 256 * 1024

/**
 * Bytes that arrived while this program was busy with something else. A channel cannot hold the other side back; the
 * windows of the multiplexer do, and whoever heeds them stays far below this.
 */
export const BACKLOG_BYTES_MAX = 8 * 1024 * 1024

/** How often a wire is looked at. A side that sent nothing in that time sends a sign of life. */
export const PULSE_MILLIS = 3_000

/** Looks in a row in which nothing had come: the other side is gone, or the way to it. Twelve to fifteen seconds. */
export const SILENT_PULSES_MAX = 4

/** How long the other side may take to answer a goodbye. */
const GOODBYE_MILLIS_MAX = 2_000

/** Messages that are not bytes of the stream are texts. Other texts say nothing. */
const ALIVE = 'alive'
const GOODBYE = 'goodbye'

/** An open channel as a stream of bytes, like a TCP connection: what is said on it is secured as on any other wire. */
export class DataChannelWire extends AbstractMultiaddrConnection {
  readonly #channel: Channel
  #arrived = 0
  #spoke = false
  #heard = false
  #silentPulses = 0
  #saidGoodbye = false
  readonly #ended = Promise.withResolvers<void>()

  constructor(
    channel: Channel,
    facts: { readonly remoteAddr: Multiaddr; readonly dialled: boolean; readonly log: Logger },
  ) {
    super({
      remoteAddr: facts.remoteAddr,
      direction: facts.dialled ? 'outbound' : 'inbound',
      log: facts.log,
      maxMessageSize: MESSAGE_BYTES_MAX,
      maxReadBufferLength: BACKLOG_BYTES_MAX,
    })
    this.#channel = channel
    channel.onRoom(() => this.safeDispatchEvent('drain'))
    channel.onClosed(() => {
      this.#ended.resolve()
      if (!this.#saidGoodbye) this.abort(new Error('the other side is gone'))
    })
    channel.onMessage((message) => this.#receive(message))
  }

  /** To be called every PULSE_MILLIS. */
  pulse(): void {
    this.#silentPulses = this.#heard ? 0 : this.#silentPulses + 1
    if (this.#silentPulses >= SILENT_PULSES_MAX) return this.abort(new Error('nothing was heard over UDP'))
    if (!this.#spoke) this.#say(ALIVE)
    this.#heard = false
    this.#spoke = false
  }

  sendData(data: Parameters<AbstractMultiaddrConnection['sendData']>[0]): SendResult {
    this.#spoke = true
    this.#channel.send(data.subarray())
    return { sentBytes: data.byteLength, canSendMore: this.#channel.waiting() < SENDING_BYTES_MAX }
  }

  async sendClose(options?: AbortOptions): Promise<void> {
    this.#sayGoodbye()
    const giveUp = (): void => this.#ended.resolve()
    options?.signal?.addEventListener('abort', giveUp, { once: true })
    const patience = setTimeout(giveUp, GOODBYE_MILLIS_MAX)
    await this.#ended.promise
    clearTimeout(patience)
    options?.signal?.removeEventListener('abort', giveUp)
    this.#channel.close()
  }

  sendReset(): void {
    this.#channel.close()
  }

  // There is nothing to ask of the other side: see BACKLOG_BYTES_MAX.
  sendPause(): void {}
  sendResume(): void {}

  #receive(message: string | Uint8Array): void {
    this.#heard = true
    this.#arrived += message.length
    if (typeof message === 'string') {
      if (message === GOODBYE) this.#end()
    } else if (message.length > MESSAGE_BYTES_MAX) this.abort(new Error('a message that is too large'))
    else this.onData(message)
    if (this.#channel.arrived() - this.#arrived > BACKLOG_BYTES_MAX) this.abort(new Error('more came than was taken'))
  }

  /** Everything that was sent before the goodbye was handed out: messages keep their order. */
  #end(): void {
    if (this.#saidGoodbye) return this.#ended.resolve()
    this.#sayGoodbye()
    // Who said it first closes the channel, having heard this answer.
    const patience = setTimeout(() => this.#channel.close(), GOODBYE_MILLIS_MAX)
    void this.#ended.promise.then(() => clearTimeout(patience))
    this.onTransportClosed()
  }

  #sayGoodbye(): void {
    if (this.#saidGoodbye) return
    this.#saidGoodbye = true
    this.#say(GOODBYE)
  }

  #say(text: string): void {
    try {
      this.#channel.send(text)
    } catch {
      // The channel is closed, and its end is told.
    }
  }
}
