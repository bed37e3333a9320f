import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { isIPv4, isIPv6 } from 'node:net'
import type { HostAndPort } from '../address.ts'

/** What libp2p calls an address. */
export const multiaddrOf = ({ host, port }: HostAndPort): Multiaddr => {
  const [ip = host, zone] = host.split('%')
  if (isIPv4(ip)) return multiaddr(`/ip4/${ip}/tcp/${port}`)
  if (isIPv6(ip))
    return multiaddr(zone === undefined ? `/ip6/${ip}/tcp/${port}` : `/ip6zone/${zone}/ip6/${ip}/tcp/${port}`)
  return multiaddr(`/dns/${encodeURIComponent(host)}/tcp/${port}`)
}

export const addressOf = (address: Multiaddr): HostAndPort => {
  const components = address.getComponents()
  const host = components.find(({ name }) => name === 'ip4' || name === 'ip6')?.value ?? 'unknown'
  return { host, port: Number(components.find(({ name }) => name === 'tcp')?.value ?? 0) }
}
