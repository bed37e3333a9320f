/** The bytes of an IP address, in network order: 4 of IPv4, 16 of IPv6. */
export type Ip = readonly number[]

/**
 * Reads an IP address, strictly: no names, no zones, no short forms of IPv4. An IPv4 address that is spelt as one of IPv6
 * (`::ffff:192.0.2.1`, RFC 4291, 2.5.5.2) is read as what it is.
 */
export const parseIp = (text: string): Ip | undefined => {
  const bytes = parseIpv4(text) ?? parseIpv6(text)
  return bytes && (ipv4Within(bytes) ?? bytes)
}

/** The one text of an address: an IPv6 address as in RFC 5952, without brackets. */
export const formatIp = (ip: Ip): string => (ip.length === 4 ? ip.join('.') : formatIpv6(ip))

export const parseIpv4 = (text: string): Ip | undefined => {
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
