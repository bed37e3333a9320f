import { encode } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'
import { deviceOf, personOf, type Certificate } from '../identity/certificate.ts'

/** The member devices of a conversation at some point of its graph, and whose each is. */
export type Members = {
  /** sha256 over the sorted devices: two equal digests are the same members. */
  readonly digest: Hex
  readonly devices: ReadonlyMap<Hex, Hex>
}

export const DEVICES_MAX = 500

export const membersOf = (certificates: readonly Certificate[]): Members =>
  members(new Map(certificates.map((certificate) => [deviceOf(certificate), personOf(certificate)])))

/** Who is in where two lines of history meet: everybody whom either of them admitted. */
export const united = (sets: readonly Members[]): Members => {
  const [first, ...others] = sets
  if (first !== undefined && others.every((other) => other.digest === first.digest)) return first
  return members(new Map(sets.flatMap((set) => [...set.devices])))
}

const members = (devices: ReadonlyMap<Hex, Hex>): Members => {
  const sorted = new Map([...devices].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { devices: sorted, digest: toHex(sha256(domain('kith members 1', encode([...sorted.keys()].map(fromHex))))) }
}
