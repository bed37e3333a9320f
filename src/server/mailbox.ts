import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'

/** How long a blob is kept unless it is trimmed before. */
export const BLOB_LIFETIME_MILLIS = 30 * 24 * 60 * 60 * 1000
/** Unless the operator says otherwise; see `costOf`. */
export const MAILBOXES_BYTES_MAX = 4 * 1024 * 1024 * 1024
export const MAILBOX_BYTES_MAX = 64 * 1024 * 1024
/** A blob counts as no less than this, so that tiny ones do not cost a server more than they are counted as. */
export const BLOB_COST_BYTES_MIN = 1024

export const costOf = (blobBytes: number): number => Math.max(blobBytes, BLOB_COST_BYTES_MIN)

/** In bytes as `costOf` counts them. */
export type MailboxLimits = { readonly mailboxBytesMax: number; readonly totalBytesMax: number }

export const MAILBOX_LIMITS: MailboxLimits = {
  mailboxBytesMax: MAILBOX_BYTES_MAX,
  totalBytesMax: MAILBOXES_BYTES_MAX,
}

export type PutRefusal = { readonly kind: 'full-mailbox' } | { readonly kind: 'full-server' } | MailboxFailure

/** The disk, or whatever keeps the blobs, does not work. */
export type MailboxFailure = { readonly kind: 'failed'; readonly detail: string }

export type Blob = { readonly cursor: Cursor; readonly bytes: Uint8Array }

export type Page = { readonly blobs: readonly Blob[]; readonly more: boolean }

export type MailboxCounts = {
  readonly mailboxes: number
  readonly blobs: number
  /** As `costOf` counts them. */
  readonly bytes: number
}

/**
 * Lists of opaque blobs, each named by a public key. Knows no peer, device or address. Several processes may share what
 * is behind this port: nothing above it may assume that it is told of all that is put, but of what it watches.
 */
export interface Mailboxes {
  /** LIFE_BYTES that no others have: new when mailboxes are begun anew, or are found elsewhere than they were left. */
  readonly life: Uint8Array
  /**
   * Appends a copy of the blob. Accepts once it would survive a loss of power. Cursors of one mailbox grow with each
   * blob and are never used again, even after all was trimmed or the mailboxes were lost and begun anew.
   */
  put(mailbox: Hex, blob: Uint8Array): Promise<Result<Cursor, PutRefusal>>
  /**
   * Blobs with cursors greater than `after`, in order; as many as fit into `bytesMax`, but at least one if there is any.
   * A mailbox that was never written to is empty.
   */
  read(
    mailbox: Hex,
    input: { readonly after: Cursor; readonly bytesMax: number },
  ): Promise<Result<Page, MailboxFailure>>
  /** Takes blobs away; cursors of none are passed over. Accepts once they will not come back. */
  trim(mailbox: Hex, cursors: readonly Cursor[]): Promise<Result<null, MailboxFailure>>
  /** Whether to be told of what is put into this mailbox, by whichever process. */
  watch(mailbox: Hex, on: boolean): void
  /** Called after a blob was put into a mailbox that is watched, or may be called for others as well. */
  onPut(handler: (mailbox: Hex, cursor: Cursor) => void): void
  counts(): MailboxCounts
  /** What was put and not answered is written first. Afterwards everything is refused. */
  close(): Promise<void>
}

/**
 * The next cursor: the time in microseconds, or one more than the last. Made of the time so that it grows even where
 * nothing is known of what was put before; and so that a blob's age needs no place of its own.
 */
export const nextCursor = (last: Cursor, now: Millis): Cursor => Math.max(last + 1, cursorAt(now))

/** Blobs up to this cursor have lived their time. */
export const expiredAt = (now: Millis): Cursor => cursorAt(now - BLOB_LIFETIME_MILLIS)

const MICROS_PER_MILLI = 1000

const cursorAt = (now: Millis): Cursor => Math.floor(now) * MICROS_PER_MILLI
