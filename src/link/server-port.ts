import type { Hex } from '../core/bytes/hex.ts'
import type { StunPorts } from '../core/stun/ports.ts'
import type { Link } from './port.ts'

/**
 * Why a program could not listen. `port-in-use`: another program has the port (often a second server). `forbidden`: the
 * system keeps the port for somebody else. `no-such-host`: this machine has no such address, or no such name.
 */
export type ListenRefusal =
  | { readonly kind: 'port-in-use'; readonly port: number }
  | { readonly kind: 'forbidden'; readonly port: number }
  | { readonly kind: 'no-such-host'; readonly host: string }
  | { readonly kind: 'other'; readonly detail: string }

/** A port at which the server wanted to answer STUN and cannot. */
export type StunPortRefusal = {
  readonly transport: 'tcp' | 'udp'
  readonly port: number
  readonly because: ListenRefusal
}

/**
 * Why the relay carries nothing between two devices: one of them is not here; the other's connection does not answer; or
 * a limit was reached, which is that of the asking device, of its address, of links from there to the other device, of
 * the whole server, or how often one may ask.
 */
export type RelayRefusal =
  | 'not-registered'
  | 'unreachable'
  | 'device-full'
  | 'address-full'
  | 'wanted-full'
  | 'relay-full'
  | 'too-often'

/** What the relay has carried since the server started. It sees sealed bytes alone, so there is nothing else to count. */
export type Relayed = {
  /** Relayed links that stand now. */
  readonly links: number
  /** Relayed links that ever stood. */
  readonly linksTotal: number
  /** Pairs of devices between which one stands now. */
  readonly pairs: number
  /** Times that a pair got its first one. */
  readonly pairsTotal: number
  /** Pairs that met at one moment and asked for no relayed link within half a minute. */
  readonly metUnrelayedTotal: number
  /** Sealed bytes carried, both directions together. */
  readonly bytesTotal: number
  /** Sealed bytes that wait for their turn now. */
  readonly waitingBytes: number
  /** Requests that led to no link, by reason. */
  readonly refused: Readonly<Record<RelayRefusal, number>>
  /** Relayed links that were closed because the two have a better one. */
  readonly replacedTotal: number
}

/** Requests to meet somebody at one moment (PROTOCOL, "Through two routers"), in numbers. */
export type MeetingCounts = {
  readonly asked: number
  /** Pairs that were told of each other. */
  readonly met: number
  /** Requests whose other side did not come. */
  readonly alone: number
  /** Requests refused because a limit was reached. */
  readonly refused: number
  /** Pairs of which one is seen over IPv4 and the other over IPv6. */
  readonly otherFamily: number
}

/** Questions of STUN, in numbers. */
export type StunCounts = {
  readonly answered: { readonly tcp: number; readonly udp: number }
  /** Left without an answer because a limit was reached. */
  readonly dropped: number
}

/**
 * A server's place in the network. It accepts links of the protocol `server`, and carries sealed bytes between the
 * devices that hold such a link: a device is reachable by the address `relay` from when `onLink` was called with its
 * link until that link closes.
 */
export interface ServerEndpoint {
  /** The server's own Ed25519 public key. */
  readonly device: Hex
  /** The TCP port, also when 0 was asked for. */
  readonly port: number
  /** Where it answers STUN (RFC 8489). */
  readonly stun: StunPorts
  readonly stunRefused: readonly StunPortRefusal[]
  /** Called for each device that connects; one device may hold several links. Must read or close each. */
  onLink(handler: (link: Link) => void): void
  relayed(): Relayed
  meetings(): MeetingCounts
  stunCounts(): StunCounts
  /** TCP connections that stand now, those still shaking hands included. */
  connections(): number
  /** Closes every link and the port. */
  close(): Promise<void>
}
