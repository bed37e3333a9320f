import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Failure, Path } from '../view/view.ts'

/** One frame is one message of a protocol above; its inside means nothing here. */
export const FRAME_BYTES_MAX = 1024 * 1024

/** What is spoken on a link: between two peers, or between a peer and a server. */
export type Protocol = 'peer' | 'server'

/**
 * An authenticated, encrypted, ordered stream of frames between two devices, whatever carries it. `device` was proved
 * by the handshake: it is the other side's Ed25519 public key (32 bytes, hexadecimal).
 */
export interface Link {
  readonly device: Hex
  readonly protocol: Protocol
  readonly path: Path
  /** The other side's address, as text for people. */
  readonly address: string
  /** The key of the server that carries it, where it is relayed. */
  readonly server: Hex | undefined
  /** True when this side dialled. */
  readonly dialled: boolean
  /**
   * Queues one frame of at most FRAME_BYTES_MAX. False means that the queue is full: the frame is taken, but send
   * nothing more until `room()` resolves. Sending on a closed link does nothing.
   */
  send(frame: Uint8Array): boolean
  /** Resolves when there is room again, or when the link is closed. */
  room(): Promise<void>
  /** To be read once. Not reading holds the other side back. Ends, never throws, when the link closes. */
  readonly frames: AsyncIterable<Uint8Array>
  /** Grows with whatever comes from the other side, frames or not. */
  heard(): number
  /** Asks the other side for a sign of life: the round trip in milliseconds, or undefined when the link closes first. */
  ping(): Promise<number | undefined>
  /** `replaced`: a better link stands. Of a relayed link, the server that carries it is told so, and nothing else. */
  close(because?: 'replaced'): void
  readonly closed: Promise<Farewell>
}

export type Farewell =
  | { readonly kind: 'ours' }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'lost'; readonly detail: string }
  /** The other side broke the framing: a frame too large, an empty one, bytes after the end. */
  | { readonly kind: 'malformed'; readonly detail: string }

/** Somebody who may be on the same network. Not proved until a link to them stands. */
export type Sighting = { readonly device: Hex; readonly addresses: readonly string[] }

/** How this device calls and is called over UDP. */
export type UdpPolicy = {
  /** Whether a device that calls is answered: the answer tells it where this device is. */
  readonly answers: (device: Hex) => boolean
  /** Servers that say where they see this device over UDP (STUN). */
  readonly stun: () => readonly { readonly host: string; readonly port: number }[]
}

/** This device's place in the network. */
export interface Endpoint {
  readonly device: Hex
  /** Where others may reach this device now, as address texts that `dial` of another endpoint takes. */
  addresses(): readonly string[]
  /**
   * Connects to one device at one address. Refuses with `wrong-device` when somebody else answers there. The address
   * `relay` means: through a server that is connected; `punch`: by calling each other at one moment, for which that
   * device must dial this one so as well; `udp`: over UDP, as both agree on a link that stands. `through`: the keys of the
   * servers to use for the first two, the best first; absent:
   * any. Never throws; ends early when `signal` aborts.
   */
  dial(input: {
    readonly device: Hex
    readonly address: string
    readonly through?: readonly Hex[]
    /** Called when somebody answers at an `IP:PORT`, before they have proved who they are. */
    readonly onAnswer?: () => void
    readonly signal: AbortSignal
  }): Promise<Result<Link, Failure>>
  /**
   * Connects to a server whose key is not known beforehand, by HOST and PORT: `device` of the link is that key. Several
   * servers may be connected, each once: a second connection to one of them is refused as `same-server`, and the detail
   * is its key.
   */
  dialServer(input: {
    readonly host: string
    readonly port: number
    /** The name is one that others gave: only the public addresses that it leads to are dialled. */
    readonly outside?: boolean
    readonly signal: AbortSignal
  }): Promise<Result<Link, Failure>>
  /** Called for each link that others open. The handler must read or close it. */
  onLink(handler: (link: Link) => void): void
  /** Until this was given, nobody who calls over UDP is answered. */
  overUdp(policy: UdpPolicy): void
  /** Called when somebody is seen on this network. */
  onSighting(handler: (sighting: Sighting) => void): void
  /** Announce this device on the network and look for others (mDNS), or stop both. Again: on cards that came since. */
  near(on: boolean): Promise<Result<null, Failure>>
  close(): Promise<void>
}
