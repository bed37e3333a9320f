import type { DatabaseSync } from 'node:sqlite'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import { costOf, type MailboxCounts, type Page } from './mailbox.ts'

/** One sweep's transaction takes away so many, and comes back at once while there are more. */
export const EXPIRED_PER_TURN_MAX = 64
/** Pages of 4 KiB given back to the file system after each sweep's turn. */
const PAGES_FREED_PER_TURN = 256

// A cursor is the key of its blob, and says when it came. A mailbox has a row while there is something in it.
export const TABLES = `
  CREATE TABLE mailbox (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    cost INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE blob (
    cursor INTEGER PRIMARY KEY,
    mailbox INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX blob_of_mailbox ON blob (mailbox, cursor);
  CREATE TABLE last (cursor INTEGER NOT NULL) STRICT;
  INSERT INTO last VALUES (0);
`

/** A mailbox's row. `cost`: what is in it, as `costOf` counts. */
export type Box = { readonly number: number; readonly cost: number }

/** The statements: each does one thing, inside the caller's transaction if it writes. They throw what SQLite throws. */
export const openTable = (database: DatabaseSync) => {
  const findBox = database.prepare('SELECT number, cost FROM mailbox WHERE key = ?')
  const makeBox = database.prepare('INSERT INTO mailbox (key, cost) VALUES (?, 0)')
  const addCost = database.prepare('UPDATE mailbox SET cost = cost + ? WHERE number = ?')
  const dropBox = database.prepare('DELETE FROM mailbox WHERE number = ? AND cost <= 0')
  const putBlob = database.prepare('INSERT INTO blob (cursor, mailbox, bytes) VALUES (?, ?, ?)')
  const sizeOf = database.prepare('SELECT length(bytes) AS size FROM blob WHERE cursor = ? AND mailbox = ?')
  const dropBlob = database.prepare('DELETE FROM blob WHERE cursor = ?')
  const readBlobs = database.prepare('SELECT cursor, bytes FROM blob WHERE mailbox = ? AND cursor > ? ORDER BY cursor')
  const findExpired = database.prepare(
    `SELECT cursor, mailbox FROM blob WHERE cursor <= ? ORDER BY cursor LIMIT ${EXPIRED_PER_TURN_MAX}`,
  )
  const getLast = database.prepare('SELECT cursor FROM last')
  const setLast = database.prepare('UPDATE last SET cursor = ? WHERE cursor <> ?')
  const countBoxes = database.prepare('SELECT count(*) AS mailboxes, coalesce(sum(cost), 0) AS bytes FROM mailbox')
  const countBlobs = database.prepare('SELECT count(*) AS blobs FROM blob')

  return {
    find: (mailbox: Hex): Box | undefined => findBox.get(fromHex(mailbox)) as Box | undefined,
    make: (mailbox: Hex): Box => ({ number: Number(makeBox.run(fromHex(mailbox)).lastInsertRowid), cost: 0 }),
    put: (box: Box, cursor: Cursor, blob: Uint8Array): void => {
      putBlob.run(cursor, box.number, blob)
      addCost.run(costOf(blob.length), box.number)
    },
    /** The counts without what was dropped. */
    drop: (box: Box, cursors: readonly Cursor[], counts: MailboxCounts): MailboxCounts => {
      let [blobs, cost] = [0, 0]
      for (const cursor of new Set(cursors)) {
        const size = sizeOf.get(cursor, box.number)?.['size']
        if (size === undefined) continue
        dropBlob.run(cursor)
        blobs += 1
        cost += costOf(Number(size))
      }
      addCost.run(-cost, box.number)
      const boxes = Number(dropBox.run(box.number).changes)
      return { mailboxes: counts.mailboxes - boxes, blobs: counts.blobs - blobs, bytes: counts.bytes - cost }
    },
    read: (box: Box, after: Cursor, bytesMax: number): Page => {
      const blobs: { cursor: Cursor; bytes: Uint8Array }[] = []
      let left = bytesMax
      for (const row of readBlobs.iterate(box.number, after)) {
        const { cursor, bytes } = row as { cursor: Cursor; bytes: Uint8Array }
        left -= bytes.length
        if (left < 0 && blobs.length > 0) return { blobs, more: true }
        blobs.push({ cursor, bytes })
      }
      return { blobs, more: false }
    },
    expired: (until: Cursor) => findExpired.all(until) as { readonly cursor: Cursor; readonly mailbox: number }[],
    last: (): Cursor => Number(getLast.get()?.['cursor']),
    setLast: (cursor: Cursor): void => void setLast.run(cursor, cursor),
    counts: (): MailboxCounts => ({
      ...(countBoxes.get() as { mailboxes: number; bytes: number }),
      blobs: Number(countBlobs.get()?.['blobs']),
    }),
    /** Gives some of the space of what is gone back to the file system. */
    shrink: (): void => database.exec(`PRAGMA incremental_vacuum(${PAGES_FREED_PER_TURN})`),
  }
}
