import { closeSync, existsSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

const OWNER_ONLY_FILE = 0o600

/** How much is overwritten at a time. */
const SHRED_BYTES = 65_536

/** Puts a file in the place of another at one instant: a crash leaves the one or the other. Throws what the file system throws. */
export const replaceFile = (path: string, bytes: Uint8Array): void => {
  const fresh = `${path}.new`
  const descriptor = openSync(fresh, 'w', OWNER_ONLY_FILE)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  moveFile(fresh, path)
}

/** Renames a file, durably, over one that has the name. */
export const moveFile = (from: string, to: string): void => {
  renameSync(from, to)
  syncFolder(dirname(to))
}

/** Removes a file, durably, if it is there. */
export const removeFile = (path: string): void => {
  if (!existsSync(path)) return
  rmSync(path)
  syncFolder(dirname(path))
}

/**
 * Overwrites a file with zeros and removes it. On disks and file systems that write in place its bytes are then gone; others
 * (SSDs, snapshots) may keep them.
 */
export const shredFile = (path: string): void => {
  if (!existsSync(path)) return
  const descriptor = openSync(path, 'r+')
  try {
    const zeros = new Uint8Array(SHRED_BYTES)
    const size = fstatSync(descriptor).size
    for (let done = 0; done < size;) done += writeSync(descriptor, zeros, 0, Math.min(SHRED_BYTES, size - done), done)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  removeFile(path)
}

/** Folders keep names in blocks of their own: without this a power loss may forget what was renamed or removed. */
const syncFolder = (folder: string): void => {
  // Windows neither opens folders as files nor needs it.
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A database's files: itself and its log. */
export const databaseFiles = (folder: string, name: string): readonly string[] => [
  join(folder, `${name}-wal`),
  join(folder, name),
]
