import { decode as decodeCbor, encode as encodeCbor } from 'cborg'
import { accept, refuse, type Result } from './result.ts'

/** What our messages are made of: no maps, floats or tags, so that every value has exactly one encoding. */
export type Plain = null | boolean | number | string | Uint8Array | readonly Plain[]

export type Malformed = { readonly kind: 'malformed'; readonly detail: string }

/** Nesting that our own messages never reach; a decoder that recurses stays far from the end of the stack. */
export const NESTING_MAX = 16

/** Canonical CBOR (RFC 8949, 4.2.1): the same value gives the same bytes everywhere. */
export const encode = (value: Plain): Uint8Array => encodeCbor(value)

/**
 * The value of one canonical CBOR item. Refuses what is not the one encoding of a `Plain`: longer integers than needed,
 * indefinite lengths, maps, tags, floats, undefined, bytes left over. Never throws. Byte strings are views into `bytes`.
 */
export const decode = (bytes: Uint8Array): Result<Plain, Malformed> => {
  try {
    const value: unknown = decodeCbor(bytes, STRICT)
    if (!isPlain(value, 0)) return malformed('a type that is not used here')
    // The library takes 1.0 for 1, and mends broken UTF-8: only what encodes to the same bytes was the one encoding.
    return isSame(encode(value), bytes) ? accept(value) : malformed('not the one encoding')
  } catch (error) {
    return malformed(error instanceof Error ? error.message : 'not CBOR')
  }
}

export const malformed = (detail: string): { readonly ok: false; readonly refusal: Malformed } =>
  refuse({ kind: 'malformed', detail })

const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

const isPlain = (value: unknown, depth: number): value is Plain => {
  if (depth > NESTING_MAX) return false
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0)
  if (value instanceof Uint8Array) return true
  return Array.isArray(value) && value.every((each) => isPlain(each, depth + 1))
}
