import type { Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { unreachable } from '../bytes/result.ts'
import { bool, bytes, hex, list, nullable, text, tuple, uint, type Shape } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto/port.ts'
import { BLOB_BYTES_MAX } from '../mailbox/blob.ts'
import { message } from './message-shape.ts'

/** One message carries at most so much of a blob. */
export const PART_BYTES_MAX = 64 * 1024
/** A server answers one read with at most so much, or with one blob. */
export const READ_BYTES_MAX = 512 * 1024
export const TRIMMED_MAX = 64
/** Of one answer's message; more follow in the next. */
export const PIECES_MAX = 256
const REQUEST_MAX = 0xffff_ffff
const WORD_UNITS_MAX = 32
/** A server's hint of when to try again is believed up to a day. */
const RETRY_MILLIS_MAX = 24 * 60 * 60 * 1000

/** A blob's place in its mailbox: greater than that of all that were put before, and never used again. From 1. */
export type Cursor = number

/** A number of the peer's own, from 0 to 2^32 - 1, that the answers to a request bear. */
type Request = number

/** What a peer asks of a server's mailboxes. A mailbox is named by its public key, and used once it is open. */
export type MailboxRequest =
  /** The signature is `signOpen`'s. Opens the mailbox for as long as the link stands. */
  | { readonly kind: 'open'; readonly request: Request; readonly mailbox: Hex; readonly signature: Uint8Array }
  /** A blob of `size` bytes: the first of it here, what is missing in parts, before anything else is put. */
  | {
      readonly kind: 'put'
      readonly request: Request
      readonly mailbox: Hex
      readonly size: number
      readonly part: Uint8Array
    }
  | { readonly kind: 'part'; readonly request: Request; readonly part: Uint8Array }
  | {
      readonly kind: 'read'
      readonly request: Request
      readonly mailbox: Hex
      readonly after: Cursor
      readonly bytesMax: number
    }
  /** Tell me when something is put there, or no longer. */
  | { readonly kind: 'listen'; readonly request: Request; readonly mailbox: Hex; readonly on: boolean }
  | { readonly kind: 'trim'; readonly request: Request; readonly mailbox: Hex; readonly cursors: readonly Cursor[] }

export type MailboxAnswer =
  /** To `open`, `listen` and `trim`. */
  | { readonly kind: 'done'; readonly request: Request }
  /** To `put`, once the blob is on disk. */
  | { readonly kind: 'stored'; readonly request: Request; readonly cursor: Cursor }
  /** To `read`: pieces of blobs in order, in as many messages as it takes; the last one says whether more are there. */
  | {
      readonly kind: 'blobs'
      readonly request: Request
      readonly pieces: readonly Piece[]
      readonly end?: { readonly more: boolean }
    }
  /** To any of them. `millis`: when trying again makes sense. */
  | { readonly kind: 'refused'; readonly request: Request; readonly because: Reason; readonly millis?: number }
  /** Something was put into a mailbox that this peer listens to, by somebody else. */
  | { readonly kind: 'arrived'; readonly mailbox: Hex; readonly cursor: Cursor }

/** A blob, or as much of one of `size` bytes as follows what the pieces before it with this cursor brought. */
export type Piece = { readonly cursor: Cursor; readonly size: number; readonly bytes: Uint8Array }

export const REASONS = [
  /** The mailbox was not opened on this link, or the signature is not its own. */
  'not-open',
  /** There is too much in this mailbox. */
  'full-mailbox',
  /** The address has put as much as the server takes for a while. */
  'full-address',
  /** The server's disk is full, or all mailboxes together hold as much as it takes. */
  'full-server',
  /** Larger than any blob that this server knows. */
  'too-large',
  /** Too much is asked for at a time, or by everybody together. */
  'slow',
  /** The parts did not make the blob that was announced, or did not come in time. */
  'unfinished',
  /** Too many mailboxes are open on this link. */
  'too-many',
  /** The server keeps no mailboxes. */
  'off',
] as const

/** `other`: a reason that a later version names. */
export type Reason = (typeof REASONS)[number] | 'other'

export const requestPlain = (message: MailboxRequest): Plain => {
  switch (message.kind) {
    case 'open':
      return ['open', message.request, fromHex(message.mailbox), message.signature]
    case 'put':
      return ['put', message.request, fromHex(message.mailbox), message.size, message.part]
    case 'part':
      return ['part', message.request, message.part]
    case 'read':
      return ['read', message.request, fromHex(message.mailbox), message.after, message.bytesMax]
    case 'listen':
      return ['listen', message.request, fromHex(message.mailbox), message.on]
    case 'trim':
      return ['trim', message.request, fromHex(message.mailbox), message.cursors]
    default:
      return unreachable(message)
  }
}

export const answerPlain = (message: MailboxAnswer): Plain => {
  switch (message.kind) {
    case 'done':
      return ['done', message.request]
    case 'stored':
      return ['stored', message.request, message.cursor]
    case 'blobs':
      return [
        'blobs',
        message.request,
        message.pieces.map(({ cursor, size, bytes }) => [cursor, size, bytes]),
        message.end?.more ?? null,
      ]
    case 'refused':
      return ['refused', message.request, message.because, message.millis ?? null]
    case 'arrived':
      return ['arrived', fromHex(message.mailbox), message.cursor]
    default:
      return unreachable(message)
  }
}

const request = uint(REQUEST_MAX)
const mailbox = hex(PUBLIC_KEY_BYTES)
const part = bytes(1, PART_BYTES_MAX)
const blobSize: Shape<number> = (plain) => uint(BLOB_BYTES_MAX)(plain) || undefined
// A later version may know larger blobs: a server that does not refuses them, and the link stays.
const announcedSize: Shape<number> = (plain) => uint()(plain) || undefined
const cursor: Shape<Cursor> = (plain) => uint()(plain) || undefined
const reason: Shape<Reason> = (plain) =>
  text(WORD_UNITS_MAX)(plain) === undefined ? undefined : (REASONS.find((known) => known === plain) ?? 'other')
const piece: Shape<Piece> = (plain) => {
  const fields = tuple(cursor, blobSize, part)(plain)
  return fields && { cursor: fields[0], size: fields[1], bytes: fields[2] }
}

export const REQUEST_SHAPES: ReadonlyMap<string, Shape<MailboxRequest>> = new Map<string, Shape<MailboxRequest>>([
  [
    'open',
    message([request, mailbox, bytes(SIGNATURE_BYTES)], (request, mailbox, signature) => ({
      kind: 'open',
      request,
      mailbox,
      signature,
    })),
  ],
  [
    'put',
    message([request, mailbox, announcedSize, part], (request, mailbox, size, part) => ({
      kind: 'put',
      request,
      mailbox,
      size,
      part,
    })),
  ],
  ['part', message([request, part], (request, part) => ({ kind: 'part', request, part }))],
  [
    'read',
    message([request, mailbox, uint(), uint()], (request, mailbox, after, bytesMax) => ({
      kind: 'read',
      request,
      mailbox,
      after,
      bytesMax,
    })),
  ],
  ['listen', message([request, mailbox, bool], (request, mailbox, on) => ({ kind: 'listen', request, mailbox, on }))],
  [
    'trim',
    message([request, mailbox, list(cursor, TRIMMED_MAX)], (request, mailbox, cursors) => ({
      kind: 'trim',
      request,
      mailbox,
      cursors,
    })),
  ],
])

export const ANSWER_SHAPES: ReadonlyMap<string, Shape<MailboxAnswer>> = new Map<string, Shape<MailboxAnswer>>([
  ['done', message([request], (request) => ({ kind: 'done', request }))],
  ['stored', message([request, cursor], (request, cursor) => ({ kind: 'stored', request, cursor }))],
  [
    'blobs',
    message([request, list(piece, PIECES_MAX), nullable(bool)], (request, pieces, more) => ({
      kind: 'blobs',
      request,
      pieces,
      ...(more !== null && { end: { more } }),
    })),
  ],
  [
    'refused',
    message([request, reason, nullable(uint(RETRY_MILLIS_MAX))], (request, because, millis) => ({
      kind: 'refused',
      request,
      because,
      ...(millis !== null && { millis }),
    })),
  ],
  ['arrived', message([mailbox, cursor], (mailbox, cursor) => ({ kind: 'arrived', mailbox, cursor }))],
])
