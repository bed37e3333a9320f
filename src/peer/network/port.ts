import type { Hex } from '../../core/bytes/hex.ts'
import type { Result } from '../../core/bytes/result.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { ServerAddress } from '../../core/reach/server-address.ts'
import type { Link } from '../../link/port.ts'
import type { NetworkView } from '../../view/network-view.ts'
import type { ReachView } from '../../view/reach-view.ts'
import type { Millis, ServerState, StatusView } from '../../view/view.ts'

/**
 * Keeps this device linked to the devices that the peer wants, over the best path there is. Everything is synchronous
 * and never throws but where a promise is returned; a handler that throws is logged and harms nobody else.
 *
 * Set the handlers in the same turn in which the network was opened, so that nothing is missed.
 */
export interface Network {
  /**
   * Keep linked to this device from now on. `addresses` are those that `remembered` gave before; what is not an
   * `IP:PORT` is ignored. Wanting again adds addresses. `servers` are those at which it says that it can be found:
   * where it is not found otherwise, they are visited. They are the word of whoever is wanted: name them of nobody else.
   */
  want(device: Hex, addresses: readonly string[], servers?: readonly ServerAddress[]): void
  /** It says that it can be found at these servers now. Does nothing for a device that is not wanted. */
  foundAt(device: Hex, servers: readonly ServerAddress[]): void
  /** Stop reaching for this device, and close its links unless it is a stranger whom the network links by itself. */
  release(device: Hex): void
  /** Whether this device may learn where this one is could have changed: somebody was accepted, or spoken to. */
  reconsider(device: Hex): void
  /**
   * Whether anybody may learn where this device is. Once off, direct links are closed and refused, and all goes through
   * servers.
   */
  setDirectly(on: boolean): void
  /** Try all paths now, whatever was planned. Does nothing for a device that is not wanted. */
  tryNow(device: Hex): void
  /** Whether this device is linked, or may be in a moment: told of by `onChange`. */
  isComing(device: Hex): boolean
  /** What was tried and what stands, for "why can't I reach them?". */
  reach(device: Hex): Reach
  /** Where this device can be reached, to be told to that one on a link; undefined when it may not know. */
  offerFor(device: Hex): Uint8Array | undefined
  /** What that device said of itself with `offerFor`: a stranger's bytes. */
  placed(device: Hex, offer: Uint8Array): void
  /** Measures the round trip of this device's links anew; `reach` then tells it. */
  measure(device: Hex): void
  /** Addresses at which this device answered (as itself), best first, to be kept and given to `want` next time. */
  remembered(device: Hex): readonly string[]

  /**
   * Called with each link to run a session on; read it or close it. Several links to one device may stand for a while:
   * read each until it ends, and speak on the newest of those that stand (on the older one again, when the newer ends
   * first). The network closes those that are not needed some seconds later. Links of devices that nobody wanted come
   * too; their number is bounded.
   */
  onLink(handler: (link: Link) => void): void
  /** Somebody was found, or found anew with another listing. `listing` is a stranger's word: verify it. */
  onSeen(handler: (seen: Seen) => void): void
  /** Nobody by this id is found there any more. */
  onGone(handler: (gone: { readonly device: Hex; readonly by: FoundWhere }) => void): void
  /** Something that `reach`, `remembered`, `server` or `nearby` answers has changed. */
  onChange(handler: (what: Changed) => void): void

  /** The servers to find others at, at most SERVERS_MAX, the first of them preferred. Those that stay change nothing. */
  useServers(addresses: readonly ServerAddress[]): void
  /** How it stands with each of them, in their order. */
  servers(): readonly ServerState[]
  /**
   * What the servers may tell of this device: its card (whoever knows this device's id may ask for it) and its listing
   * (shown to everybody there while `visible`). Told at each login and at once when it changed.
   */
  announce(announcement: Announcement): void
  /** The card that this device last announced at a server. Undefined: no server, not known there, or no answer. */
  card(device: Hex): Promise<Uint8Array | undefined>

  /** The mailboxes that servers keep. */
  readonly mailboxes: Mailboxes

  /** Announce this device on the local network and look for others there, or stop both. */
  setNearby(on: boolean): void
  nearby(): StatusView['nearby']
  /** Where this device listens for others, as text. */
  addresses(): readonly string[]

  /** Where this device is reached from outside its network, as far as its router and the server agree; `IP:PORT`. */
  outside(): string | undefined

  /** What is known of the network that this device is on. Changes of it are told by `onChange`, with `network`. */
  ownNetwork(): NetworkView
  /** Asks servers and router anew. */
  lookAgain(): void
  /** Have the router pass on the port at which this device listens, or no longer. */
  mapPorts(on: boolean): void

  /** Closes all links and the server's, and stops everything. The endpoint remains open: it belongs to the caller. */
  close(): void
}

/** The mailboxes at all servers to which this device is connected. */
export interface Mailboxes {
  /**
   * Those that keep mailboxes for this device now: its own in the order in which they were named, then those that it
   * visits. Each is one object for as long as its connection stands. Told of by `onChange` with `server`.
   */
  servers(): readonly ServerMailboxes[]
  onArrived(handler: (arrived: Arrived) => void): void
}

/**
 * Mailboxes at one server: lists of sealed blobs, for those who are away. Each promise answers, none rejects; the number
 * and the bytes of requests that wait are bounded, and once the connection is gone all are refused as `no-server`. What a
 * server says of a mailbox is never believed: it may hand out less than was put, twice, or in another order.
 */
export interface ServerMailboxes {
  /** The name it gives itself, or else its address. */
  readonly name: string
  readonly address: string
  /** The life that it gives its mailboxes, or else its key: where it is another one, nothing of what was put before is there. */
  readonly life: Hex
  /** One of the person's own, where they read what others leave for them; or somebody else's. */
  readonly as: 'own' | 'guest'
  /** Whether this text means this server. */
  isAt(address: string): boolean
  /** Accepts once the blob is on the server's disk. After a refusal it may be there all the same; putting it again is harmless. */
  put(keys: MailboxKey, blob: Uint8Array): Promise<Result<Cursor, MailboxRefusal>>
  /**
   * Blobs put after a cursor (0: all), oldest first, their cursors strictly rising; at most `bytesMax`
   * (READ_BYTES_MAX), or one blob. Go on after the last cursor while there is `more`.
   */
  read(
    keys: MailboxKey,
    input: { readonly after: Cursor; readonly bytesMax?: number },
  ): Promise<Result<MailboxPage, MailboxRefusal>>
  /**
   * Be told by `onArrived` when somebody else puts a blob there, or no longer. Ends with the connection: watch again
   * whenever the server is there again, and read after that, so that nothing falls between.
   */
  watch(keys: MailboxKey, on: boolean): Promise<Result<null, MailboxRefusal>>
  /** Takes these blobs away for everybody. Those that are gone already are passed over. */
  trim(keys: MailboxKey, cursors: readonly Cursor[]): Promise<Result<null, MailboxRefusal>>
}

export type { Cursor }

/** `server`: the address of the server to which somebody brought it. */
export type Arrived = { readonly server: string; readonly mailbox: Hex }

/** What a server is shown of the keys: never the secret. */
export type MailboxKey = Pick<MailboxKeys, 'mailbox' | 'seed'>

export type MailboxPage = {
  readonly blobs: readonly { readonly cursor: Cursor; readonly blob: Uint8Array }[]
  readonly more: boolean
}

export type MailboxRefusal =
  /** There is no connection to a server, or it ended before the answer came. */
  | { readonly kind: 'no-server' }
  /** The server keeps no mailboxes. */
  | { readonly kind: 'off' }
  /** This mailbox has as much in it as the server allows. */
  | { readonly kind: 'full-mailbox' }
  /** This device's address has put as much as the server takes for a while. Try again after so long. */
  | { readonly kind: 'full-address'; readonly millis: Millis }
  /** The server's disk is full, or all mailboxes together hold as much as it takes. */
  | { readonly kind: 'full-server' }
  | { readonly kind: 'too-large'; readonly limit: number }
  /** The server has too much to do, or gave no answer in time. Try again after so long. */
  | { readonly kind: 'slow'; readonly millis: Millis }
  /** Too many mailboxes are open on this connection. */
  | { readonly kind: 'too-many' }
  /** More waits to be asked already than this device asks at a time. */
  | { readonly kind: 'busy' }
  /** The server's answer makes no sense, or it names a reason that only a later version knows. */
  | { readonly kind: 'bad-answer'; readonly detail: string }

export type FoundWhere = 'nearby' | 'server'

export type Seen =
  | { readonly device: Hex; readonly by: 'nearby' }
  | { readonly device: Hex; readonly by: 'server'; readonly listing: Uint8Array }

export type Announcement = {
  readonly card: Uint8Array
  readonly listing: Uint8Array
  readonly visible: boolean
}

export type Changed =
  | { readonly device: Hex }
  | { readonly server: true }
  | { readonly nearby: true }
  | { readonly network: true }

/** Of one device; `attempts` are at most 50. */
export type Reach = Pick<ReachView, 'link' | 'shown' | 'candidates' | 'attempts' | 'next'>

/** Time and its passing, given from outside so that a simulation can own both. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): Millis
  /** Calls `run` once, after at least `millis`, however many those are, unless the returned function was called before. */
  after(millis: number, run: () => void): () => void
}
