import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { isDamage } from './damage.ts'
import type { Database } from './database.ts'
import { openDump } from './dumping.ts'
import { openCommitQueue } from './group.ts'
import { LOG_PAGES, PAGE_BYTES } from './log.ts'
import { isOurs, migrate, VERSION_KNOWN, versionOf } from './migrations.ts'
import type { Store, StoreRefusal } from './port.ts'
import { openIdIndex } from './id-index.ts'
import { openReader } from './reading.ts'
import { openSecrets } from './secrets.ts'
import { openWordIndex } from './word-index.ts'
import { openWriter, toRow, type Row } from './writing.ts'

export type OpenRefusal =
  /** Written by a newer version of this program; left as it was, but that a log beside it may have been moved into it. */
  | { readonly kind: 'newer-version'; readonly found: number; readonly known: number }
  /** Something else is in the file; it was not changed. */
  | { readonly kind: 'not-a-database' }
  /** It is one, but some of what it kept is destroyed. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** Another process, or another store of this one, has it open. */
  | { readonly kind: 'locked' }
  | StoreRefusal

/** Calls `ring` once after that time, unless the function that is returned was called before. */
export type Alarm = (millis: number, ring: () => void) => () => void

/** How long the bytes of wiped keys may stay in the write-ahead log, while the process runs. */
export const WIPE_MILLIS_MAX = 1_000

/** SQLite's own cache of pages, the larger part of an open store's memory; negative means KiB. */
const CACHE_KIB = -16_000

/** How a database's log is emptied. A disk that is too full for it now leaves it as it is: both then say false. */
export type LogCare = {
  /** Whatever a crash left in it. */
  cut(): boolean
  /** So that nothing of what was in it can be read. */
  wipe(): boolean
}

/**
 * The store in a database that is open and belongs to this process; made when there is nothing in it. Throws what SQLite
 * throws.
 */
export const openStoreOn = (
  database: Database,
  { after, log }: { readonly after: Alarm; readonly log: LogCare },
): Result<Store, OpenRefusal> => {
  if (!isOurs(database)) return refuse({ kind: 'not-a-database' })
  const version = versionOf(database)
  if (version > VERSION_KNOWN) return refuse({ kind: 'newer-version', found: version, known: VERSION_KNOWN })
  database.exec(SETTINGS)
  migrate(database)
  return accept(storeIn(database, after, log))
}

// Full syncs, of the kind that macOS needs too, because an answer promises that power may fail. Nothing is spilled to
// temporary files, which others might read.
const SETTINGS = `
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
  PRAGMA cache_size = ${CACHE_KIB};
  PRAGMA wal_autocheckpoint = ${LOG_PAGES};
`

/** The clock of the process, which it does not keep running. */
export const afterTimeout: Alarm = (millis, ring) => {
  const timer = setTimeout(ring, millis).unref()
  return () => clearTimeout(timer)
}

const storeIn = (database: Database, after: Alarm, log: LogCare): Store => {
  const secrets = openSecrets(database)
  const indexes = {
    events: openIdIndex(database, 'event', ['id']),
    lines: openIdIndex(database, 'line', ['conversation', 'id']),
    words: openWordIndex(database),
  }
  const writer = openWriter(database, secrets, indexes)
  const reader = openReader(database, secrets, indexes)
  const dump = openDump(database, secrets)
  let state: 'open' | 'closed' = 'open'
  let cancelWipe: (() => void) | undefined

  // A disk that is too full for it now is tried again.
  const wipeSoon = () => {
    cancelWipe ??= after(WIPE_MILLIS_MAX, () => {
      cancelWipe = undefined
      if (!log.wipe()) wipeSoon()
    })
  }

  const queue = openCommitQueue<Row>({
    soon: setImmediate,
    write: (rows) => {
      try {
        database.exec('BEGIN IMMEDIATE')
        writer.write(rows)
        database.exec('COMMIT')
      } catch (error) {
        writer.forget()
        if (database.isTransaction) database.exec('ROLLBACK')
        return refuse(toStoreRefusal(error))
      }
      if (rows.some((row) => row.into === 'record' && row.space === 'secret')) wipeSoon()
      return accept(null)
    },
  })

  // What a crash left in the log may hold keys that were wiped since.
  log.cut()

  return {
    ...reader,
    dump,
    commit: async (changes) =>
      state === 'closed' ? refuse({ kind: 'failed', detail: 'the store is closed' }) : queue.add(changes.map(toRow)),
    close: async () => {
      if (state === 'closed') return
      queue.flush()
      state = 'closed'
      cancelWipe?.()
      log.wipe()
      database.close()
    },
  }
}

/** Closes what was opened so far. */
export const closing = (database: Database | undefined, refusal: OpenRefusal) => {
  database?.close()
  return refuse(refusal)
}

/** Throws again what is neither SQLite's nor the file system's doing, and so our own mistake. */
export const toOpenRefusal = (error: unknown): OpenRefusal => {
  const code = sqliteCode(error)
  if (code === SQLITE_BUSY) return { kind: 'locked' }
  if (code === SQLITE_NOTADB) return { kind: 'not-a-database' }
  if (isDamage(error)) return { kind: 'damaged', detail: error.message }
  return toStoreRefusal(error)
}

/** Throws again what is neither SQLite's nor the file system's doing, and so our own mistake. */
const toStoreRefusal = (error: unknown): StoreRefusal => {
  if (sqliteCode(error) === SQLITE_FULL || (error as NodeJS.ErrnoException).code === 'ENOSPC') return { kind: 'full' }
  if (error instanceof Error && ('errcode' in error || 'syscall' in error)) {
    return { kind: 'failed', detail: error.message }
  }
  throw error
}

/** The primary result code (https://sqlite.org/rescode.html) of an error from SQLite. */
const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

const SQLITE_BUSY = 5
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26
