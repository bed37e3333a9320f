import type { RelayRefusal } from '../server-port.ts'

/** The link between two peers: frames until either side closes. */
export const PEER_PROTOCOL = '/kith/peer/1'

/** The link between a peer and a server. While it stands, the server lets others reach the peer through it. */
export const SERVER_PROTOCOL = '/kith/server/1'

/**
 * A peer asks a server for a way to another: one message with the other's key (32 bytes), answered with one byte (see
 * `RELAY_ANSWERS`). After `0` the stream is a wire to the other peer.
 */
export const RELAY_PROTOCOL = '/kith/relay/1'

/** A server brings a way from somebody: no message, the stream is a wire. Who is there shows in the handshake on it. */
export const RELAYED_PROTOCOL = '/kith/relayed/1'

/**
 * Two peers ask a server to meet, each over a connection from the port that it will call from: see `meeting.ts`. Only
 * two that name each other are told where the other is, as the server itself saw it.
 */
export const MEET_PROTOCOL = '/kith/meet/1'

/** Two peers agree on a link over UDP, on a connection that stands between them: see `link/webrtc`. */
export const SIGNAL_PROTOCOL = '/kith/signal/1'

/**
 * A peer tells the server that carries a relayed link that it closes it because a better one stands: a stream without a
 * byte, which is closed by both. It names nobody.
 */
export const REPLACED_PROTOCOL = '/kith/replaced/1'

/** In the order of their codes. A peer that does not know a code takes it for `unreachable`. */
export const RELAY_ANSWERS = [
  'open',
  'not-registered',
  'relay-full',
  'unreachable',
  'device-full',
  'address-full',
  'wanted-full',
  'too-often',
] as const satisfies readonly ('open' | RelayRefusal)[]

export type RelayAnswer = (typeof RELAY_ANSWERS)[number]
