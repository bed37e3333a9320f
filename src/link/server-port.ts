import type { Hex } from '../core/bytes/hex.ts'
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
  /** Called for each device that connects; one device may hold several links. Must read or close each. */
  onLink(handler: (link: Link) => void): void
  relayed(): Relayed
  /** TCP connections that stand now, those still shaking hands included. */
  connections(): number
  /** Closes every link and the port. */
  close(): Promise<void>
}
