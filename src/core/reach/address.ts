import { formatIp, parseIp, type Ip } from './ip.ts'
import type { Path } from './path.ts'

/** Where a device may listen: an IP address written as such, and a port. Never a host name, never a zone. */
export type Address = {
  /** `203.0.113.7:4001` or `[2001:db8::7]:4001`; one address has one text. */
  readonly text: string
  /** How a link to it would run: `nearby` for loopback, private and link-local addresses. */
  readonly path: Exclude<Path, 'punched' | 'relayed'>
  readonly loopback: boolean
  /** The IP address alone, with brackets when it is one of IPv6. */
  readonly host: string
  readonly port: number
}

/** Longer than any address of ours: the longest is 47 characters. */
export const ADDRESS_UNITS_MAX = 64

/**
 * Reads `IP:PORT`, strictly: what comes from a stranger must lead to no name lookup and to no second spelling of the
 * same place. Undefined for anything else, and for addresses that nobody can listen at (unspecified, multicast, port 0).
 */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > ADDRESS_UNITS_MAX) return undefined
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([1-9][0-9]{0,4})$/.exec(text)
  if (!match) return undefined
  const port = Number(match[3])
  if (port > 65_535) return undefined
  // Brackets are for IPv6 alone.
  if (match[1]?.includes(':') === false) return undefined
  const ip = parseIp(match[1] ?? match[2] ?? '')
  if (!ip || !isSomewhere(ip)) return undefined
  const host = ip.length === 4 ? formatIp(ip) : `[${formatIp(ip)}]`
  return { text: `${host}:${port}`, path: isNearby(ip) ? 'nearby' : 'direct', loopback: isLoopback(ip), host, port }
}

export const isIpv6 = ({ host }: Address): boolean => host.startsWith('[')

/**
 * IPv6 and IPv4 in turn (RFC 8305, 4), so that one family that leads nowhere holds up the other by one step and takes
 * none of its places; the order within a family stays. Loopback comes last.
 */
export const inTurn = (addresses: readonly Address[]): readonly Address[] => {
  const zipped = (some: readonly Address[]): readonly Address[] => {
    const [six, four] = [some.filter(isIpv6), some.filter((each) => !isIpv6(each))]
    const longer = Math.max(six.length, four.length)
    return Array.from({ length: longer }, (_, at) => [six[at], four[at]]).flatMap((pair) =>
      pair.filter((each) => each !== undefined),
    )
  }
  return [
    ...zipped(addresses.filter(({ loopback }) => !loopback)),
    ...zipped(addresses.filter(({ loopback }) => loopback)),
  ]
}

const isSomewhere = (ip: Ip): boolean => {
  const [first = 0] = ip
  if (ip.length === 4) return first !== 0 && first < 224
  return first !== 0xff && ip.some((byte) => byte !== 0)
}

const isLoopback = (ip: Ip): boolean =>
  ip.length === 4 ? ip[0] === 127 : ip[15] === 1 && ip.slice(0, 15).every((byte) => byte === 0)

/** Loopback, private (RFC 1918), shared (RFC 6598), link-local, unique-local (RFC 4193). */
const isNearby = (ip: Ip): boolean => {
  if (isLoopback(ip)) return true
  const [a = 0, b = 0] = ip
  if (ip.length === 16) return (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)
  return (
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127)
  )
}
