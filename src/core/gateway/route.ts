import { formatIp, parseIpv4 } from '../reach/ip.ts'

/**
 * The router through which everything beyond the own network goes, in what each operating system says of its routes.
 * IPv4 alone: where addresses are not translated there is nothing to map.
 */

/** `/proc/net/route` of Linux: `Iface Destination Gateway Flags RefCnt Use Metric Mask ...`, numbers in hexadecimal. */
export const gatewayOfLinux = (routes: string): string | undefined => {
  const found = routes.split('\n', ROUTES_MAX).flatMap((line) => {
    const [, destination, gateway = '', flags = '', , , metric, mask] = line.trim().split(/\s+/)
    const isDefault = destination === '00000000' && mask === '00000000' && (parseInt(flags, 16) & GATEWAY_FLAG) !== 0
    // The four bytes stand in the order of the machine, which on all that run Node is the least first.
    const ip = /^[0-9A-F]{8}$/i.test(gateway) ? [6, 4, 2, 0].map((at) => parseInt(gateway.slice(at, at + 2), 16)) : []
    return isDefault && ip.length === 4 ? [{ host: formatIp(ip), metric: Number(metric) }] : []
  })
  return found.toSorted((a, b) => a.metric - b.metric)[0]?.host
}

/** `route -n get default` of macOS and the BSDs. */
export const gatewayOfBsd = (printed: string): string | undefined => ipv4(/^\s*gateway:\s*(\S+)/m.exec(printed)?.[1])

/** `route print -4 0.0.0.0` of Windows: `Destination Netmask Gateway Interface Metric`, in any language. */
export const gatewayOfWindows = (printed: string): string | undefined => {
  const found = printed.split('\n', ROUTES_MAX).flatMap((line) => {
    const [destination, mask, gateway, , metric] = line.trim().split(/\s+/)
    const host = destination === '0.0.0.0' && mask === '0.0.0.0' ? ipv4(gateway) : undefined
    return host === undefined ? [] : [{ host, metric: Number(metric) }]
  })
  return found.toSorted((a, b) => a.metric - b.metric)[0]?.host
}

/** Routes that are looked at. */
const ROUTES_MAX = 4_096
/** RTF_GATEWAY: the route leads to a router, not to a network of one's own. */
const GATEWAY_FLAG = 0x2

const ipv4 = (text: string | undefined): string | undefined => {
  const ip = text === undefined ? undefined : parseIpv4(text)
  return ip && formatIp(ip)
}
