import { isIPv6 } from 'node:net'
import { parseAddress, UDP_ADDRESS } from './address.ts'

/**
 * Whom the limits for one address hold for: an IPv4 address, or the /64 of an IPv6 address, which is what one
 * household or school is given (RFC 6177), also where it was reached over UDP. Text that is no address is a group of its
 * own.
 */
export const addressGroup = (address: string): string => {
  const where = address.startsWith(`${UDP_ADDRESS} `) ? address.slice(UDP_ADDRESS.length + 1) : address
  const host = (parseAddress(where)?.host ?? where).toLowerCase().replace(/%.*$/, '')
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
