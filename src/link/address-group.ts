import { isIPv6 } from 'node:net'
import { parseAddress } from './address.ts'

/**
 * Whom the limits for one address hold for: an IPv4 address, or the /64 of an IPv6 address, which is what one
 * household or school is given (RFC 6177). Text that is no address is a group of its own.
 */
export const addressGroup = (address: string): string => {
  const host = (parseAddress(address)?.host ?? address).toLowerCase().replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(host)
  if (mapped) return mapped[1] ?? host
  return isIPv6(host) ? `${networkOf(host)}::/64` : host
}

const networkOf = (host: string): string => {
  const [head = '', tail] = host.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
