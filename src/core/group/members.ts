import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'

/** The member devices of a conversation at some point of its graph, and whose each is. */
export type Members = {
  /**
   * Two equal digests are the same members. In a group it covers by what each was let in and who was removed as well:
   * after each change there is a new key, though the members may be those of an earlier time.
   */
  readonly digest: Hex
  /** Device to person, by device. */
  readonly devices: ReadonlyMap<Hex, Hex>
}

export const DEVICES_MAX = 500
export const PEOPLE_MAX = 250

/** Of a direct conversation: sha256 over the sorted devices. */
export const directMembers = (devices: ReadonlyMap<Hex, Hex>): Members => {
  const sorted = byDevice(devices)
  return { devices: sorted, digest: digest('kith members 1', [...sorted.keys()].map(fromHex)) }
}

/** Of a group: sha256 over the sorted devices, each with the step that let it in, and the sorted removals that stand. */
export const groupMembers = (
  devices: ReadonlyMap<Hex, Hex>,
  by: { readonly admissions: ReadonlyMap<Hex, Hex>; readonly removals: readonly Hex[] },
): Members => {
  const sorted = byDevice(devices)
  const named = [...sorted.keys()].map((device) => [fromHex(device), fromHex(by.admissions.get(device) ?? '')])
  const removals = [...by.removals].sort().map(fromHex)
  return { devices: sorted, digest: digest('kith group members 1', [named, removals]) }
}

const byDevice = (devices: ReadonlyMap<Hex, Hex>): ReadonlyMap<Hex, Hex> =>
  new Map([...devices].sort(([a], [b]) => (a < b ? -1 : 1)))

const digest = (label: string, named: Plain): Hex => toHex(sha256(domain(label, encode(named))))
