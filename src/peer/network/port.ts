import type { Hex } from '../../core/bytes/hex.ts'
import type { Result } from '../../core/bytes/result.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { Link } from '../../link/port.ts'
import type { AttemptView, Millis, Path, ServerState, StatusView } from '../../view/view.ts'

/**
 * Keeps this device linked to the devices that the peer wants, over the best path there is. Everything is synchronous
 * and never throws but where a promise is returned; a handler that throws is logged and harms nobody else.
 *
 * Set the handlers in the same turn in which the network was opened, so that nothing is missed.
 */
export interface Network {
  /**
   * Keep linked to this device from now on. `addresses` are those that `remembered` gave before; what is not an
   * `IP:PORT` is ignored. Wanting again adds addresses.
   */
  want(device: Hex, addresses: readonly string[]): void
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
  /** What was tried and what stands, for "why can't I reach them?". */
  reach(device: Hex): Reach
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

  /** The server to find others at. Undefined: none. The same address again changes nothing. */
  useServer(address: ServerAddress | undefined): void
  server(): ServerState
  /**
   * What the server may tell of this device: its card (whoever knows this device's id may ask for it) and its listing
   * (shown to everybody there while `visible`). Told at each login and at once when it changed.
   */
  announce(announcement: Announcement): void
  /** The card that this device last announced at the server. Undefined: no server, not known there, or no answer. */
  card(device: Hex): Promise<Uint8Array | undefined>

  /** The mailboxes that the server keeps. */
  readonly mailboxes: ServerMailboxes

  /** Announce this device on the local network and look for others there, or stop both. */
  setNearby(on: boolean): void
  nearby(): StatusView['nearby']
  /** Where this device listens for others, as text. */
  addresses(): readonly string[]

  /** Closes all links and the server's, and stops everything. The endpoint remains open: it belongs to the caller. */
  close(): void
}

/**
 * Mailboxes at the server that this device is connected to: lists of sealed blobs, for those who are away. Each promise
 * answers, none rejects; the number and the bytes of requests that wait are bounded. What a server says of a mailbox is
 * never believed: it may hand out less than was put, twice, or in another order.
 */
export interface ServerMailboxes {
  /**
   * The server that keeps mailboxes for this device now: the name it gives itself, or else its address. Undefined while
   * there is none, or while it keeps none. Told of by `onChange` with `server`.
   */
  server(): { readonly name: string; readonly address: string } | undefined
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
   * whenever `server()` is there again, and read after that, so that nothing falls between.
   */
  watch(keys: MailboxKey, on: boolean): Promise<Result<null, MailboxRefusal>>
  /** Takes these blobs away for everybody. Those that are gone already are passed over. */
  trim(keys: MailboxKey, cursors: readonly Cursor[]): Promise<Result<null, MailboxRefusal>>
  onArrived(handler: (arrived: Arrived) => void): void
}

export type { Cursor }

export type Arrived = { readonly mailbox: Hex }

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

export type ServerAddress = { readonly host: string; readonly port: number }

export type Announcement = {
  readonly card: Uint8Array
  readonly listing: Uint8Array
  readonly visible: boolean
}

export type Changed = { readonly device: Hex } | { readonly server: true } | { readonly nearby: true }

export type Reach = {
  readonly link?: {
    readonly path: Path
    readonly address: string
    readonly since: Millis
    /** As last measured; absent while it was not yet. */
    readonly roundTrip?: Millis
  }
  /** Newest first, at most 50. */
  readonly attempts: readonly AttemptView[]
  /** When the next try starts by itself. Absent while linked as well as possible, and when nothing can be tried. */
  readonly next?: Millis
}

/** Time and its passing, given from outside so that a simulation can own both. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): Millis
  /** Calls `run` once, after at least `millis`, unless the returned function was called before. */
  after(millis: number, run: () => void): () => void
}
