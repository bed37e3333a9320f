import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'
import { DIGEST_BYTES, type Vector } from './frame.ts'

/** Stands for all that a replica holds: two equal digests are the same vector. */
export const digestOf = (vector: Vector): Hex => {
  const devices: Hex[] = []
  for (const [device, seq] of vector) if (seq > 0) devices.push(device)
  // One string for all of them: a thousand digests are made at once.
  const held = devices.sort().map((device) => device + (vector.get(device) ?? 0).toString(16).padStart(SEQ_DIGITS, '0'))
  return toHex(sha256(domain('kith vector 1', fromHex(held.join('')))).slice(0, DIGEST_BYTES))
}

/** Eight bytes. */
const SEQ_DIGITS = 16
