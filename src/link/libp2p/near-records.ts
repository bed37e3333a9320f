import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { ResponsePacket } from 'multicast-dns'
import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts'
import { formatAddress, type HostAndPort } from '../address.ts'
import type { Sighting } from '../port.ts'

/** The name under which devices ask for each other. */
export const NEAR_SERVICE = '_kith._udp.local'

/** Addresses that one announcement may name. */
export const NEAR_ADDRESSES_MAX = 8

/** Records that are looked at in one packet. */
export const NEAR_RECORDS_MAX = 32

const TTL_SECONDS = 120

/** What begins the text of a record that holds an address (libp2p's mDNS specification). */
const ADDRESS_PREFIX = 'dnsaddr='

type Answer = NonNullable<ResponsePacket['answers']>[number]

export type Records = readonly Answer[]

/** A name for this run alone: what is announced says which device it is, but not where it was seen before. */
export const randomName = (): string => randomBytes(20).toString('hex')

/** Empty when there is no address to announce. */
export const announcementOf = ({
  name,
  device,
  addresses,
}: {
  readonly name: string
  readonly device: Hex
  readonly addresses: readonly HostAndPort[]
}): Records => {
  if (addresses.length === 0) return []
  const peer = peerIdFromPublicKey(publicKeyFromRaw(fromHex(device))).toString()
  const instance = `${name}.${NEAR_SERVICE}`
  return [
    { name: NEAR_SERVICE, type: 'PTR', class: 'IN', ttl: TTL_SECONDS, data: instance },
    ...addresses.slice(0, NEAR_ADDRESSES_MAX).map(({ host, port }): Answer => ({
      name: instance,
      type: 'TXT',
      class: 'IN',
      ttl: TTL_SECONDS,
      data: `${ADDRESS_PREFIX}/${isIPv6(host) ? 'ip6' : 'ip4'}/${host}/tcp/${port}/p2p/${peer}`,
    })),
  ]
}

/** Who announces themselves in these records. Undefined for anything else, whatever a stranger put into it. */
export const sightingIn = (records: Records): Sighting | undefined => {
  const first = records.slice(0, NEAR_RECORDS_MAX)
  if (!first.some((record) => record.type === 'PTR' && record.name === NEAR_SERVICE)) return undefined
  const found = first
    .flatMap((record) => (record.type === 'TXT' ? [record.data].flat() : []))
    .map((text) => addressIn(text.toString()))
    .filter((each) => each !== undefined)
    .slice(0, NEAR_ADDRESSES_MAX)
  const device = found[0]?.device
  if (device === undefined || found.some((each) => each.device !== device)) return undefined
  return { device, addresses: found.map((each) => each.address) }
}

const addressIn = (text: string): { readonly device: Hex; readonly address: string } | undefined => {
  if (!text.startsWith(ADDRESS_PREFIX)) return undefined
  try {
    const parts = multiaddr(text.slice(ADDRESS_PREFIX.length)).getComponents()
    const [ip, tcp, p2p] = parts
    if (parts.length !== 3 || (ip?.name !== 'ip4' && ip?.name !== 'ip6') || tcp?.name !== 'tcp' || p2p?.name !== 'p2p')
      return undefined
    const key = peerIdFromString(p2p.value ?? '').publicKey
    const port = Number(tcp.value)
    if (key?.type !== 'Ed25519' || ip.value === undefined || port === 0) return undefined
    return { device: toHex(key.raw), address: formatAddress({ host: ip.value, port }) }
  } catch {
    return undefined
  }
}
