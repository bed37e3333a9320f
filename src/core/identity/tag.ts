import { fromHex, type Hex } from '../bytes/hex.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'

export const TAG_CHARACTERS = 6

/**
 * Six letters and digits made from a person's key: enough to tell two people with one name apart at a glance, not enough
 * to prove who somebody is. Crockford's alphabet in lower case: no i, l, o or u.
 */
export const tagOf = (person: Hex): string => {
  const hash = sha256(domain('kith tag 1', fromHex(person)))
  const number = ((hash[0] ?? 0) << 24) | ((hash[1] ?? 0) << 16) | ((hash[2] ?? 0) << 8) | (hash[3] ?? 0)
  return Array.from({ length: TAG_CHARACTERS }, (_, index) => ALPHABET[(number >>> (27 - index * 5)) & 31]).join('')
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
