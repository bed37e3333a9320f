import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import {
  costOf,
  expiredAt,
  MAILBOX_LIMITS,
  nextCursor,
  type Blob,
  type MailboxCounts,
  type Mailboxes,
  type MailboxLimits,
} from './mailbox.ts'

/** Mailboxes that last as long as the process, for tests and for a server without a disk. `now`: see `Date.now`. */
export const createMemoryMailboxes = ({
  life,
  now,
  limits = MAILBOX_LIMITS,
}: {
  readonly life: Uint8Array
  readonly now: () => Millis
  readonly limits?: MailboxLimits
}): Mailboxes => {
  const boxes = new Map<Hex, Blob[]>()
  const watched = new Set<Hex>()
  let onPut = (_mailbox: Hex, _cursor: Cursor): void => {}
  let last: Cursor = 0
  let state: 'open' | 'closed' = 'open'
  const closed = refuse({ kind: 'failed', detail: 'the mailboxes are closed' } as const)

  const keep = (mailbox: Hex, blobs: Blob[]): void => {
    if (blobs.length > 0) boxes.set(mailbox, blobs)
    else boxes.delete(mailbox)
  }

  const expire = (): void => {
    const expired = expiredAt(now())
    for (const [mailbox, blobs] of boxes)
      if ((blobs[0]?.cursor ?? 0) <= expired)
        keep(
          mailbox,
          blobs.filter(({ cursor }) => cursor > expired),
        )
  }

  const counts = (): MailboxCounts => {
    const blobs = [...boxes.values()].flat()
    return { mailboxes: boxes.size, blobs: blobs.length, bytes: bytesOf(blobs) }
  }

  return {
    life,
    put: async (mailbox, blob) => {
      if (state === 'closed') return closed
      expire()
      const blobs = boxes.get(mailbox) ?? []
      const cost = costOf(blob.length)
      if (bytesOf(blobs) + cost > limits.mailboxBytesMax) return refuse({ kind: 'full-mailbox' })
      if (counts().bytes + cost > limits.totalBytesMax) return refuse({ kind: 'full-server' })
      last = nextCursor(last, now())
      const cursor = last
      keep(mailbox, [...blobs, { cursor, bytes: blob.slice() }])
      if (watched.has(mailbox)) onPut(mailbox, cursor)
      return accept(cursor)
    },
    read: async (mailbox, { after, bytesMax }) => {
      if (state === 'closed') return closed
      expire()
      const blobs = (boxes.get(mailbox) ?? []).filter(({ cursor }) => cursor > after)
      let bytes = 0
      const cut = blobs.findIndex((blob, index) => (bytes += blob.bytes.length) > bytesMax && index > 0)
      const page = cut < 0 ? blobs : blobs.slice(0, cut)
      return accept({
        blobs: page.map(({ cursor, bytes: kept }) => ({ cursor, bytes: kept.slice() })),
        more: page.length < blobs.length,
      })
    },
    trim: async (mailbox, cursors) => {
      if (state === 'closed') return closed
      const gone = new Set(cursors)
      keep(
        mailbox,
        (boxes.get(mailbox) ?? []).filter(({ cursor }) => !gone.has(cursor)),
      )
      return accept(null)
    },
    watch: (mailbox, on) => void (on ? watched.add(mailbox) : watched.delete(mailbox)),
    onPut: (handler) => {
      onPut = handler
    },
    counts: () => {
      expire()
      return counts()
    },
    close: async () => {
      state = 'closed'
    },
  }
}

const bytesOf = (blobs: readonly Blob[]): number => blobs.reduce((sum, { bytes }) => sum + costOf(bytes.length), 0)
