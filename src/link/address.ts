import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { Path } from '../view/view.ts'

/** The address that means: through the server. */
export const RELAY_ADDRESS = 'relay'
/** The address that means: from both sides at one moment, which the server names. */
export const PUNCH_ADDRESS = 'punch'
/** The address that means: over UDP, as both agree on a link that stands. */
export const UDP_ADDRESS = 'udp'

/** A host name of this length is the longest that DNS allows (RFC 1035, 2.3.4). */
export const HOST_CHARACTERS_MAX = 253

export type HostAndPort = { readonly host: string; readonly port: number }

/** Reads `HOST:PORT`, for IPv6 `[HOST]:PORT`. Undefined when it is neither. */
export const parseAddress = (text: string): HostAndPort | undefined => {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^:[\]\s/]+)):([0-9]{1,5})$/.exec(text)
  if (match === null) return undefined
  const host = match[1] ?? match[2] ?? ''
  const port = Number(match[3])
  if (host.length === 0 || host.length > HOST_CHARACTERS_MAX || port === 0 || port > 65_535) return undefined
  if (match[1] !== undefined && !isIPv6(host)) return undefined
  return { host, port }
}

export const formatAddress = ({ host, port }: HostAndPort): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`

/**
 * How a link to this address runs: `nearby` for loopback, private (RFC 1918), shared (RFC 6598), link-local and unique-
 * local (RFC 4193) addresses and for names that never leave a network, `relayed` for `relay`, `punched` for `udp IP:PORT`,
 * else `direct`.
 */
export const pathOf = (address: string): Path => {
  if (address === RELAY_ADDRESS) return 'relayed'
  if (address.startsWith(`${UDP_ADDRESS} `)) return 'punched'
  const host = parseAddress(address)?.host ?? address
  return isNearby(host) ? 'nearby' : 'direct'
}

const isNearby = (host: string): boolean => {
  const plain = host
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '')
  if (isIPv4(plain)) return isNearbyIpv4(plain)
  if (isIPv6(plain)) return plain === '::1' || /^f[cd]/.test(plain) || /^fe[89ab]/.test(plain)
  return plain === 'localhost' || plain.endsWith('.local') || plain.endsWith('.localhost')
}

const isNearbyIpv4 = (host: string): boolean => {
  const [a = 0, b = 0] = host.split('.').map(Number)
  return (
    a === 127 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127)
  )
}

/**
 * Best first: addresses of a network card that others can reach, those that are private before those that are public
 * (on one network the short way wins), IPv4 before IPv6, link-local late, loopback last.
 */
export const byUsefulness = (a: string, b: string): number => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)

const rank = (host: string): number => {
  if (host.startsWith('127.')) return 8
  if (host === '::1') return 9
  if (/^fe[89ab]/i.test(host)) return 7
  if (host.startsWith('169.254.')) return 6
  return (isNearby(host) ? 0 : 2) + (isIP(host) === 6 ? 1 : 0)
}
