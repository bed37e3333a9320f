import { parseAddress } from './address.ts'

/** How often this device looks at its own addresses: the sign that it woke up elsewhere or changed networks. */
export const ADDRESSES_POLL_MILLIS = 2_000
/** When it looks again only after so long, it was asleep meanwhile: whatever it was connected to may be gone. */
export const ASLEEP_MILLIS_LEAST = 10_000

/** Whether a device with these addresses is on another network than before: then links beyond this machine are dead. */
export const isElsewhere = (before: readonly string[], now: readonly string[]): boolean => {
  const were = outward(before)
  const are = outward(now)
  return were.length > 0 && are.length > 0 && !were.some((host) => are.includes(host))
}

/** Whether a link to this address stays on this machine. */
export const isOnThisMachine = (address: string): boolean => parseAddress(address)?.loopback === true

/** The same, where programs on one machine found each other at its network card. */
export const isOwnAddress = (address: string, own: readonly string[]): boolean => {
  const host = parseAddress(address)?.host
  return isOnThisMachine(address) || (host !== undefined && own.some((text) => parseAddress(text)?.host === host))
}

const outward = (addresses: readonly string[]): readonly string[] =>
  addresses.flatMap((text) => {
    const address = parseAddress(text)
    return address && !address.loopback ? [address.host] : []
  })
