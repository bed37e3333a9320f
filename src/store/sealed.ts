import type { Result } from '../core/bytes/result.ts'
import type { Database } from './database.ts'
import { afterTimeout, closing, openStoreOn, toOpenRefusal, type Alarm, type OpenRefusal } from './database-store.ts'
import { claimFile } from './file.ts'
import { cutLog, PAGE_BYTES } from './log.ts'
import type { Store } from './port.ts'
import { openSealedDatabase } from './sealed-database.ts'
import type { PageCipher } from './sealed-file.ts'

/**
 * The store in one file of which no byte can be read without the cipher's key; all else is as with `openSqliteStore`, but
 * for the lock: the caller keeps everybody else out, as `openVault` does. With another key it is refused as no database.
 */
export const openSealedStore = async ({
  file,
  cipher,
  after = afterTimeout,
}: {
  readonly file: string
  readonly cipher: PageCipher
  readonly after?: Alarm
}): Promise<Result<Store, OpenRefusal>> => {
  let database: Database | undefined
  try {
    claimFile(file)
    const inside = await openSealedDatabase(file, cipher)
    database = inside
    inside.exec(FIRST)
    const empty = () => cutLog(inside)
    const opened = openStoreOn(inside, { after, log: { cut: empty, wipe: empty } })
    return opened.ok ? opened : closing(inside, opened.refusal)
  } catch (error) {
    return closing(database, isDamaged(error) ? { kind: 'not-a-database' } : toOpenRefusal(error))
  }
}

// The page size is that of the sealed units. Until the log is in use there is no journal: journals have no place where
// they would be sealed, and a file that was cut off while it was made was never in use.
const FIRST = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA journal_mode = MEMORY;
`

/** A unit that does not open: of another key, or changed. SQLite's extended code SQLITE_IOERR_DATA says so. */
const isDamaged = (error: unknown): boolean => (error as { readonly errcode?: unknown }).errcode === IOERR_DATA

const IOERR_DATA = 8_202
