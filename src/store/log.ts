import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { Database } from './database.ts'

/** Of every database of ours: how much of the log is used is seen from where its pages begin. */
export const PAGE_BYTES = 4_096

/**
 * Pages in the log after which a commit also moves it into the file. A message takes about ten, and the move some
 * milliseconds: with SQLite's 1,000 more than one commit in a hundred was slow by that.
 */
export const LOG_PAGES = 4_000

/**
 * Moves the log into the file and cuts it off, whatever a crash left in it. Says false when a disk that is full left it as
 * it is: what is in the log is read from there.
 */
export const cutLog = (database: Database): boolean => {
  try {
    return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
  } catch {
    return false
  }
}

/**
 * Moves the write-ahead log into the file, and overwrites what the log held with zeros. SQLite would cut the log off
 * instead; but a commit to a file that grows takes the disk twice as long as one that overwrites, because the new size is
 * to be synced too. Says false when the log cannot be moved now; throws what SQLite and the file system throw.
 *
 * A log that begins with zeros is an empty one to SQLite (file format, 4.1), and the next commit begins it anew. The
 * beginning is overwritten and synced before the rest: a log that still began as before, but had lost its end, would
 * bring old pages back after a power failure.
 */
export const emptyLog = (database: Database, file: string): boolean => {
  const { busy, log, checkpointed } = database.prepare('PRAGMA wal_checkpoint(RESTART)').get() ?? {}
  if (busy !== 0 || log !== checkpointed) return false
  // SQLite locks the database and not its log, so closing the log here releases none of its locks.
  const descriptor = openSync(`${file}-wal`, 'r+')
  try {
    if (isZero(descriptor, 0)) return true
    overwrite(descriptor, 0, HEADER_BYTES)
    fdatasyncSync(descriptor)
    overwrite(descriptor, HEADER_BYTES, HEADER_BYTES + framesIn(descriptor) * FRAME_BYTES)
    if (fstatSync(descriptor).size > LOG_BYTES_MAX) ftruncateSync(descriptor, LOG_BYTES_MAX)
  } finally {
    closeSync(descriptor)
  }
  return true
}

/** SQLite's file format, 4.1: a header, then for each page a header and the page. */
const HEADER_BYTES = 32
const FRAME_BYTES = 24 + PAGE_BYTES

/** What an empty log takes at most; a commit of many pages may have made it longer. */
const LOG_BYTES_MAX = HEADER_BYTES + LOG_PAGES * FRAME_BYTES

/**
 * How many frames were written since the log was last overwritten, by halving. It may be more than SQLite's own count,
 * which starts again when a commit moves the log into the file.
 */
const framesIn = (descriptor: number): number => {
  let [low, high] = [0, Math.ceil((fstatSync(descriptor).size - HEADER_BYTES) / FRAME_BYTES)]
  while (low < high) {
    const middle = (low + high) >>> 1
    // A frame begins with the number of its page, from 1 on.
    if (isZero(descriptor, HEADER_BYTES + middle * FRAME_BYTES)) high = middle
    else low = middle + 1
  }
  return low
}

/** Whether four zeros are there, or nothing at all. */
const isZero = (descriptor: number, place: number): boolean => {
  const number = Buffer.alloc(4)
  readSync(descriptor, number, 0, number.length, place)
  return number.readUInt32BE() === 0
}

const overwrite = (descriptor: number, start: number, end: number): void => {
  for (let place = start; place < end; place += ZEROS.length)
    writeSync(descriptor, ZEROS, 0, Math.min(ZEROS.length, end - place), place)
}

const ZEROS = Buffer.alloc(256 * 1024)
