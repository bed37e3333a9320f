import type { ConnectionEncrypter, MessageStream, StreamMuxerFactory } from '@libp2p/interface'
import * as multistream from '@libp2p/multistream-select'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { agreeing } from './messages.ts'
import type { YamuxMuxer } from './parts.ts'
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts'
import { DialError } from './failure.ts'
import { boundFrames } from './muxed-frames.ts'
import type { Parts } from './parts.ts'

/** From the first byte on a connection until both sides know each other; slower ones are cut off. */
export const HANDSHAKE_MILLIS_MAX = 10_000

export type Secured = {
  /** What the other side proved to be. */
  readonly device: Hex
  readonly stream: MessageStream
  readonly muxer: YamuxMuxer
}

/**
 * Makes a bare stream of bytes (a TCP connection, or a stream through a relay) a secured and multiplexed one, as libp2p
 * does: agree on a security protocol, prove who is who, agree on a multiplexer. With `expected`, only that device is
 * accepted. Throws libp2p's errors or `DialError`; the stream is then of no use and is to be aborted.
 */
export const handshake = async (
  bare: MessageStream,
  parts: Parts,
  { dialled, expected, signal }: { readonly dialled: boolean; readonly expected?: Hex; readonly signal: AbortSignal },
): Promise<Secured> => {
  const encrypter = await agree(bare, parts.encrypters, dialled, signal)
  const options = {
    signal,
    ...(expected === undefined ? {} : { remotePeer: peerIdFromPublicKey(publicKeyFromRaw(fromHex(expected))) }),
  }
  const secured = await (dialled ? encrypter.secureOutbound(bare, options) : encrypter.secureInbound(bare, options))
  const key = secured.remotePeer.publicKey
  if (key?.type !== 'Ed25519') throw new DialError({ kind: 'not-kith', detail: 'the other key is not Ed25519' })
  const device = toHex(key.raw)
  if (expected !== undefined && device !== expected) throw new DialError({ kind: 'wrong-device', detail: device })
  if (device === parts.device) throw new DialError({ kind: 'wrong-device', detail: 'this device itself' })
  // Both security protocols can agree on the multiplexer while they shake hands; other implementations may not do it.
  const factory: StreamMuxerFactory =
    secured.streamMuxer ?? (await agree(secured.connection, parts.muxers, dialled, signal))
  // Both called each other: what the system says of who called whom is then the same on both sides.
  const direction = dialled ? 'outbound' : 'inbound'
  const stream = Object.assign(inWholePieces(secured.connection), { direction } as const)
  const muxer = factory.createStreamMuxer(stream) as YamuxMuxer
  return { device, stream, muxer: boundFrames(muxer, parts.window) }
}

/**
 * Joins what is sent at once. The multiplexer sends a header and what follows it as a list, of which TLS would make two
 * records, and hold the second back until the first has gone out, a turn of the event loop later.
 */
const inWholePieces = (stream: MessageStream): MessageStream => {
  const send = stream.send.bind(stream)
  return Object.assign(stream, { send: (data: Parameters<typeof send>[0]) => send(data.subarray()) })
}

/** What libp2p answers first, and nothing else does: a length and a name (multistream-select). */
const GREETING = Buffer.from('\x13/multistream/1.0.0\n')

/**
 * Cuts the wire as soon as something else than libp2p's greeting comes in. Without it a mail server's shorter greeting
 * would be waited for until time is up. To be called once the handshake listens: bytes are given to all who do.
 */
export const cutOffStrangers = (wire: MessageStream, onStranger: () => void): void => {
  const look = (event: { readonly data: { subarray(): Uint8Array } }): void => {
    const first = Buffer.from(event.data.subarray().subarray(0, GREETING.length))
    if (first.equals(GREETING.subarray(0, first.length))) return
    onStranger()
    wire.abort(new Error('not libp2p'))
  }
  wire.addEventListener('message', look, { once: true })
}

/** multistream-select: the dialling side offers, the other takes the first that it knows. */
const agree = async <Part extends ConnectionEncrypter | StreamMuxerFactory>(
  stream: MessageStream,
  parts: ReadonlyMap<string, Part>,
  dialled: boolean,
  signal: AbortSignal,
): Promise<Part> => {
  const names = [...parts.keys()]
  const name = await (dialled
    ? multistream.select(stream, names, agreeing(signal))
    : multistream.handle(stream, names, agreeing(signal)))
  const part = parts.get(name)
  if (part === undefined) throw new DialError({ kind: 'not-kith', detail: name })
  return part
}
