import type { Hex } from '../core/bytes/hex.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import { fullBucket, type Bucket, type Rate } from './bucket.ts'
import { fullPool, heldBy, mayDraw, type Pool } from './pool.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** What one peer may move in and out of mailboxes, in bytes. Whoever wants more is told `slow`. */
export const MAILBOX_RATE: Rate = { perSecond: 2 * MIB, burst: 16 * MIB }
/** What each request costs besides the bytes that it moves, in bytes. Verifying a signature costs most. */
export const REQUEST_COST_BYTES = {
  open: 8 * KIB,
  put: 2 * KIB,
  /** Of no blob that is awaited: the others are paid for with the blob, and PART_BYTES_MIN bounds their number. */
  strayPart: 2 * KIB,
  read: 2 * KIB,
  listen: 2 * KIB,
  trim: 16 * KIB,
}
/** A peer that was told `slow` and asks on is not read for so long. */
export const HEEDLESS_MILLIS = 100
/** What all peers of one address may put, in bytes: so much at once, and the same again within a day. */
export const ADDRESS_RATE: Rate = { perSecond: (256 * MIB) / 86_400, burst: 256 * MIB }
/** Addresses whose allowance is remembered; who has not put anything for the longest is forgotten. */
export const ADDRESSES_MAX = 65_536

/** Requests of one peer that wait for the disk or for a signature. */
export const JOBS_PER_PEER_MAX = 64
/** Bytes of blobs that have come and are not on disk: of one address, and of all, who share them as a `Pool`. */
export const PENDING_BYTES_PER_ADDRESS_MAX = 16 * MIB
export const PENDING_BYTES_MAX = 64 * MIB
/** Bytes of blobs that were read from disk for peers that do not take them; a `Pool`. */
export const UNREAD_BYTES_MAX = 64 * MIB
/** Of each part but the last of its blob. To keep and take in many tiny ones costs far more than their bytes. */
export const PART_BYTES_MIN = 16 * KIB
/** From a blob's first part to its last. */
export const UPLOAD_MILLIS_MAX = 30_000
/** When to try again after `slow` for other reasons than the rate. */
export const SLOW_MILLIS = 500

export const OPENED_PER_PEER_MAX = 4_096
/** Of all peers; a `Pool`. */
export const OPENED_MAX = 500_000
export const LISTENERS_PER_MAILBOX_MAX = 1_024

/** What a server that keeps mailboxes knows of them beyond what is in them; owned and changed by `step` alone. */
export type MailboxDesk = {
  /** The server's own key, which peers sign together with the nonce. */
  readonly server: Hex
  readonly jobs: Map<number, Job>
  jobNumber: number
  readonly pendingBytes: Pool
  readonly unreadBytes: Pool
  readonly opened: Pool
  readonly addresses: Map<string, Bucket>
  /** Peers whose blob has come in part, and since when; oldest first. */
  readonly uploading: Map<number, Millis>
  /** By mailbox, who listens, each with its address. */
  readonly listeners: Map<Hex, Map<number, string>>
  readonly arrivals: Arrivals
}

export type Job = {
  readonly peer: number
  readonly request: number
  readonly group: string
  /** What counts as pending until this is done. */
  readonly bytes: number
} & ({ readonly kind: 'open' | 'put'; readonly mailbox: Hex } | { readonly kind: 'read' } | { readonly kind: 'trim' })

/** What was put lately, and who has yet to be told. */
export type Arrivals = {
  /** By mailbox, the cursors and, where it is known, who put them; since `since`. */
  readonly fresh: Map<Hex, Map<Cursor, number | undefined>>
  since: Millis
  /** By address and peer, mailboxes with the newest cursor to tell of. Whose turn is next comes first in each. */
  readonly untold: Map<string, Map<number, Map<Hex, Cursor>>>
  /** The same by peer, for those that read nothing. */
  readonly paused: Map<number, Map<Hex, Cursor>>
  readonly budget: Bucket
}

/** All `arrived` to all peers together. */
export const ARRIVED_RATE: Rate = { perSecond: 4_000, burst: 4_000 }

/** What one peer does with mailboxes. */
export type PeerMailboxes = {
  readonly nonce: Uint8Array
  readonly budget: Bucket
  readonly opened: Set<Hex>
  readonly listening: Set<Hex>
  jobs: number
  reading: boolean
  upload: Upload | undefined
  /** Bytes of the last page that it was sent; and what of it counts as unread. */
  pageBytes: number
  unreadBytes: number
}

export type Upload = {
  readonly request: number
  readonly mailbox: Hex
  readonly size: number
  readonly parts: Uint8Array[]
  received: number
}

export const openDesk = (server: Hex, now: Millis): MailboxDesk => ({
  server,
  jobs: new Map(),
  jobNumber: 0,
  pendingBytes: fullPool(PENDING_BYTES_MAX),
  unreadBytes: fullPool(UNREAD_BYTES_MAX),
  opened: fullPool(OPENED_MAX),
  addresses: new Map(),
  uploading: new Map(),
  listeners: new Map(),
  arrivals: { fresh: new Map(), since: 0, untold: new Map(), paused: new Map(), budget: fullBucket(ARRIVED_RATE, now) },
})

export const noMailboxesYet = (nonce: Uint8Array, now: Millis): PeerMailboxes => ({
  nonce,
  budget: fullBucket(MAILBOX_RATE, now),
  opened: new Set(),
  listening: new Set(),
  jobs: 0,
  reading: false,
  upload: undefined,
  pageBytes: 0,
  unreadBytes: 0,
})

/** The allowance of an address; a new one is full. */
export const addressBucket = (desk: MailboxDesk, group: string, now: Millis): Bucket => {
  const bucket = desk.addresses.get(group) ?? fullBucket(ADDRESS_RATE, now)
  // In order of their last use.
  desk.addresses.delete(group)
  desk.addresses.set(group, bucket)
  for (const oldest of desk.addresses.keys()) {
    if (desk.addresses.size <= ADDRESSES_MAX) break
    desk.addresses.delete(oldest)
  }
  return bucket
}

export const mayPend = ({ pendingBytes }: MailboxDesk, group: string, bytes: number): boolean =>
  heldBy(pendingBytes, group) + bytes <= PENDING_BYTES_PER_ADDRESS_MAX && mayDraw(pendingBytes, group, bytes)
