import { isHex, type Hex } from '../../core/bytes/hex.ts'
import { fullAllowance, spend } from '../../core/reach/allowance.ts'
import { ADDRESSES_POLL_MILLIS, isElsewhere, isOnThisMachine } from '../../core/reach/moved.ts'
import { decodeOffer, encodeOffer, offeredAddresses } from '../../core/reach/offer.ts'
import type { Input } from '../../core/reach/state.ts'
import { DEVICE_BYTES } from '../../core/rendezvous/messages.ts'
import type { People } from '../../core/rendezvous/people.ts'
import type { Endpoint, Link, Sighting } from '../../link/port.ts'
import { createDevice, type Device } from './device.ts'
import { createDials } from './dials.ts'
import { createNear } from './near.ts'
import type { Changed, FoundWhere, Network, Scheduler, Seen } from './port.ts'
import { createServerConnection } from './server.ts'

/** Links of devices that nobody wanted and that were not sighted: strangers who connect by themselves. */
export const STRANGERS_LINKED_MAX = 64
/** Devices that nobody wants and about which something is kept nevertheless (what they may still cause). */
export const STRANGERS_MAX = 512
/** Dials that all strangers together may cause by the offers they send. */
export const STRANGERS_DIALS_PER_MINUTE = 120

export type NetworkInput = {
  readonly endpoint: Endpoint
  readonly scheduler: Scheduler
  /** A random number in [0, 1), for spreading attempts in time. */
  readonly random: () => number
  /** False for a device with which nothing is to be had (blocked): its links are closed, its offers and sightings passed over. */
  readonly admits: (device: Hex) => boolean
  /** Told of what a handler threw. */
  readonly log?: (message: string, error: unknown) => void
}

/** Opens nothing yet: the endpoint listens already, and everything else begins with the calls. */
export const openNetwork = ({ endpoint, scheduler, random, admits, log }: NetworkInput): Network => {
  const devices = new Map<Hex, Device>()
  const dials = createDials()
  const handlers: Handlers = { link: (link) => link.close(), seen: () => {}, gone: () => {}, change: () => {} }
  let strangersDials = fullAllowance(STRANGERS_DIALS_PER_MINUTE)
  let addresses = endpoint.addresses()
  let closed = false

  const guarded = (run: () => void): boolean => {
    try {
      if (!closed) run()
      return true
    } catch (error) {
      log?.('a handler of the network failed', error)
      return false
    }
  }

  const changed = (what: Changed): void => void guarded(() => handlers.change(what))

  const deviceOf = (device: Hex): Device => {
    const known = devices.get(device)
    if (known) return known
    const made = createDevice({
      device,
      server: server.connected,
      endpoint,
      scheduler,
      random,
      dials,
      call: (kind) => server.call(device, encodeOffer(kind, offeredAddresses(endpoint.addresses(), server.observed()))),
      // A link that nobody took would hold its sender back for ever.
      onLink: (link) => guarded(() => handlers.link(link)) || link.close(),
      onLinked: (linked) => near.linkedIs(device, linked),
      onChanged: () => changed({ device }),
    })
    devices.set(device, made)
    return made
  }

  /** The same for somebody unasked; undefined when there are too many of these already. */
  const strangerOf = (device: Hex): Device | undefined => {
    const known = devices.get(device)
    if (known || countStrangers() < STRANGERS_MAX) return known ?? deviceOf(device)
    for (const [each, one] of devices)
      if (one.isForgettable(scheduler.now())) {
        one.close()
        devices.delete(each)
      }
    return countStrangers() < STRANGERS_MAX ? deviceOf(device) : undefined
  }

  const countStrangers = (): number => {
    let count = 0
    for (const each of devices.values()) if (!each.wanted) count += 1
    return count
  }

  const tellAll = (input: Input): void => {
    for (const device of devices.values()) device.take(input)
  }

  const found = (seen: Seen): void => void guarded(() => handlers.seen(seen))
  const gone = (device: Hex, by: FoundWhere): void => void guarded(() => handlers.gone({ device, by }))

  const near = createNear({
    endpoint,
    scheduler,
    onCame: (device) => found({ device, by: 'nearby' }),
    onWent: (device) => {
      devices.get(device)?.take({ kind: 'unsighted' })
      devices.get(device)?.take({ kind: 'near', on: false })
      gone(device, 'nearby')
    },
    onPlaced: (device) => strangerOf(device)?.take({ kind: 'near', on: true }),
    onChanged: () => changed({ nearby: true }),
  })

  const sighted = (sighting: Sighting): void => {
    const { device } = sighting
    if (closed || device === endpoint.device || !isDevice(device) || !admits(device) || !near.sight(sighting)) return
    const known = devices.get(device)
    known?.take({ kind: 'sighted', addresses: sighting.addresses })
    if (known?.linked) near.linkedIs(device, true)
  }

  const accepted = (link: Link): void => {
    const { device } = link
    const known = devices.get(device)
    const isExpected = known?.wanted === true || near.has(device)
    const isTooMany = !isExpected && countStrangersLinked() >= STRANGERS_LINKED_MAX
    if (closed || device === endpoint.device || link.protocol !== 'peer' || !admits(device) || isTooMany) link.close()
    else (strangerOf(device) ?? { accept: (one: Link) => one.close() }).accept(link)
  }

  const countStrangersLinked = (): number => {
    let count = 0
    for (const [device, each] of devices) if (!each.wanted && !near.has(device) && each.linked) count += 1
    return count
  }

  const called = (from: Hex, bytes: Uint8Array): void => {
    if (from === endpoint.device || !admits(from)) return
    const offer = decodeOffer(bytes)
    if (!offer.ok) return
    const known = devices.get(from)
    if (known?.wanted) return known.take({ kind: 'heard', offer: offer.value })
    const wanted = Math.max(1, offer.value.addresses.length)
    const { allowance, granted } = spend(strangersDials, wanted, STRANGERS_DIALS_PER_MINUTE, scheduler.now())
    strangersDials = allowance
    if (granted === 0) return
    const { kind, addresses: offered } = offer.value
    strangerOf(from)?.take({ kind: 'heard', offer: { kind, addresses: offered.slice(0, granted) } })
  }

  const peopleAre = (before: People, now: People): void => {
    for (const device of before.keys()) if (device !== endpoint.device && !now.has(device)) gone(device, 'server')
    for (const [device, listing] of now) {
      const last = before.get(device)
      if (device === endpoint.device || (last && isSame(last, listing))) continue
      if (!last) devices.get(device)?.take({ kind: 'appeared' })
      found({ device, by: 'server', listing })
    }
  }

  const server = createServerConnection({
    endpoint,
    scheduler,
    random,
    onConnected: (on) => tellAll({ kind: 'server', on }),
    onPeople: peopleAre,
    onCalled: called,
    onAbsent: (device) => devices.get(device)?.take({ kind: 'absent' }),
    onChanged: () => changed({ server: true }),
  })

  let cancelLook = (): void => {}
  const look = (): void => {
    cancelLook = scheduler.after(ADDRESSES_POLL_MILLIS, look)
    const before = addresses
    addresses = endpoint.addresses()
    if (addresses.toSorted().join() === before.toSorted().join()) return
    const elsewhere = isElsewhere(before, addresses)
    if (elsewhere)
      for (const device of devices.values())
        for (const link of device.links())
          if (link.path !== 'relayed' && !isOnThisMachine(link.address)) link.close()
    server.moved(elsewhere)
    near.retry()
    tellAll({ kind: 'moved' })
  }
  look()

  endpoint.onLink(accepted)
  endpoint.onSighting(sighted)

  return {
    want: (device, known) => {
      if (!closed && isDevice(device) && device !== endpoint.device)
        deviceOf(device).take({ kind: 'want', addresses: known })
    },
    release: (device) => devices.get(device)?.take({ kind: 'release' }),
    tryNow: (device) => devices.get(device)?.take({ kind: 'try-now' }),
    reach: (device) => devices.get(device)?.reach() ?? { attempts: [] },
    remembered: (device) => devices.get(device)?.remembered() ?? [],
    onLink: (handler) => void (handlers.link = handler),
    onSeen: (handler) => void (handlers.seen = handler),
    onGone: (handler) => void (handlers.gone = handler),
    onChange: (handler) => void (handlers.change = handler),
    useServer: (address) => {
      if (!closed) server.use(address)
    },
    server: () => server.state(),
    announce: (announcement) => {
      if (!closed) server.announce(announcement)
    },
    card: (device) => (closed || !isDevice(device) ? Promise.resolve(undefined) : server.card(device)),
    setNearby: (on) => {
      if (!closed) near.set(on)
    },
    nearby: () => near.state(),
    addresses: () => endpoint.addresses(),
    close: () => {
      if (closed) return
      closed = true
      cancelLook()
      for (const device of devices.values()) device.close()
      near.set(false)
      server.close()
    },
  }
}

type Handlers = {
  link: (link: Link) => void
  seen: (seen: Seen) => void
  gone: (gone: { readonly device: Hex; readonly by: FoundWhere }) => void
  change: (what: Changed) => void
}

const isDevice = (device: Hex): boolean => isHex(device, DEVICE_BYTES)

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])
