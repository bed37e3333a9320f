import { encode } from '../bytes/cbor.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { bytes, literal, tuple, uint } from '../bytes/shape.ts'
import { hkdfExpand, KEY_BYTES, openOnce, sealOnce } from './symmetric.ts'

/** How a passphrase is stretched: the parameters of Argon2id (RFC 9106). They stand beside what it opens. */
export type Stretching = { readonly memoryKib: number; readonly passes: number; readonly lanes: number }

/** RFC 9106's recommendation for machines of which no 2 GiB can be asked: 64 MiB, three passes, four lanes. */
export const STRETCHING: Stretching = { memoryKib: 65_536, passes: 3, lanes: 4 }

/** What a file from elsewhere may ask of this machine. */
export const STRETCH_MEMORY_KIB_MAX = 1_048_576
export const STRETCH_PASSES_MAX = 16
export const STRETCH_LANES_MAX = 16

export const SALT_BYTES = 16

/** The 32-byte key of a passphrase: the same for the same salt and parameters, and slow and large to compute. */
export type Stretch = (passphrase: string, salt: Uint8Array, how: Stretching) => Promise<Uint8Array>

export const PASSPHRASE_CHARACTERS_MIN = 8
export const PASSPHRASE_CHARACTERS_MAX = 1_024

export type PassphraseRefusal =
  | { readonly kind: 'passphrase-short'; readonly minimum: number }
  | { readonly kind: 'passphrase-long'; readonly limit: number }

/** What is stretched when this is typed: the same on every keyboard that composes its characters in another way. */
export const normalPassphrase = (typed: string): string => typed.normalize('NFKC')

/** A passphrase to be set. One that is only asked for is taken as it comes: it is right or wrong. */
export const parsePassphrase = (typed: string): Result<string, PassphraseRefusal> => {
  const characters = [...normalPassphrase(typed)].length
  if (characters < PASSPHRASE_CHARACTERS_MIN)
    return refuse({ kind: 'passphrase-short', minimum: PASSPHRASE_CHARACTERS_MIN })
  if (characters > PASSPHRASE_CHARACTERS_MAX)
    return refuse({ kind: 'passphrase-long', limit: PASSPHRASE_CHARACTERS_MAX })
  return accept(normalPassphrase(typed))
}

/** The lock of a key: how it is stretched, a salt, and the key sealed under the result. */
export type Lock = {
  readonly how: Stretching
  readonly salt: Uint8Array
  readonly sealed: Uint8Array
}

/** Seals a 32-byte key under a passphrase, bound to `context`. The salt must be fresh: the key made from it seals once. */
export const lockKey = async (
  key: Uint8Array,
  passphrase: string,
  beside: { readonly stretch: Stretch; readonly salt: Uint8Array; readonly how: Stretching; readonly context: string },
): Promise<Lock> => {
  const { stretch, salt, how, context } = beside
  const under = hkdfExpand(await stretch(normalPassphrase(passphrase), salt, how), LOCK_LABEL)
  return { how, salt, sealed: sealOnce(under, key, associated(how, salt, context)) }
}

/** Undefined when the passphrase is another, or anything was changed. */
export const unlockKey = async (
  lock: Lock,
  passphrase: string,
  beside: { readonly stretch: Stretch; readonly context: string },
): Promise<Uint8Array | undefined> =>
  (await unlockWith(lock, passphrase, beside)) ?? (await unlockWith(lock, `${passphrase}${LINE_END}`, beside))

// Half of a Windows file's line break: Kith once took it for part of a passphrase that was read from a file. No keyboard
// types it, so whoever set one so could not open the profile by hand.
const LINE_END = '\r'

const unlockWith = async (
  { how, salt, sealed }: Lock,
  passphrase: string,
  { stretch, context }: { readonly stretch: Stretch; readonly context: string },
): Promise<Uint8Array | undefined> => {
  const under = hkdfExpand(await stretch(normalPassphrase(passphrase), salt, how), LOCK_LABEL)
  return openOnce(under, sealed, associated(how, salt, context))
}

export const plainLock = ({ how, salt, sealed }: Lock) =>
  ['argon2id', how.memoryKib, how.passes, how.lanes, salt, sealed] as const

export const readLock = (plain: Parameters<typeof lockShape>[0]): Lock | undefined => {
  const fields = lockShape(plain)
  if (!fields) return undefined
  const [, memoryKib, passes, lanes, salt, sealed] = fields
  // Argon2 needs eight blocks for each lane; anything that it would refuse is no lock.
  if (passes < 1 || lanes < 1 || memoryKib < 8 * lanes) return undefined
  return { how: { memoryKib, passes, lanes }, salt, sealed }
}

const lockShape = tuple(
  literal('argon2id'),
  uint(STRETCH_MEMORY_KIB_MAX),
  uint(STRETCH_PASSES_MAX),
  uint(STRETCH_LANES_MAX),
  bytes(SALT_BYTES),
  bytes(KEY_BYTES + 16),
)

const LOCK_LABEL = 'kith lock 1'

const associated = (how: Stretching, salt: Uint8Array, context: string): Uint8Array =>
  encode(['kith lock 1', how.memoryKib, how.passes, how.lanes, salt, context])
