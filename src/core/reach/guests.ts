import type { Hex } from '../bytes/hex.ts'
import { parseAddress } from './address.ts'
import { fullAllowance, spend, type Allowance } from './allowance.ts'
import { parseIp } from './ip.ts'
import { formatServer, type ServerAddress } from './server-address.ts'

/** Servers of others that a device is connected to at once, as a guest. */
export const GUESTS_MAX = 4
/** Connections to servers that were not visited just before, which cards of others may cause in a minute. */
export const GUEST_VISITS_PER_MINUTE = 8
/** How long a server is still visited for which there is no need any more: to take away what was left there. */
export const GUEST_GRACE_MILLIS = 60_000
/** How long one that leads to nobody keeps its place while others wait for it. */
export const GUEST_TURN_MILLIS = 60_000

/** A server of others that is visited. Times in milliseconds since 1970. */
export type Guest = { readonly address: string; readonly since: number; readonly needed: number }

/** The servers that are visited, in the order in which that began. A value; `stepGuests` makes the next one. */
export type Guests = { readonly places: readonly Guest[]; readonly visits: Allowance }

export const NO_GUESTS: Guests = { places: [], visits: fullAllowance(GUEST_VISITS_PER_MINUTE) }

/** A device that is wanted and not linked directly, and where it says that it can be found. */
export type Need = {
  readonly device: Hex
  /** `HOST:PORT`, in the order of its card. */
  readonly servers: readonly string[]
  /** A link through a server stands: it is kept, and no other server is needed. */
  readonly relayed: boolean
}

/** How it stands with a server, one's own or one that is visited: `hopeful` while nothing has failed yet. */
export type Standing = 'connected' | 'hopeful' | 'failing'

/**
 * Which servers to visit now: for each device that shares no working server with this one, the first of its own that
 * works or may work. Those that lead to most devices come first; where there are more than places, those that lead to
 * nobody take turns. `own`: how it stands with a server of one's own; undefined for any other. `wake`: when to ask again.
 */
export const stepGuests = (
  guests: Guests,
  world: {
    readonly needs: readonly Need[]
    readonly own: (address: string) => Standing | undefined
    readonly visited: (address: string) => Standing | undefined
  },
  now: number,
): { readonly guests: Guests; readonly wake: number } => {
  const wanted = wantedServers(world)
  const carrying = new Set(world.needs.filter(({ relayed }) => relayed).flatMap(({ servers }) => servers))
  const touched = guests.places.map((each) =>
    wanted.has(each.address) || carrying.has(each.address) ? { ...each, needed: now } : each,
  )
  const staying = touched.filter(({ needed }) => needed + GUEST_GRACE_MILLIS > now)
  const isHeld = (address: string): boolean => carrying.has(address)
  const waiting = [...wanted.keys()]
    .filter((address) => !staying.some((each) => each.address === address))
    .toSorted((a, b) => (wanted.get(b) ?? 0) - (wanted.get(a) ?? 0))
  let places: readonly Guest[] = staying
  let { visits } = guests
  for (const address of waiting) {
    const leaver = places.length < GUESTS_MAX ? undefined : leaverOf(places, isHeld, now)
    if (places.length >= GUESTS_MAX && !leaver) break
    const spent = spend(visits, 1, GUEST_VISITS_PER_MINUTE, now)
    visits = spent.allowance
    if (spent.granted === 0) break
    places = [...places.filter((each) => each !== leaver), { address, since: now, needed: now }]
  }
  const isLeft = waiting.some((address) => !places.some((each) => each.address === address))
  return { guests: { places, visits }, wake: wakeOf(places, isLeft, now) }
}

/** By address, how many devices it would lead to. */
const wantedServers = ({
  needs,
  own,
  visited,
}: Pick<Parameters<typeof stepGuests>[1], 'needs' | 'own' | 'visited'>): ReadonlyMap<string, number> => {
  const wanted = new Map<string, number>()
  for (const { servers, relayed } of needs) {
    const isShared = servers.some((each) => (own(each) ?? 'failing') !== 'failing')
    if (relayed || isShared) continue
    const theirs = servers.filter((each) => own(each) === undefined)
    const best =
      theirs.find((each) => visited(each) === 'connected') ??
      theirs.find((each) => visited(each) !== 'failing') ??
      theirs[0]
    if (best !== undefined) wanted.set(best, (wanted.get(best) ?? 0) + 1)
  }
  return wanted
}

/** Who gives way: whoever is needed no longer, or else the one who was there longest, if it had its turn. */
const leaverOf = (places: readonly Guest[], isHeld: (address: string) => boolean, now: number): Guest | undefined => {
  const idle = places.find(({ needed }) => needed < now)
  return idle ?? places.find(({ address, since }) => !isHeld(address) && since + GUEST_TURN_MILLIS <= now)
}

const wakeOf = (places: readonly Guest[], isLeft: boolean, now: number): number => {
  const ends = places.flatMap(({ needed, since }) => [
    ...(needed < now ? [needed + GUEST_GRACE_MILLIS] : []),
    ...(isLeft ? [since + GUEST_TURN_MILLIS] : []),
  ])
  // What was left for want of an allowance is looked at again, too.
  const next = Math.min(...ends, isLeft ? now + GUEST_TURN_MILLIS : Infinity)
  return Math.max(next, now + LOOK_MILLIS_LEAST)
}

const LOOK_MILLIS_LEAST = 1_000

/**
 * Whether a server that others named may be visited. A host name may, unless it is one of this machine or of a network
 * at home; an IP address may when it is public. What is private means another machine in each network, so it counts only
 * where this device is on that very network; this machine counts only while a server of one's own is used on it.
 */
export const isVisitable = (
  server: ServerAddress,
  own: { readonly addresses: readonly string[]; readonly connected: readonly ServerAddress[] },
): boolean => {
  if (parseIp(server.host) === undefined) return isPublicName(server.host)
  const address = parseAddress(formatServer(server))
  if (!address) return false
  if (address.path === 'direct') return true
  if (address.loopback) return own.connected.some((each) => isLoopback(each))
  return own.addresses.some((each) => networkOf(each) === networkOf(address.text))
}

const isLoopback = (server: ServerAddress): boolean =>
  /^(?:.+\.)?localhost$/i.test(server.host) || parseAddress(formatServer(server))?.loopback === true

/** Not one label alone, and none of the names that never leave a network (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
const isPublicName = (host: string): boolean => {
  const name = host.toLowerCase().replace(/\.$/, '')
  // What a system may take for an IP address in one of its older spellings (127.1, 0x7f.1) is no name.
  if (/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(name)) return false
  return (
    name.includes('.') && !/\.(?:localhost|local|internal|lan|home|intranet|home\.arpa|in-addr\.arpa|alt)$/.test(name)
  )
}

/** What two addresses of one network have alike: the first 16 bits of IPv4, the first 64 of IPv6. */
const networkOf = (text: string): string | undefined => {
  const host = parseAddress(text)?.host.replace(/^\[|\]$/g, '')
  const ip = host === undefined ? undefined : parseIp(host)
  return ip && `${ip.length} ${ip.slice(0, ip.length === 4 ? 2 : 8).join('.')}`
}
