import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Nothing is ever written to it. */
const LOCK_FILE = 'kith.lock'

/** A program that was just told to end may still be closing its store. */
const LOCK_WAIT_MILLIS_MAX = 250

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700
const STICKY = 0o1000

/**
 * Keeps a folder, made when missing, for this process until the function that is returned is called, or its end: Node has
 * no file locks, but SQLite takes the system's, which no crash leaves behind. Throws what SQLite (SQLITE_BUSY when somebody
 * else has it) and the file system throw.
 */
export const lockFolder = (folder: string): (() => void) => {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
  const mode = statSync(folder).mode
  if ((mode & STICKY) === 0 && (mode & 0o777) !== OWNER_ONLY_FOLDER) chmodSync(folder, OWNER_ONLY_FOLDER)
  const file = join(folder, LOCK_FILE)
  const database = new DatabaseSync(file, { timeout: LOCK_WAIT_MILLIS_MAX })
  try {
    // By name: closing a second descriptor of the file would let go of its lock (POSIX).
    chmodSync(file, OWNER_ONLY_FILE)
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    database.close()
    throw error
  }
  return () => database.close()
}
