import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { accept, refuse, type Result } from '../core/bytes/result.ts'

export const KEY_BYTES = 32
const KEY_FILE = 'server.key'

export type KeyRefusal =
  | { readonly kind: 'folder-failed'; readonly folder: string; readonly detail: string }
  /** The file is there, but is not a key. It is left alone: peers know the server by it. */
  | { readonly kind: 'key-damaged'; readonly file: string }

/**
 * The server's private key (an Ed25519 seed) in its folder, made at the first start. Folder and file are readable by
 * their owner alone; a folder that existed keeps its mode.
 */
export const serverKey = (folder: string): Result<Uint8Array, KeyRefusal> => {
  const file = join(folder, KEY_FILE)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const key = read(file) ?? make(file)
    return key.length === KEY_BYTES ? accept(key) : refuse({ kind: 'key-damaged', file })
  } catch (error) {
    return refuse({ kind: 'folder-failed', folder, detail: error instanceof Error ? error.message : String(error) })
  }
}

const read = (file: string): Uint8Array | undefined => {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Written aside and then given its name, so that a crash leaves a whole key or none, and the first of two makers wins. */
const make = (file: string): Uint8Array => {
  const aside = `${file}.${process.pid}.new`
  const descriptor = openSync(aside, 'w', 0o600)
  try {
    writeSync(descriptor, randomBytes(KEY_BYTES))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  try {
    linkSync(aside, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(aside)
  }
  return new Uint8Array(readFileSync(file))
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
