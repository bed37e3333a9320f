import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Hex } from '../core/bytes/hex.ts'
import { NO_STUN } from '../core/stun/ports.ts'
import type { Failure, Millis } from '../view/view.ts'
import { formatAddress, pathOf, RELAY_ADDRESS } from './address.ts'
import { connectEnds, type MemoryEnd, type NetworkOptions } from './memory-link.ts'
import type { Endpoint, Link, Sighting } from './port.ts'
import type { Relayed, ServerEndpoint } from './server-port.ts'

/** How often somebody near is seen again, as an announcement on a real network would be. */
export const SIGHTING_MILLIS = 10_000

/** How long a dial to somebody who cannot be reached waits. */
export const MEMORY_DIAL_MILLIS_MAX = 5_000

/**
 * A network in simulated time: no sockets, no timers, no dice but `random`. Same options and same calls, same run.
 * Devices that were never parted reach each other; `near` shows each to each.
 */
export type Network = {
  /** A device joins, again after `crash`. `address` is `HOST:PORT`. */
  peer(input: { readonly device: Hex; readonly address: string }): Endpoint
  server(input: { readonly device: Hex; readonly address: string }): ServerEndpoint
  /** Parts two devices: their links die, no dial between them succeeds until `mend`. Relayed links are not theirs. */
  part(a: Hex, b: Hex): void
  mend(a: Hex, b: Hex): void
  /** Nobody can dial this device but through a server, as behind a router; or everybody can again. */
  hide(device: Hex, hidden: boolean): void
  /** Ends a device between two instants: nothing is flushed, its links are lost. */
  crash(device: Hex): void
  /** Kills the links between two devices once, whatever carries them. */
  breakLinks(a: Hex, b: Hex): void
  /** Links that stand, each counted once. */
  links(): number
}

/** What the simulated relay does not look at: it has no limits, and nobody meets there. */
const NOT_COUNTED: Omit<Relayed, 'links' | 'linksTotal' | 'bytesTotal' | 'replacedTotal'> = {
  pairs: 0,
  pairsTotal: 0,
  metUnrelayedTotal: 0,
  waitingBytes: 0,
  refused: {
    'not-registered': 0,
    unreachable: 0,
    'device-full': 0,
    'address-full': 0,
    'wanted-full': 0,
    'relay-full': 0,
    'too-often': 0,
  },
}

type Member = {
  readonly device: Hex
  readonly address: string
  readonly server: boolean
  near: boolean
  onLink: (link: Link) => void
  onSighting: (sighting: Sighting) => void
}

const pair = (a: Hex, b: Hex): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

export const createNetwork = (options: NetworkOptions): Network => {
  const { time, random, delay } = options
  const members = new Map<Hex, Member>()
  const parted = new Set<string>()
  const hidden = new Set<Hex>()
  const carried = { linksTotal: 0, bytesTotal: 0, replacedTotal: 0 }
  const ends = new Set<MemoryEnd>()

  const travel = (): Millis => delay.least + random() * (delay.most - delay.least)
  const reaches = (from: Hex, to: Hex): boolean => members.has(to) && !parted.has(pair(from, to))
  const endsOf = (device: Hex): MemoryEnd[] => [...ends].filter((end) => end.owner === device)
  const serversOf = (device: Hex): readonly Hex[] =>
    endsOf(device).flatMap(({ link }) => (link.protocol === 'server' && link.dialled ? [link.device] : []))
  const relayedThrough = (server: Hex): MemoryEnd[] =>
    [...ends].filter(({ link }) => link.server === server && link.dialled)

  const wait = (millis: Millis, signal: AbortSignal): Promise<'waited' | 'aborted'> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve('aborted')
      const cancel = time.after(millis, () => {
        signal.removeEventListener('abort', abort)
        resolve('waited')
      })
      const abort = (): void => {
        cancel()
        resolve('aborted')
      }
      signal.addEventListener('abort', abort, { once: true })
    })

  const join = (member: Member): Member => {
    members.set(member.device, member)
    return member
  }

  const leave = (device: Hex, how: 'closed' | 'crashed'): void => {
    members.delete(device)
    for (const end of endsOf(device)) {
      if (how === 'closed') end.link.close()
      else end.break('the other side crashed')
    }
  }

  /** Finds who would answer, after the time that a real network takes to say so. */
  const find = async (from: Hex, address: string, signal: AbortSignal): Promise<Result<Member, Failure>> => {
    const there = [...members.values()].find((member) => member.address === address)
    const silent = there === undefined || hidden.has(there.device) || parted.has(pair(from, there.device))
    const waited = await wait(silent && there !== undefined ? MEMORY_DIAL_MILLIS_MAX : travel() * 2, signal)
    if (waited === 'aborted') return refuse({ kind: 'closed', detail: 'the dial was given up' })
    if (there === undefined) return refuse({ kind: 'refused', detail: 'ECONNREFUSED' })
    if (silent || !reaches(from, there.device)) return refuse({ kind: 'timeout', detail: 'ETIMEDOUT' })
    return members.get(there.device) === there ? accept(there) : refuse({ kind: 'refused', detail: 'ECONNREFUSED' })
  }

  const connect = (from: Member, to: Member, address: string, via?: Hex): Link => {
    const backAddress = via === undefined ? from.address : RELAY_ADDRESS
    const [mine, theirs] = connectEnds(options, {
      from: { owner: from.device, address, path: pathOf(address) },
      to: { owner: to.device, address: backAddress, path: pathOf(backAddress) },
      protocol: to.server ? 'server' : 'peer',
      via,
      onTaken: (bytes) => (carried.bytesTotal += via === undefined ? 0 : bytes),
      onReplaced: () => (carried.replacedTotal += via === undefined ? 0 : 1),
    })
    if (via !== undefined) carried.linksTotal += 1
    for (const end of [mine, theirs]) {
      ends.add(end)
      void end.link.closed.then(() => forget(end))
    }
    // As on a real network, the dialling side knows first.
    time.after(travel(), () => (members.get(to.device) === to ? to.onLink(theirs.link) : theirs.break('gone')))
    return mine.link
  }

  /** A relayed link dies with either of the links to the server that carry it. */
  const forget = (end: MemoryEnd): void => {
    ends.delete(end)
    if (end.link.protocol !== 'server') return
    const both = new Set([end.owner, end.link.device])
    for (const each of ends)
      if (each.link.server !== undefined && both.has(each.link.server) && both.has(each.owner))
        each.break('the relay is gone')
  }

  const dialRelay = async (
    from: Member,
    device: Hex,
    { through, signal }: { readonly through: readonly Hex[] | undefined; readonly signal: AbortSignal },
  ): Promise<Result<Link, Failure>> => {
    if ((await wait(travel() * 4, signal)) === 'aborted')
      return refuse({ kind: 'closed', detail: 'the dial was given up' })
    const mine = serversOf(from.device)
    const to = members.get(device)
    if (mine.length === 0) return refuse({ kind: 'unreachable', detail: 'no server is connected' })
    const via = (through ?? mine).find((each) => mine.includes(each) && serversOf(device).includes(each))
    if (to === undefined || via === undefined) return refuse({ kind: 'not-registered', detail: device })
    return accept(connect(from, to, RELAY_ADDRESS, via))
  }

  const sight = (seer: Member, seen: Member): void => {
    if (!seer.near || !seen.near || members.get(seen.device) !== seen || !reaches(seer.device, seen.device)) return
    seer.onSighting({ device: seen.device, addresses: [seen.address] })
  }

  const announce = (member: Member): void => {
    if (!member.near || members.get(member.device) !== member) return
    for (const other of members.values()) {
      if (other === member || other.server) continue
      time.after(travel(), () => sight(other, member))
      time.after(travel(), () => sight(member, other))
    }
    time.after(SIGHTING_MILLIS, () => announce(member))
  }

  const peer = ({ device, address }: { readonly device: Hex; readonly address: string }): Endpoint => {
    const me = join({ device, address, server: false, near: false, onLink: () => {}, onSighting: () => {} })
    return {
      device,
      addresses: () => [address],
      dial: async ({ device: to, address: where, through, signal }) => {
        if (to === device) return refuse({ kind: 'wrong-device', detail: 'this device itself' })
        if (where === RELAY_ADDRESS) return dialRelay(me, to, { through, signal })
        const found = await find(device, where, signal)
        if (!found.ok) return found
        if (found.value.device !== to) return refuse({ kind: 'wrong-device', detail: found.value.device })
        return accept(connect(me, found.value, where))
      },
      dialServer: async ({ host, port, signal }) => {
        const where = formatAddress({ host, port })
        const found = await find(device, where, signal)
        if (!found.ok) return found
        if (!found.value.server) return refuse({ kind: 'not-kith', detail: 'no server answers there' })
        if (serversOf(device).includes(found.value.device))
          return refuse({ kind: 'same-server', detail: found.value.device })
        return accept(connect(me, found.value, where))
      },
      onLink: (handler) => void (me.onLink = handler),
      overUdp: () => {},
      onSighting: (handler) => void (me.onSighting = handler),
      near: async (on) => {
        const was = me.near
        me.near = on
        if (on && !was) announce(me)
        return accept(null)
      },
      close: async () => leave(device, 'closed'),
    }
  }

  const server = ({ device, address }: { readonly device: Hex; readonly address: string }): ServerEndpoint => {
    const me = join({ device, address, server: true, near: false, onLink: () => {}, onSighting: () => {} })
    return {
      device,
      port: Number(address.slice(address.lastIndexOf(':') + 1)),
      stun: NO_STUN,
      stunRefused: [],
      meetings: () => ({ asked: 0, met: 0, alone: 0, refused: 0, otherFamily: 0 }),
      stunCounts: () => ({ answered: { tcp: 0, udp: 0 }, dropped: 0 }),
      onLink: (handler) => void (me.onLink = handler),
      relayed: (): Relayed => {
        const links = relayedThrough(device).length
        return { ...carried, ...NOT_COUNTED, links }
      },
      connections: () => endsOf(device).length,
      close: async () => leave(device, 'closed'),
    }
  }

  const between = (a: Hex, b: Hex): MemoryEnd[] => endsOf(a).filter((end) => end.link.device === b)

  return {
    peer,
    server,
    part: (a, b) => {
      parted.add(pair(a, b))
      for (const end of between(a, b)) if (end.link.server === undefined) end.break('the network parted')
    },
    mend: (a, b) => void parted.delete(pair(a, b)),
    hide: (device, on) => void (on ? hidden.add(device) : hidden.delete(device)),
    crash: (device) => leave(device, 'crashed'),
    breakLinks: (a, b) => {
      for (const end of between(a, b)) end.break('the link broke')
    },
    links: () => [...ends].filter((end) => end.link.dialled).length,
  }
}
