import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../core/bytes/hex.ts'
import { accept, Bug, refuse, unreachable, type Result } from '../core/bytes/result.ts'
import { lockKey, SALT_BYTES, unlockKey, type Lock, type Stretch, type Stretching } from '../core/crypto/passphrase.ts'
import { toOpenRefusal, type OpenRefusal } from './database-store.ts'
import { databaseFiles, moveFile, removeFile, shredFile } from './durable.ts'
import { BUILT_STORE, keyFile, lockContext, PLAIN_STORE, readForce, writeForce, type Force } from './key-file.ts'
import { lockFolder } from './lock.ts'
import type { Store } from './port.ts'
import type { PageCipher } from './sealed-file.ts'
import { openSealedStore } from './sealed.ts'
import { openSqliteStore } from './sqlite.ts'

export type VaultRefusal =
  | OpenRefusal
  | { readonly kind: 'wrong-passphrase' }
  /** The key file cannot be understood, or names a store that is not there. Nothing was changed. */
  | { readonly kind: 'key-damaged'; readonly file: string }

/** What a vault is opened with: the ciphers that somebody else chose, and dice. */
export type VaultPorts = {
  readonly stretch: Stretch
  /** For passphrases that are set from now on. */
  readonly stretching: Stretching
  readonly cipher: (key: Uint8Array) => PageCipher
  readonly random: (bytes: number) => Uint8Array
}

/**
 * A profile's folder, kept for this process alone, with one store in force: in the clear, or sealed under a key that a
 * passphrase opens. The passphrase changes by building another store beside it, which comes into force at one instant: a
 * crash leaves the old one or the new one, whole.
 */
export type Vault = {
  /** Whether a passphrase is needed. */
  sealed(): boolean
  /** Where the store in force is. */
  file(): string
  /** Opens the store in force, made when it is in the clear and missing. It is closed by its user. */
  open(passphrase?: string): Promise<Result<Store, VaultRefusal>>
  /**
   * Builds a store, sealed under a passphrase or in the clear, lets `fill` put everything into it, and puts it in the place
   * of the one in force, which is overwritten and removed. `fill` closes the one in force if it had opened it. When it
   * refuses, nothing has changed.
   */
  rebuild<Refusal extends { readonly kind: string }>(
    passphrase: string | undefined,
    fill: (built: Store) => Promise<Result<null, Refusal>>,
  ): Promise<Result<null, Refusal | OpenRefusal>>
  /** Lets others in. */
  release(): void
}

export const DATA_KEY_BYTES = 32
const NAME_BYTES = 8

/** Refuses as `locked` while another process, or another vault of this one, has the folder. */
export const openVault = (folder: string, ports: VaultPorts): Result<Vault, VaultRefusal> => {
  let release: (() => void) | undefined
  try {
    release = lockFolder(folder)
    const force = readForce(folder)
    if (force === undefined || isWithoutStore(folder, force)) {
      release()
      return refuse({ kind: 'key-damaged', file: keyFile(folder) })
    }
    return accept(vaultIn(folder, { ports, release, found: force }))
  } catch (error) {
    release?.()
    return refuse(toOpenRefusal(error))
  }
}

/** A sealed store would be made anew and empty where there is none. */
const isWithoutStore = (folder: string, force: Force): boolean =>
  force.at === 'sealed' && ![force.store, BUILT_STORE].some((name) => existsSync(join(folder, name)))

const vaultIn = (
  folder: string,
  { ports, release, found }: { readonly ports: VaultPorts; readonly release: () => void; readonly found: Force },
): Vault => {
  const { stretch, stretching, cipher, random } = ports
  let force = found

  const openInForce = async (passphrase: string | undefined): Promise<Result<Store, VaultRefusal>> => {
    if (force.at !== 'sealed') {
      force = settled(folder, force)
      return openSqliteStore({ file: join(folder, PLAIN_STORE) })
    }
    const key =
      passphrase !== undefined &&
      (await unlockKey(force.lock, passphrase, { stretch, context: lockContext(force.store) }))
    if (!key) return refuse({ kind: 'wrong-passphrase' })
    const { store } = force
    force = settled(folder, force)
    const opened = await openSealedStore({ file: join(folder, store), cipher: cipher(key) })
    key.fill(0)
    return opened
  }

  /** A new name, key and lock for a store that is to be sealed. */
  const sealing = async (passphrase: string): Promise<Sealing> => {
    const store = `sealed-${toHex(random(NAME_BYTES))}.db`
    const key = random(DATA_KEY_BYTES)
    const beside = { stretch, how: stretching, salt: random(SALT_BYTES), context: lockContext(store) }
    return { store, key, lock: await lockKey(key, passphrase, beside) }
  }

  return {
    sealed: () => force.at === 'sealed',
    file: () => join(folder, force.at === 'sealed' ? force.store : PLAIN_STORE),
    open: (passphrase) => openInForce(passphrase).catch((error: unknown) => refuse(toOpenRefusal(error))),
    rebuild: async (passphrase, fill) => {
      force = settled(folder, force)
      const wanted = passphrase === undefined ? undefined : await sealing(passphrase)
      try {
        const built = await build(folder, fill, wanted && cipher(wanted.key))
        if (!built.ok) {
          shredBuilt(folder)
          return built
        }
        force = replace(folder, force, wanted)
      } catch (error) {
        shredBuilt(folder)
        return refuse(toOpenRefusal(error))
      } finally {
        wanted?.key.fill(0)
      }
      // From here on the new store is in force, and nothing is refused any more: the next opening goes on with the rest.
      try {
        force = settled(folder, force)
      } catch (error) {
        toOpenRefusal(error)
      }
      return accept(null)
    },
    release,
  }
}

type Sealing = { readonly store: string; readonly key: Uint8Array; readonly lock: Lock }

/** Fills a store under the name of unfinished ones, and closes it. */
const build = async <Refusal extends { readonly kind: string }>(
  folder: string,
  fill: (built: Store) => Promise<Result<null, Refusal>>,
  cipher: PageCipher | undefined,
): Promise<Result<null, Refusal | OpenRefusal>> => {
  const file = join(folder, BUILT_STORE)
  const opened = cipher ? await openSealedStore({ file, cipher }) : openSqliteStore({ file })
  if (!opened.ok) return opened
  const filled = await fill(opened.value)
  await opened.value.close()
  if (!filled.ok) return filled
  // Its log is emptied and removed when it is closed, unless the disk refused that.
  return existsSync(`${file}-wal`) ? refuse({ kind: 'failed', detail: 'the log could not be emptied' }) : accept(null)
}

/** Puts the store that was built into force, at the instant in which a file gets its name. */
const replace = (folder: string, force: Force, sealing: Sealing | undefined): Force => {
  const before = force.at === 'sealed' ? force.store : PLAIN_STORE
  const former = existsSync(join(folder, before)) ? before : null
  if (sealing !== undefined) {
    const next: Force = { at: 'sealed', store: sealing.store, lock: sealing.lock, former }
    writeForce(folder, next)
    return next
  }
  if (former !== null && force.at === 'sealed') {
    const next: Force = { at: 'unsealed', former }
    writeForce(folder, next)
    return next
  }
  if (existsSync(join(folder, `${PLAIN_STORE}-wal`))) throw new Bug('a store that is replaced was not closed')
  moveFile(join(folder, BUILT_STORE), join(folder, PLAIN_STORE))
  return force
}

/**
 * Gives the store in force its name, removes the one before it, and what was never finished; also after a crash. Nothing
 * else is ever touched, and doing it again changes nothing. Throws what the file system throws.
 */
const settled = (folder: string, force: Force): Force => {
  const built = join(folder, BUILT_STORE)
  switch (force.at) {
    case 'plain':
      shredBuilt(folder)
      return force
    case 'unsealed':
      if (existsSync(built)) moveFile(built, join(folder, PLAIN_STORE))
      for (const file of databaseFiles(folder, force.former)) shredFile(file)
      removeFile(keyFile(folder))
      return { at: 'plain' }
    case 'sealed': {
      const store = join(folder, force.store)
      if (existsSync(store)) shredBuilt(folder)
      else moveFile(built, store)
      if (force.former === null) return force
      for (const file of databaseFiles(folder, force.former)) shredFile(file)
      const next = { ...force, former: null }
      writeForce(folder, next)
      return next
    }
    default:
      return unreachable(force)
  }
}

const shredBuilt = (folder: string): void => {
  for (const file of databaseFiles(folder, BUILT_STORE)) shredFile(file)
}
