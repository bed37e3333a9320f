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

/** What the relay has carried since the server started. It sees sealed bytes alone, so there is nothing else to count. */
export type Relayed = {
  /** Relayed links that stand now. */
  readonly links: number
  /** Relayed links that ever stood. */
  readonly linksTotal: number
  /** Sealed bytes carried, both directions together. */
  readonly bytesTotal: number
  /** Requests refused because a limit was reached. */
  readonly refusedTotal: number
  /** Relayed links that were closed because the two have a better one. */
  readonly replacedTotal: number
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
  stunCounts(): StunCounts
  /** TCP connections that stand now, those still shaking hands included. */
  connections(): number
  /** Closes every link and the port. */
  close(): Promise<void>
}
