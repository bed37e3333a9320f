import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { BLOB_BYTES_MAX } from '../../core/mailbox/blob.ts'
import { READ_BYTES_MAX, type Cursor, type MailboxAnswer, type Piece } from '../../core/rendezvous/mailbox-messages.ts'
import type { MailboxPage, MailboxRefusal } from './port.ts'

type Blobs = Extract<MailboxAnswer, { readonly kind: 'blobs' }>

/**
 * Puts the pieces of one read together. A server may not send more than was asked for, nor blobs that are not whole, nor
 * in another order than that of their cursors: `result` then refuses all of it.
 */
export const collectPage = (
  after: Cursor,
): {
  /** True when nothing more is to be heard. */
  add(answer: Blobs): boolean
  result(): Result<MailboxPage, MailboxRefusal>
} => {
  const blobs: { readonly cursor: Cursor; readonly blob: Uint8Array }[] = []
  let part: { readonly cursor: Cursor; readonly blob: Uint8Array; filled: number } | undefined
  let total = 0
  let more = false
  let wrong: string | undefined

  const wrongIn = ({ cursor, size, bytes }: Piece): string | undefined => {
    total += bytes.length
    if (total > READ_BYTES_MAX + BLOB_BYTES_MAX) return 'more than was asked for'
    if (!part) {
      if (cursor <= (blobs.at(-1)?.cursor ?? after)) return 'blobs out of order'
      part = { cursor, blob: new Uint8Array(size), filled: 0 }
    }
    if (part.cursor !== cursor || part.blob.length !== size || part.filled + bytes.length > size)
      return 'pieces that do not fit'
    part.blob.set(bytes, part.filled)
    part.filled += bytes.length
    if (part.filled === size) {
      blobs.push({ cursor, blob: part.blob })
      part = undefined
    }
    return undefined
  }

  return {
    add: ({ pieces, end }) => {
      for (const piece of pieces) {
        wrong = wrongIn(piece)
        if (wrong !== undefined) return true
      }
      if (!end) {
        // Nothing but the end may be empty: a server could go on with such for ever.
        if (pieces.length === 0) wrong = 'a message of nothing'
        return wrong !== undefined
      }
      more = end.more
      if (part) wrong = 'a blob that is not whole'
      else if (more && blobs.length === 0) wrong = 'more after nothing'
      return true
    },
    result: () => (wrong === undefined ? accept({ blobs, more }) : refuse({ kind: 'bad-answer', detail: wrong })),
  }
}
