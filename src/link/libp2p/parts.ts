import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type {
  ComponentLogger,
  ConnectionEncrypter,
  Logger,
  StreamMuxer,
  StreamMuxerFactory,
  Transport,
  Upgrader,
} from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { toHex, type Hex } from '../../core/bytes/hex.ts'

/** How much of a stream may be on its way unread. libp2p aborts a stream that holds 4 MiB, so it must be less. */
export const STREAM_WINDOW_BYTES_MAX = 2 * 1024 * 1024

/**
 * The same on a server, where thousands of streams may be held up at once: at 60 ms of round trip it still lets through
 * what the relay allows one device.
 */
export const SERVER_STREAM_WINDOW_BYTES_MAX = 256 * 1024

/** Streams that one other side may open on one connection at a time: its link, and links through a relay. */
export const STREAMS_PER_CONNECTION_MAX = 64

/** Its ping is not part of libp2p's interface. */
export type YamuxMuxer = StreamMuxer & { ping(options?: { readonly signal?: AbortSignal }): Promise<number> }

/**
 * The parts of libp2p that a device speaks with, without the node around them: that node's bookkeeping for each
 * connection (address book, pruning, identification, a log) costs a server four times the memory, and looks at all
 * connections at each login. What goes over the wire is libp2p's.
 */
export type Parts = {
  readonly device: Hex
  readonly transport: Transport
  /** By protocol, the preferred one first. */
  readonly encrypters: ReadonlyMap<string, ConnectionEncrypter>
  readonly muxers: ReadonlyMap<string, StreamMuxerFactory>
  /** How much of a stream may be on its way unread, in bytes. */
  readonly window: number
}

/**
 * `tls` carries three times as many small messages as Noise, and costs a listener twice the memory and the time per
 * connection: peers offer it first and fall back to Noise, servers speak Noise alone.
 */
export const createParts = async (
  seed: Uint8Array,
  security: 'tls-then-noise' | 'noise',
  window = STREAM_WINDOW_BYTES_MAX,
): Promise<Parts> => {
  const privateKey = await generateKeyPairFromSeed('Ed25519', seed)
  const muxers = new Map<string, StreamMuxerFactory>()
  // What the security parts take from libp2p's upgrader: which multiplexers may be agreed on early.
  const upgrader = { getStreamMuxers: () => muxers } as unknown as Upgrader
  const components = { privateKey, peerId: peerIdFromPrivateKey(privateKey), logger: silence, upgrader }

  const muxer = yamux({
    // Its own keep-alive is a timer for each connection, and gives up on nothing: see `connection.ts`.
    enableKeepAlive: false,
    maxInboundStreams: STREAMS_PER_CONNECTION_MAX,
    maxOutboundStreams: STREAMS_PER_CONNECTION_MAX * 2,
    streamOptions: { maxStreamWindowSize: window },
  })()
  muxers.set(muxer.protocol, muxer)

  const offered = [noise()(components) as ConnectionEncrypter]
  if (security === 'tls-then-noise') {
    // Loaded only where it is used: it takes longer to load than all the rest together.
    const { createTls } = await import('./tls.ts')
    offered.unshift(createTls(components))
  }
  // Silence is noticed once for all connections, not with a timer for each socket.
  const transport = tcp({ inboundSocketInactivityTimeout: 0, outboundSocketInactivityTimeout: 0 })(components)
  return {
    device: toHex(privateKey.publicKey.raw),
    transport,
    encrypters: new Map(offered.map((each) => [each.protocol, each])),
    muxers,
    window,
  }
}

/** libp2p's own log names addresses and peers; nothing of it is wanted, and a logger per stream costs memory. */
export const silent: Logger = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: () => silent,
})
const silence: ComponentLogger = { forComponent: () => silent }
