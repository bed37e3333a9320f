import { closeSync, openSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { LIFE_BYTES } from '../core/mailbox/keys.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import {
  costOf,
  expiredAt,
  MAILBOX_LIMITS,
  nextCursor,
  type MailboxFailure,
  type Mailboxes,
  type MailboxLimits,
  type PutRefusal,
} from './mailbox.ts'
import { createMailboxQueue, type Write } from './mailbox-queue.ts'
import { EXPIRED_PER_TURN_MAX, openTable, TABLES } from './mailbox-sqlite-table.ts'

export type MailboxesRefusal = { readonly kind: 'mailboxes-failed'; readonly file: string; readonly detail: string }

/** How often blobs are looked for whose time is over. Until then they take space, but are handed out no more. */
export const EXPIRE_EVERY_MILLIS = 10 * 60 * 1000
/** Marks the file as a server's mailboxes ("Kimx"), beside the version in `user_version`. */
const APPLICATION_ID = 0x4b696d78
const VERSION = 1
const MARKS = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION};`
const LOCK_WAIT_MILLIS_MAX = 250
const CACHE_KIB = -16_000
const LOCK = 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT'

// Full syncs: an answer to a put promises that power may fail.
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
  PRAGMA cache_size = ${CACHE_KIB};
`

export type SqliteMailboxesInput = {
  /** Made when missing, readable by its owner alone; its folder must exist. Belongs to this process until `close`. */
  readonly file: string
  readonly limits?: MailboxLimits
  /** Milliseconds since 1970. */
  readonly now?: () => Millis
  /** Calls `ring` once after that time, unless the function that is returned was called before. */
  readonly after?: (millis: Millis, ring: () => void) => () => void
}

/**
 * Mailboxes in one file. What is put while the disk is busy is written together, in synced transactions of bounded size
 * between which everything else goes on.
 */
export const openSqliteMailboxes = (input: SqliteMailboxesInput): Result<Mailboxes, MailboxesRefusal> => {
  let database: DatabaseSync | undefined
  try {
    // Before SQLite does, so that no moment sees it readable by others; the log takes its mode from the file.
    closeSync(openSync(input.file, 'a', 0o600))
    database = new DatabaseSync(input.file, { timeout: LOCK_WAIT_MILLIS_MAX })
    // The space of what is gone can be given back only where this was said before anything was written.
    if (statSync(input.file).size === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec(LOCK)
    prepare(database)
    return accept(mailboxesIn(database, lifeOf(database, input.file), input))
  } catch (error) {
    database?.close()
    const detail = error instanceof Error ? error.message : String(error)
    return refuse({ kind: 'mailboxes-failed', file: input.file, detail })
  }
}

const prepare = (database: DatabaseSync): void => {
  const [application, version] = [numberOf(database, 'application_id'), numberOf(database, 'user_version')]
  const isBlank = application === 0 && version === 0 && !database.prepare('SELECT 1 FROM sqlite_schema').get()
  if (!isBlank && application !== APPLICATION_ID) throw new Error('the file holds something else')
  if (version > VERSION) throw new Error('the file is of a later version of this program')
  database.exec(SETTINGS)
  if (isBlank) database.exec(`BEGIN; ${TABLES} ${MARKS} COMMIT`)
}

/**
 * A file that was put back from a copy lacks what came after the copy was made, and may give its cursors out again. The
 * number that the file system has for a file is another one then; where it is another one for no reason, no more happens
 * than that peers read and put some things twice.
 */
const lifeOf = (database: DatabaseSync, file: string): Uint8Array => {
  database.exec('CREATE TABLE IF NOT EXISTS life (life BLOB NOT NULL, inode TEXT NOT NULL) STRICT')
  const inode = String(statSync(file, { bigint: true }).ino)
  const known = database.prepare('SELECT life FROM life WHERE inode = ?')
  if (!known.get(inode)) {
    database.exec('BEGIN; DELETE FROM life')
    database.prepare(`INSERT INTO life VALUES (randomblob(${LIFE_BYTES}), ?)`).run(inode)
    database.exec('COMMIT')
  }
  return known.get(inode)?.['life'] as Uint8Array
}

const numberOf = (database: DatabaseSync, pragma: string): number =>
  Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])

const mailboxesIn = (
  database: DatabaseSync,
  life: Uint8Array,
  { limits = MAILBOX_LIMITS, now = Date.now, after = afterTimeout }: SqliteMailboxesInput,
): Mailboxes => {
  const table = openTable(database)
  const watched = new Set<Hex>()
  let onPut = (_mailbox: Hex, _cursor: Cursor): void => {}
  let state: 'open' | 'closed' = 'open'
  let counts = table.counts()
  let last = table.last()
  let cancelSweep: (() => void) | undefined

  /** All of it or, with what it threw, nothing. */
  const transact = <Value>(work: () => Value): Result<Value, PutRefusal> => {
    const before = { counts, last }
    try {
      database.exec('BEGIN IMMEDIATE')
      const value = work()
      table.setLast(last)
      database.exec('COMMIT')
      return accept(value)
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      counts = before.counts
      last = before.last
      return refuse(toRefusal(error))
    }
  }

  const writeOne = (write: Write): Result<Cursor, PutRefusal> => {
    const box = table.find(write.mailbox)
    if (write.kind === 'trim') {
      if (box) counts = table.drop(box, write.cursors, counts)
      return accept(0)
    }
    const cost = costOf(write.blob.length)
    if ((box?.cost ?? 0) + cost > limits.mailboxBytesMax) return refuse({ kind: 'full-mailbox' })
    if (counts.bytes + cost > limits.totalBytesMax) return refuse({ kind: 'full-server' })
    last = nextCursor(last, now())
    table.put(box ?? table.make(write.mailbox), last, write.blob)
    counts = {
      mailboxes: counts.mailboxes + (box ? 0 : 1),
      blobs: counts.blobs + 1,
      bytes: counts.bytes + cost,
    }
    return accept(last)
  }

  const write = (writes: readonly Write[]): readonly Result<Cursor, PutRefusal>[] => {
    const together = transact(() => writes.map(writeOne))
    if (together.ok) return together.value
    if (writes.length === 1) return [together]
    // One that is too large for what is left of the disk must not take the others with it.
    return writes.map((each) => {
      const alone = transact(() => writeOne(each))
      return alone.ok ? alone.value : alone
    })
  }

  const queue = createMailboxQueue({
    soon: setImmediate,
    write,
    onWritten: ({ kind, mailbox }, outcome) => {
      if (kind === 'put' && outcome.ok && watched.has(mailbox)) onPut(mailbox, outcome.value)
    },
  })

  const sweep = (): void => {
    let expired = 0
    const swept = transact(() => {
      const gone = table.expired(expiredAt(now()))
      expired = gone.length
      for (const { box, cursors } of byBox(gone)) counts = table.drop(box, cursors, counts)
    })
    if (swept.ok) table.shrink()
    sweepLater(swept.ok && expired === EXPIRED_PER_TURN_MAX ? 0 : EXPIRE_EVERY_MILLIS)
  }
  const sweepLater = (millis: Millis): void => {
    cancelSweep = after(millis, sweep)
  }
  sweepLater(0)

  const closed = refuse({ kind: 'failed', detail: 'the mailboxes are closed' } as const)

  return {
    life,
    put: async (mailbox, blob) =>
      state === 'closed' ? closed : queue.add({ kind: 'put', mailbox, blob: blob.slice() }),
    read: async (mailbox, { after: start, bytesMax }) => {
      if (state === 'closed') return closed
      return attempt(() => {
        const box = table.find(mailbox)
        return box ? table.read(box, Math.max(start, expiredAt(now())), bytesMax) : { blobs: [], more: false }
      })
    },
    trim: async (mailbox, cursors) => {
      if (state === 'closed') return closed
      const trimmed = await queue.add({ kind: 'trim', mailbox, cursors })
      if (trimmed.ok) return accept(null)
      const { refusal } = trimmed
      return refuse(refusal.kind === 'failed' ? refusal : { kind: 'failed', detail: refusal.kind })
    },
    watch: (mailbox, on) => void (on ? watched.add(mailbox) : watched.delete(mailbox)),
    onPut: (handler) => {
      onPut = handler
    },
    counts: () => counts,
    close: async () => {
      if (state === 'closed') return
      queue.flush()
      state = 'closed'
      cancelSweep?.()
      database.close()
    },
  }
}

const byBox = (gone: readonly { readonly cursor: Cursor; readonly mailbox: number }[]) =>
  [...Map.groupBy(gone, ({ mailbox }) => mailbox)].map(([number, rows]) => ({
    box: { number, cost: 0 },
    cursors: rows.map(({ cursor }) => cursor),
  }))

const attempt = <Value>(work: () => Value): Result<Value, MailboxFailure> => {
  try {
    return accept(work())
  } catch (error) {
    const refusal = toRefusal(error)
    return refuse(refusal.kind === 'failed' ? refusal : { kind: 'failed', detail: refusal.kind })
  }
}

const SQLITE_FULL = 13

/** Throws again what is not SQLite's doing, and so our own mistake. */
const toRefusal = (error: unknown): PutRefusal => {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') throw error
  // The primary result code (https://sqlite.org/rescode.html).
  return (error.errcode & 0xff) === SQLITE_FULL ? { kind: 'full-server' } : { kind: 'failed', detail: error.message }
}

const afterTimeout = (millis: Millis, ring: () => void): (() => void) => {
  const timer = setTimeout(ring, millis).unref()
  return () => clearTimeout(timer)
}
