import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

import { PREAMBLE_BYTES_MAX, readPreamble, unlockExport } from '../core/backup/export.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { STRETCHING } from '../core/crypto/passphrase.ts'
import { stretch } from '../crypto/argon2.ts'
import { createPageCipher } from '../crypto/pages.ts'
import { exportStore } from '../peer/exporting.ts'
import {
  importWhole,
  mergeExport,
  surveyExport,
  type ImportRefusal,
  type OpenExport,
  type Survey,
  type UnfitExport,
} from '../peer/importing.ts'
import { loadSelf } from '../peer/self.ts'
import type { Tally } from '../peer/tally.ts'
import { copyStore } from '../store/copy.ts'
import { isDamage } from '../store/damage.ts'
import type { Store, StoreRefusal } from '../store/port.ts'
import { openVault, type Vault, type VaultRefusal } from '../store/vault.ts'
import type { Ask, Exported, FileRefusal, Imported, OpenProfile, PeerRefusal, UnlockedProfile } from './command.ts'
import { writeNewFile } from './new-file.ts'
import type { Profile } from './profile.ts'

/** Where a profile is kept: the only file that knows how its store is sealed. */

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))

const VAULT_PORTS = { stretch, stretching: STRETCHING, cipher: createPageCipher, random }

/** The vault of a profile, for this process alone. */
export const openProfileVault = (profile: Profile): Result<Vault, PeerRefusal> => {
  const opened = openVault(profile.folder, VAULT_PORTS)
  return opened.ok ? opened : refuse(vaultRefusal(opened.refusal, profile, profile.folder))
}

/** Opens the store of a profile, and asks for the passphrase if there is one. */
export const openProfileStore = async (
  vault: Vault,
  profile: Profile,
  ask: Ask | undefined,
): Promise<Result<Store, PeerRefusal>> => {
  const passphrase = vault.sealed() ? await ask?.(`Passphrase of the profile ${profile.name}: `) : undefined
  if (vault.sealed() && passphrase === undefined) return refuse({ kind: 'passphrase-needed' })
  const opened = await vault.open(passphrase)
  return opened.ok ? opened : refuse(vaultRefusal(opened.refusal, profile, vault.file()))
}

const vaultRefusal = (refusal: VaultRefusal, profile: Profile, file: string): PeerRefusal => {
  switch (refusal.kind) {
    case 'locked':
      return { kind: 'profile-in-use', folder: profile.folder }
    case 'newer-version':
      return { kind: 'profile-newer', folder: profile.folder }
    case 'not-a-database':
      return { kind: 'profile-damaged', file }
    case 'damaged':
      return { kind: 'database-damaged', file, detail: refusal.detail }
    case 'full':
      return { kind: 'disk-full' }
    case 'failed':
      return { kind: 'folder-failed', folder: profile.folder, detail: refusal.detail }
    case 'key-damaged':
      return { kind: 'lock-damaged', file: refusal.file }
    case 'wrong-passphrase':
      return refusal
  }
}

/** Takes a profile for this process alone, without running its peer. */
export const openProfile = async (profile: Profile): Promise<Result<OpenProfile, PeerRefusal>> => {
  const vault = openProfileVault(profile)
  if (!vault.ok) return vault
  return accept({
    sealed: vault.value.sealed(),
    unlock: async (passphrase) => {
      const opened = await vault.value.open(passphrase)
      if (!opened.ok) return refuse(vaultRefusal(opened.refusal, profile, vault.value.file()))
      return accept(unlocked(profile, { vault: vault.value, store: opened.value, passphrase }))
    },
    close: () => vault.value.release(),
  })
}

type Inside = { readonly vault: Vault; readonly store: Store; readonly passphrase: string | undefined }

const unlocked = (profile: Profile, inside: Inside): UnlockedProfile => ({
  reseal: async (passphrase) => {
    const { vault, store } = inside
    const rebuilt = await vault.rebuild(passphrase, async (built) => {
      const copied = await copyStore(store, built)
      await store.close()
      return copied
    })
    return rebuilt.ok ? rebuilt : refuse(vaultRefusal(rebuilt.refusal, profile, vault.file()))
  },
  exportTo: (file, passphrase) => exportTo(file, passphrase, inside.store, profile),
  importFrom: (file, ask) => importFrom(file, ask, inside, profile),
  close: () => inside.store.close(),
})

/** The file is its owner's alone, new, and on disk when this answers; when it refuses, there is none. */
const exportTo = async (
  file: string,
  passphrase: string,
  store: Store,
  profile: Profile,
): Promise<Result<Exported, FileRefusal | PeerRefusal>> => {
  try {
    const self = await loadSelf(store)
    if (self === undefined) return refuse({ kind: 'nothing-to-export' })
    const { pieces, counted } = exportStore(store, { self, now: Date.now() }, passphrase, {
      stretch,
      how: STRETCHING,
      random,
    })
    const written = await writeNewFile(file, pieces)
    return written.ok ? accept({ ...counted(), bytes: written.value }) : written
  } catch (error) {
    return isStoreError(error) ? refuse(storeErrorRefusal(error, profile)) : refuse(fileRefusal(file, error))
  }
}

const importFrom = async (
  file: string,
  ask: Ask,
  inside: Inside,
  profile: Profile,
): Promise<Result<Imported, FileRefusal | UnfitExport | PeerRefusal>> => {
  try {
    const opened = await openExport(file, ask)
    if (!opened.ok) return opened
    const survey = await surveyExport(inside.store, opened.value)
    if (!survey.ok) return refuse(importRefusal(survey.refusal, profile))
    return await bringIn(opened.value, survey.value, inside, profile)
  } catch (error) {
    if (isStoreError(error)) return refuse(storeErrorRefusal(error, profile))
    return refuse(fileRefusal(file, error))
  } finally {
    await inside.store.close()
  }
}

/** A store that has what the export brings takes the place of the one that is there, at one instant. */
const bringIn = async (
  opened: OpenExport,
  survey: Survey,
  { vault, store, passphrase }: Inside,
  profile: Profile,
): Promise<Result<Imported, UnfitExport | PeerRefusal>> => {
  const whole = survey.at === 'unused'
  let tally: Tally | undefined
  const rebuilt = await vault.rebuild<ImportRefusal>(passphrase, async (built) => {
    const copied = whole ? accept(null) : await copyStore(store, built)
    await store.close()
    if (!copied.ok) return copied
    const now = Date.now()
    const brought = whole ? await importWhole(built, opened, now) : await mergeExport(built, opened, { ...survey, now })
    if (!brought.ok) return brought
    tally = brought.value
    return accept(null)
  })
  if (!rebuilt.ok) return refuse(importRefusal(rebuilt.refusal, profile))
  return tally === undefined ? refuse({ kind: 'export-damaged' }) : accept({ ...tally, whole })
}

/** Throws what the file system throws. */
const openExport = async (
  file: string,
  ask: Ask,
): Promise<Result<OpenExport, UnfitExport | { readonly kind: 'passphrase-needed' }>> => {
  const start = await startOf(file)
  const preamble = readPreamble(start)
  if (!preamble.ok) return preamble
  const passphrase = await ask('Passphrase of the export: ')
  if (passphrase === undefined) return refuse({ kind: 'passphrase-needed' })
  const key = await unlockExport(preamble.value, passphrase, stretch)
  if (!key.ok) return key
  return accept({ key: key.value, read: () => createReadStream(file, { start: preamble.value.bytes }) })
}

const startOf = async (file: string): Promise<Uint8Array> => {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(PREAMBLE_BYTES_MAX), 0, PREAMBLE_BYTES_MAX, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const importRefusal = (
  refusal: ImportRefusal | StoreRefusal | VaultRefusal,
  profile: Profile,
): UnfitExport | PeerRefusal => {
  switch (refusal.kind) {
    case 'full':
    case 'failed':
    case 'locked':
    case 'newer-version':
    case 'not-a-database':
    case 'damaged':
    case 'key-damaged':
      return vaultRefusal(refusal, profile, profile.folder)
    default:
      return refusal
  }
}

const fileRefusal = (file: string, error: unknown): FileRefusal => {
  const { code, message } = error as NodeJS.ErrnoException
  // Whatever is not the file system's doing is our own mistake.
  if (!(error instanceof Error && 'syscall' in error)) throw error
  return code === 'EEXIST' ? { kind: 'file-exists', file } : { kind: 'file-failed', file, detail: message }
}

const isStoreError = (error: unknown): error is Error => error instanceof Error && 'errcode' in error

const storeErrorRefusal = (error: Error, { folder }: Profile): PeerRefusal =>
  isDamage(error)
    ? { kind: 'database-damaged', detail: error.message }
    : { kind: 'folder-failed', folder, detail: error.message }
