import { fromBase64url, toBase64url } from '../bytes/base64url.ts'
import { decode, encode } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { hex, literal, tuple } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES } from '../crypto/port.ts'
import { domain, sha512 } from '../crypto/symmetric.ts'

/** Digits of a safety number: thirty for each of two people. */
export const SAFETY_DIGITS = 60
/** Rounds of SHA-512 for each person, as many as Signal's: a look-alike number costs that much more to search for. */
export const SAFETY_ROUNDS = 5_200

/**
 * The number that two people share exactly when each has the other's true key: the same on both sides, to be read to each
 * other. Signal's numeric fingerprint over root keys, the smaller key first. Takes a tenth of a second.
 */
export const safetyDigits = (one: Hex, other: Hex): string => [one, other].sort().map(digitsOf).join('')

/** What a QR code says: `kith-safety:`, then whose screen it is on and whom it is about. */
export const safetyCode = (me: Hex, them: Hex): string =>
  CODE_PREFIX + toBase64url(encode([1, fromHex(me), fromHex(them)]))

export type ScanRefusal =
  | { readonly kind: 'safety-unreadable' }
  /** `other`: the code plainly concerns somebody else whom I know, or is my own. Else somebody may stand between us. */
  | { readonly kind: 'safety-mismatch'; readonly other: boolean }

/**
 * Whether the code scanned from their screen says that we have each other's true keys. `isKnown`: whether this is the
 * key of somebody else whom I know.
 */
export const compareScanned = (
  scanned: string,
  { me, them, isKnown }: { readonly me: Hex; readonly them: Hex; readonly isKnown: (person: Hex) => boolean },
): Result<null, ScanRefusal> => {
  const code = readCode(scanned)
  if (!code) return refuse({ kind: 'safety-unreadable' })
  const [, shower, about] = code
  if (shower === them && about === me) return accept(null)
  const isOwn = shower === me
  const isAnothers = shower !== them && isKnown(shower)
  const isAboutAnother = shower === them && about !== me && isKnown(about)
  return refuse({ kind: 'safety-mismatch', other: isOwn || isAnothers || isAboutAnother })
}

const CODE_PREFIX = 'kith-safety:'
const CODE_CHARACTERS_MAX = 200

const codeShape = tuple(literal(1), hex(PUBLIC_KEY_BYTES), hex(PUBLIC_KEY_BYTES))

const readCode = (scanned: string) => {
  const text = scanned.slice(0, CODE_CHARACTERS_MAX).trim()
  const bytes = text.startsWith(CODE_PREFIX) ? fromBase64url(text.slice(CODE_PREFIX.length)) : undefined
  const decoded = bytes && decode(bytes)
  return decoded?.ok ? codeShape(decoded.value) : undefined
}

/** Thirty digits: six groups of five bytes of the hash, each modulo 100,000. */
const digitsOf = (person: Hex): string => {
  const key = fromHex(person)
  let hash: Uint8Array = domain('kith safety 1', key)
  for (let round = 0; round < SAFETY_ROUNDS; round++) hash = sha512(hash, key)
  return Array.from({ length: 6 }, (_, group) => {
    const number = hash.subarray(group * 5, group * 5 + 5).reduce((sum, byte) => sum * 256 + byte, 0)
    return (number % 100_000).toString().padStart(5, '0')
  }).join('')
}
