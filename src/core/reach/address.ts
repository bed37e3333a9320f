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
  const bytes = match[1] === undefined ? parseIpv4(match[2] ?? '') : parseIpv6(match[1])
  const ip = bytes && (ipv4Within(bytes) ?? bytes)
  if (!ip || !isSomewhere(ip)) return undefined
  const host = ip.length === 4 ? ip.join('.') : `[${formatIpv6(ip)}]`
  return { text: `${host}:${port}`, path: isNearby(ip) ? 'nearby' : 'direct', loopback: isLoopback(ip), host, port }
}

type Ip = readonly number[]

const parseIpv4 = (text: string): Ip | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : undefined
}

const parseIpv6 = (text: string): Ip | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(groupsOf)
  if (!head || (halves.length === 2 && !tail)) return undefined
  if (!tail) return head.length === 16 ? head : undefined
  const missing = 16 - head.length - tail.length
  // `::` stands for one group of zeros at the least.
  return missing >= 2 ? [...head, ...Array<number>(missing).fill(0), ...tail] : undefined
}

/** The bytes of groups between colons; the last may be an IPv4 address. */
const groupsOf = (text: string): Ip | undefined => {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    const ipv4 = index === groups.length - 1 && group.includes('.') ? parseIpv4(group) : undefined
    if (ipv4) bytes.push(...ipv4)
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff)
    else return undefined
  }
  return bytes.length <= 16 ? bytes : undefined
}

/** The IPv4 address that `::ffff:1.2.3.4` is another spelling of. */
const ipv4Within = (ip: Ip): Ip | undefined =>
  ip.length === 16 && ip.slice(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff
    ? ip.slice(12)
    : undefined

/** RFC 5952: lower case, no leading zeros, the longest (first) run of two or more zero groups as `::`. */
const formatIpv6 = (ip: Ip): string => {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((ip[index * 2] ?? 0) << 8) | (ip[index * 2 + 1] ?? 0)).toString(16),
  )
  let best = { from: 0, length: 1 }
  for (let from = 0; from < 8; from++) {
    let length = 0
    while (groups[from + length] === '0') length += 1
    if (length > best.length) best = { from, length }
  }
  if (best.length === 1) return groups.join(':')
  return `${groups.slice(0, best.from).join(':')}::${groups.slice(best.from + best.length).join(':')}`
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
