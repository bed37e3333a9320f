import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { APPLICATION_ID } from './migrations.ts'

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700
const STICKY = 0o1000

type Header =
  /** There is no file yet, or nothing in it. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'foreign' }
  /** A version of 0 stands in a file whose first transaction may still be in its write-ahead log. */
  | { readonly kind: 'ours'; readonly version: number }

/**
 * What the first bytes of a file say (SQLite file format, 1.3), without SQLite: opening a database of a newer version
 * would already replay and remove its log. Throws what the file system throws.
 */
export const readHeader = (file: string): Header => {
  if (!existsSync(file)) return { kind: 'blank' }
  const header = Buffer.alloc(HEADER_BYTES)
  const descriptor = openSync(file, 'r')
  try {
    const length = readSync(descriptor, header, 0, HEADER_BYTES, 0)
    if (length === 0) return { kind: 'blank' }
    if (length < HEADER_BYTES || header.toString('latin1', 0, 16) !== MAGIC) return { kind: 'foreign' }
  } finally {
    closeSync(descriptor)
  }
  const application = header.readUInt32BE(68)
  if (application !== 0 && application !== APPLICATION_ID) return { kind: 'foreign' }
  return { kind: 'ours', version: application === 0 ? 0 : header.readUInt32BE(60) }
}

const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

/**
 * Makes the file and its folder when they are missing, and both readable by their owner only whatever the umask; the
 * database's log takes its mode from the file. A shared folder (sticky, such as /tmp) is left as it is. New names are
 * on disk when it returns. Throws what the file system throws.
 */
export const claimFile = (file: string): void => {
  const folder = dirname(resolve(file))
  const made = mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
  const mode = statSync(folder).mode
  if ((mode & STICKY) === 0 && (mode & 0o777) !== OWNER_ONLY_FOLDER) chmodSync(folder, OWNER_ONLY_FOLDER)
  const fresh = !existsSync(file)
  const descriptor = openSync(file, 'a', OWNER_ONLY_FILE)
  try {
    fchmodSync(descriptor, OWNER_ONLY_FILE)
  } finally {
    closeSync(descriptor)
  }
  if (fresh) persistNames(folder, made === undefined ? folder : dirname(made))
}

/** Folders keep names in blocks of their own: without this a power loss may forget a file that was synced. */
const persistNames = (from: string, to: string): void => {
  // Windows neither opens folders as files nor needs it.
  if (process.platform === 'win32') return
  for (let folder = from; ; folder = dirname(folder)) {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (folder === to || folder === dirname(folder)) return
  }
}
