import { isIpv6, parseAddress, type Address } from './address.ts'

/** What a server said to one question: where it came from, by this device's own account and by the server's. */
export type Seen = { readonly local: Address; readonly outside: Address }

/** What came of asking a server's ports, over each transport from one and the same port of this device. */
export type Look = {
  readonly tcp: readonly Seen[]
  readonly udp: readonly Seen[]
  /** Whether the server answers such questions over UDP at all. */
  readonly udpAsked: boolean
}

/**
 * What a router makes of this device's ports (RFC 4787, 4.1). A server has one address and two ports: what depends on
 * the other side's address alone looks as if it depended on nothing.
 */
export type Mapping =
  /** No router, or one that changes nothing. */
  | { readonly kind: 'none'; readonly outside: string }
  /** One port outside for one port inside, whoever is called: whoever is told of it can use it. */
  | { readonly kind: 'endpoint-independent'; readonly outside: string; readonly portKept: boolean }
  /** Each connection gets a port of its own ("symmetric"): nobody else knows the one that they would need. */
  | { readonly kind: 'address-and-port-dependent'; readonly outside: string }
  | { readonly kind: 'unknown' }

/** One family of addresses. */
export type Family = {
  /** The best address that this device has: `private` is one of its own network alone. */
  readonly address: 'none' | 'private' | 'global'
  /**
   * `inside`: the server that answered stands on the own network and sees nothing of the router. `unasked`: no server is
   * there to ask, or none that has such an address.
   */
  readonly server: 'answers' | 'silent' | 'inside' | 'unasked'
  readonly tcp: Mapping
  readonly udp: Mapping
}

/** What is known of the network that this device is on. */
export type OwnNetwork = {
  readonly ipv4: Family
  readonly ipv6: Family
  readonly udp: 'leaves' | 'blocked' | 'unknown'
  /** Whether the provider has one more router before the home's own (carrier-grade, RFC 6598). */
  readonly carrier: 'suspected' | 'no' | 'unknown'
}

/** What the network comes to for those who want to reach this device. */
export type Outlook =
  /** Whoever knows the address can call. */
  | 'open'
  /** Both sides call at one moment, and nearly always it works. */
  | 'callable'
  /** That works with those whose router is not of the same kind. */
  | 'hard'
  | 'unknown'

/**
 * What follows from what was asked. `addresses`: where this device listens; a family without a look was not asked.
 * `mapped`: the outside address of a port that the router passes on, when it does.
 */
export const judgeNetwork = ({
  addresses,
  ipv4,
  ipv6,
  mapped,
}: {
  readonly addresses: readonly string[]
  readonly ipv4?: Look
  readonly ipv6?: Look
  readonly mapped?: string
}): OwnNetwork => {
  const own = addresses.flatMap((text) => parseAddress(text) ?? [])
  const looks = [ipv4, ipv6].flatMap((look) => look ?? [])
  return {
    ipv4: familyOf(
      own.filter((each) => !isIpv6(each)),
      ipv4,
    ),
    ipv6: familyOf(own.filter(isIpv6), ipv6),
    udp: udpOf(looks),
    carrier: carrierOf(ipv4, mapped === undefined ? undefined : parseAddress(mapped)),
  }
}

export const outlookOf = ({ ipv4, ipv6, carrier }: OwnNetwork, isMapped: boolean): Outlook => {
  if ((isMapped && carrier !== 'suspected') || ipv4.tcp.kind === 'none') return 'open'
  // One family that works is enough with everybody who has it, too: the better one counts.
  const kinds = new Set([ipv4, ipv6].flatMap((family) => (family.address === 'none' ? [] : [family.tcp.kind])))
  if (kinds.has('endpoint-independent') || kinds.has('none')) return 'callable'
  return kinds.has('address-and-port-dependent') ? 'hard' : 'unknown'
}

/**
 * Whether the port at this outside address can lead others here: a second router before the one that said so shows in
 * that a server sees this device elsewhere. Where none is connected, or one that sees it over the other family, there is nothing
 * to go by.
 */
export const isReachable = (mapped: string, observed: string | undefined): boolean => {
  const outside = parseAddress(mapped)
  const seen = observed === undefined ? undefined : parseAddress(observed)
  if (outside?.path !== 'direct') return false
  return seen === undefined || isIpv6(seen) !== isIpv6(outside) || seen.host === outside.host
}

const familyOf = (own: readonly Address[], look: Look | undefined): Family => {
  const beyond = own.filter(({ loopback, host }) => !loopback && !/^\[fe[89ab]|^169\.254\./.test(host))
  const isGlobal = beyond.some(({ path }) => path === 'direct')
  const address = isGlobal ? 'global' : beyond.length > 0 ? 'private' : 'none'
  if (!look) return { address, server: 'unasked', tcp: UNKNOWN, udp: UNKNOWN }
  const seen = [...look.tcp, ...look.udp]
  if (seen.length === 0) return { address, server: 'silent', tcp: UNKNOWN, udp: UNKNOWN }
  if (seen.some(({ outside }) => outside.path === 'nearby'))
    return { address, server: 'inside', tcp: UNKNOWN, udp: UNKNOWN }
  return { address, server: 'answers', tcp: mappingOf(look.tcp), udp: mappingOf(look.udp) }
}

const UNKNOWN: Mapping = { kind: 'unknown' }

const mappingOf = (seen: readonly Seen[]): Mapping => {
  const [first, ...others] = seen
  if (!first) return UNKNOWN
  const outside = first.outside.text
  if (seen.every((each) => each.outside.text === each.local.text)) return { kind: 'none', outside }
  if (others.some((each) => each.outside.text !== outside)) return { kind: 'address-and-port-dependent', outside }
  // One answer alone is no comparison.
  if (others.length === 0) return UNKNOWN
  return { kind: 'endpoint-independent', outside, portKept: first.outside.port === first.local.port }
}

/** Held back: nothing came over UDP from a server that answers there, and that did answer over TCP. */
const udpOf = (looks: readonly Look[]): OwnNetwork['udp'] => {
  if (looks.some(({ udp }) => udp.length > 0)) return 'leaves'
  return looks.some(({ udpAsked, tcp }) => udpAsked && tcp.length > 0) ? 'blocked' : 'unknown'
}

const carrierOf = (look: Look | undefined, mapped: Address | undefined): OwnNetwork['carrier'] => {
  const [seen] = look?.tcp ?? []
  const outside = seen?.outside.path === 'direct' ? seen.outside : undefined
  if (mapped && (mapped.path === 'nearby' || (outside && mapped.host !== outside.host))) return 'suspected'
  if (seen && outside && isShared(seen.local.host)) return 'suspected'
  return mapped && outside ? 'no' : 'unknown'
}

/** 100.64.0.0/10, which providers give to the routers of their customers (RFC 6598). */
const isShared = (host: string): boolean => /^100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\./.test(host)
