import { DatabaseSync } from 'node:sqlite'
import { refuse, type Result } from '../core/bytes/result.ts'
import { afterTimeout, closing, openStoreOn, toOpenRefusal, type Alarm, type OpenRefusal } from './database-store.ts'
import { claimFile, readHeader } from './file.ts'
import { cutLog, emptyLog } from './log.ts'
import { VERSION_KNOWN } from './migrations.ts'
import type { Store } from './port.ts'

/** A program that was just told to end may still be closing its store. */
const LOCK_WAIT_MILLIS_MAX = 250

/**
 * The store in one file, made when missing, which belongs to this process until `close` or its end. The file's folder
 * is the store's own: both become readable by their owner only.
 *
 * What is committed in one turn of the event loop is written in one synced transaction at the end of that turn. Old
 * bytes of secrets are overwritten, in the file and, within `WIPE_MILLIS_MAX` or at `close`, in its log.
 */
export const openSqliteStore = ({
  file,
  after = afterTimeout,
}: {
  readonly file: string
  readonly after?: Alarm
}): Result<Store, OpenRefusal> => {
  let database: DatabaseSync | undefined
  try {
    const header = readHeader(file)
    if (header.kind === 'foreign') return refuse({ kind: 'not-a-database' })
    if (header.kind === 'ours' && header.version > VERSION_KNOWN)
      return refuse({ kind: 'newer-version', found: header.version, known: VERSION_KNOWN })
    claimFile(file)
    database = new DatabaseSync(file, { timeout: LOCK_WAIT_MILLIS_MAX, enableForeignKeyConstraints: false })
    database.exec(LOCK)
    const opened = openStoreOn(database, { after, log: logOf(database, file) })
    return opened.ok ? opened : closing(database, opened.refusal)
  } catch (error) {
    return closing(database, toOpenRefusal(error))
  }
}

// Exclusive locking comes first: the log's index is then kept in memory instead of a third file. The empty transaction
// takes the lock at once, before anything is read, so that of two processes one gets in.
const LOCK = 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT'

const logOf = (database: DatabaseSync, file: string) => ({
  cut: () => cutLog(database),
  wipe: () => {
    try {
      return emptyLog(database, file)
    } catch {
      return false
    }
  },
})
