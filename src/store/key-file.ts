import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { literal, nullable, text, tuple, type Shape } from '../core/bytes/shape.ts'
import { plainLock, readLock, type Lock } from '../core/crypto/passphrase.ts'
import { replaceFile } from './durable.ts'

/** The store without a passphrase, and one that is being built. */
export const PLAIN_STORE = 'kith.db'
export const BUILT_STORE = 'kith.new.db'
const KEY_FILE = 'kith.key'

/**
 * Which store of a folder is in force, as its key file says. Whatever is replaced is replaced by writing this file, at
 * one instant; `former` is what has to be removed after that.
 */
export type Force =
  /** No key file: `kith.db`, in the clear. */
  | { readonly at: 'plain' }
  /** A passphrase was taken away: the store that was built is in force, and becomes `kith.db`. */
  | { readonly at: 'unsealed'; readonly former: string }
  | { readonly at: 'sealed'; readonly store: string; readonly lock: Lock; readonly former: string | null }

/** Undefined when there is a key file that cannot be understood. Throws what the file system throws. */
export const readForce = (folder: string): Force | undefined => {
  const bytes = readKeyFile(folder)
  if (bytes === undefined) return { at: 'plain' }
  const decoded = decode(bytes)
  if (!decoded.ok || !Array.isArray(decoded.value)) return undefined
  const unsealed = unsealedShape(decoded.value)
  if (unsealed) return { at: 'unsealed', former: unsealed[2] }
  const [version = null, at = null, store = null, former = null, ...locked] = decoded.value as readonly Plain[]
  const head = sealedShape([version, at, store, former])
  const lock = readLock(locked)
  return head && lock && { at: 'sealed', store: head[2], former: head[3], lock }
}

/** At one instant, durably. Throws what the file system throws. */
export const writeForce = (folder: string, force: Exclude<Force, { readonly at: 'plain' }>): void =>
  replaceFile(
    keyFile(folder),
    encode(
      force.at === 'unsealed'
        ? [1, 'unsealed', force.former]
        : [1, 'sealed', force.store, force.former, ...plainLock(force.lock)],
    ),
  )

export const keyFile = (folder: string): string => join(folder, KEY_FILE)

/** A key is bound to the store that it opens. */
export const lockContext = (store: string): string => `store ${store}`

const readKeyFile = (folder: string): Uint8Array | undefined => {
  try {
    return readFileSync(keyFile(folder))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The names that are removed and opened: of this folder, and of stores. */
const storeName: Shape<string> = (plain) => {
  const name = text(64)(plain)
  return name !== undefined && /^(kith|sealed-[0-9a-f]{16})\.db$/.test(name) ? name : undefined
}
const unsealedShape = tuple(literal(1), literal('unsealed'), storeName)
const sealedShape = tuple(literal(1), literal('sealed'), storeName, nullable(storeName))
