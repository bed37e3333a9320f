import { isHex, type Hex } from '../../core/bytes/hex.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import { fullAllowance, spend } from '../../core/reach/allowance.ts'
import { isElsewhere, isOnThisMachine } from '../../core/reach/moved.ts'
import { decodeOffer, encodeOffer, offeredAddresses } from '../../core/reach/offer.ts'
import type { Need } from '../../core/reach/guests.ts'
import { formatServer } from '../../core/reach/server-address.ts'
import type { Shown } from '../../core/reach/state.ts'
import { DEVICE_BYTES } from '../../core/rendezvous/messages.ts'
import type { People } from '../../core/rendezvous/people.ts'
import type { Outside } from '../../link/outside.ts'
import type { Endpoint, Link, Sighting } from '../../link/port.ts'
import { createDevice, type Device } from './device.ts'
import { createDevices } from './devices.ts'
import { createDials } from './dials.ts'
import { createHandlers } from './handlers.ts'
import { createNear } from './near.ts'
import { createOwnNetwork } from './own-network.ts'
import type { Network, Scheduler } from './port.ts'
import { createServers } from './servers.ts'
import { steady } from './steady.ts'
import { watchAddresses } from './watch-addresses.ts'

/** Answers that all strangers together may cause by the offers they send. */
export const STRANGERS_ANSWERS_PER_MINUTE = 120

export type NetworkInput = {
  readonly endpoint: Endpoint
  /** Absent where nothing lies between this device and the others, as in a simulation. */
  readonly outside?: Outside | undefined
  readonly scheduler: Scheduler
  /** A random number in [0, 1), for spreading attempts in time. */
  readonly random: () => number
  readonly crypto: Crypto
  /** False for a device with which nothing is to be had (blocked): its links are closed, its offers and sightings passed over. */
  readonly admits: (device: Hex) => boolean
  /** True for a contact and for who is in a conversation with this person: they may learn where this device is. */
  readonly isFamiliar: (device: Hex) => boolean
  /** Told of what a handler threw. */
  readonly log?: (message: string, error: unknown) => void
}

/** Opens nothing yet: the endpoint listens already, and everything else begins with the calls. */
export const openNetwork = (input: NetworkInput): Network => {
  const { endpoint, random } = input
  const scheduler = steady(input.scheduler)
  const handlers = createHandlers(input.log)
  const dials = createDials()
  let strangersAnswers = fullAllowance(STRANGERS_ANSWERS_PER_MINUTE)
  /** Where devices that are wanted say that they can be found. */
  const homes = new Map<Hex, readonly string[]>()
  let directly = true
  let closed = false

  /** Whether anything is to be had with whoever bears this id. */
  const isWelcome = (device: Hex): boolean => !closed && isOther(device) && input.admits(device)
  const isOther = (device: Hex): boolean => device !== endpoint.device && isHex(device, DEVICE_BYTES)

  const shownTo = (device: Hex): Shown => {
    if (!directly) return 'nowhere'
    return input.isFamiliar(device) ? 'everywhere' : 'this-machine'
  }

  /** What this device tells the other of where it is. */
  const addressesFor = (device: Hex): readonly string[] => {
    const shown = shownTo(device)
    const observed = servers.observed()
    if (shown === 'everywhere') return offeredAddresses(endpoint.addresses(), observed, ownNetwork.mapped())
    // Of use to nobody but who shares this machine, as the server then does.
    const isHere = shown === 'this-machine' && observed !== undefined && isOnThisMachine(observed)
    return isHere ? endpoint.addresses().filter(isOnThisMachine) : []
  }

  const reconsider = (device: Hex): void => devices.get(device)?.show(shownTo(device))

  const create = (device: Hex): Device =>
    createDevice({
      device,
      shown: shownTo(device),
      server: servers.connected,
      endpoint,
      scheduler,
      random,
      dials,
      call: (kind) => servers.call(device, kind, encodeOffer(kind, addressesFor(device))),
      through: () => servers.through(device),
      serverName: servers.nameOf,
      onLink: handlers.link,
      onLinked: (linked) => near.linkedIs(device, linked),
      onChanged: () => {
        servers.look()
        handlers.change({ device })
      },
    })

  const near = createNear({
    endpoint,
    scheduler,
    onCame: (device) => handlers.seen({ device, by: 'nearby' }),
    onWent: (device) => {
      devices.get(device)?.take({ kind: 'unsighted' })
      devices.get(device)?.take({ kind: 'near', on: false })
      handlers.gone({ device, by: 'nearby' })
    },
    onPlaced: (device) => {
      if (isWelcome(device)) devices.stranger(device)?.take({ kind: 'near', on: true })
    },
    onChanged: () => handlers.change({ nearby: true }),
  })

  const devices = createDevices(create, near.hasPlace, scheduler.now)

  const sighted = (sighting: Sighting): void => {
    const { device, addresses } = sighting
    if (!isWelcome(device) || !near.sight(sighting)) return
    const known = devices.get(device)
    known?.take({ kind: 'sighted', addresses })
    if (known?.linked) near.linkedIs(device, true)
  }

  const accepted = (link: Link): void => {
    const { device } = link
    const isExpected = devices.get(device)?.wanted === true || near.hasPlace(device)
    const isAllowed = link.protocol === 'peer' && (directly || link.path === 'relayed')
    const isTaken = isWelcome(device) && isAllowed && (isExpected || devices.makePlace())
    const stranger = isTaken ? devices.stranger(device) : undefined
    if (stranger) stranger.accept(link)
    else link.close()
  }

  const called = (from: Hex, bytes: Uint8Array): void => {
    if (!isWelcome(from)) return
    const offer = decodeOffer(bytes)
    if (!offer.ok) return
    reconsider(from)
    const known = devices.get(from)
    if (known?.wanted) return known.take({ kind: 'heard', offer: offer.value })
    if (!input.isFamiliar(from)) {
      const { allowance, granted } = spend(strangersAnswers, 1, STRANGERS_ANSWERS_PER_MINUTE, scheduler.now())
      strangersAnswers = allowance
      if (granted === 0) return
    }
    devices.stranger(from)?.take({ kind: 'heard', offer: offer.value })
  }

  const peopleAre = (before: People, now: People): void => {
    for (const device of before.keys()) if (isOther(device) && !now.has(device)) handlers.gone({ device, by: 'server' })
    for (const [device, listing] of now) {
      const last = before.get(device)
      if (!isOther(device) || (last && isSame(last, listing))) continue
      if (!last) devices.get(device)?.take({ kind: 'appeared' })
      handlers.seen({ device, by: 'server', listing })
    }
  }

  const needs = (): readonly Need[] | undefined => {
    // Somebody's server may be that very person, who would see this device's address.
    if (!directly) return undefined
    return [...homes].flatMap(([id, addresses]) => {
      const device = devices.get(id)
      const path = device?.reach().link?.path
      if (!device?.wanted || addresses.length === 0 || (path !== undefined && path !== 'relayed')) return []
      return [{ device: id, servers: addresses, relayed: path === 'relayed' }]
    })
  }

  const servers = createServers({
    endpoint,
    scheduler,
    random,
    crypto: input.crypto,
    needs,
    onServed: ({ more, guest }) => {
      devices.tellAll({ kind: 'server', on: servers.connected })
      if (!more) return
      ownNetwork.changed()
      if (guest === undefined) devices.tellAll({ kind: 'served' })
      for (const [id, addresses] of homes)
        if (guest !== undefined && addresses.includes(guest)) devices.get(id)?.take({ kind: 'served' })
    },
    onPeople: peopleAre,
    onCalled: called,
    onAbsent: (device) => devices.get(device)?.take({ kind: 'absent' }),
    onChanged: () => handlers.change({ server: true }),
    onArrived: handlers.arrived,
  })

  const ownNetwork = createOwnNetwork({
    outside: input.outside,
    scheduler,
    addresses: () => endpoint.addresses(),
    standpoints: () => servers.standpoints(),
    onMapped: () => devices.tellAll({ kind: 'moved' }),
    onChanged: () => handlers.change({ network: true }),
  })

  const moved = (before: readonly string[], now: readonly string[]): void => {
    const elsewhere = isElsewhere(before, now)
    for (const device of devices.all()) {
      device.ask()
      if (!elsewhere) continue
      for (const link of device.links())
        // A relayed link ends with the connection to the server, or stays with it.
        if (link.path !== 'relayed' && !isOnThisMachine(link.address)) link.close()
    }
    servers.moved(elsewhere)
    near.look()
    ownNetwork.changed()
    devices.tellAll({ kind: 'moved' })
  }
  const stopWatching = watchAddresses(endpoint, scheduler, moved)

  endpoint.onLink(accepted)
  endpoint.onSighting(sighted)
  endpoint.overUdp({
    answers: (device) => isWelcome(device) && devices.get(device)?.wanted === true && shownTo(device) === 'everywhere',
    stun: () => servers.standpoints().flatMap(({ host, ports: { udp } }) => (udp[0] ? [{ host, port: udp[0] }] : [])),
  })

  return {
    want: (device, addresses, at) => {
      if (closed || !isOther(device)) return
      if (at) homes.set(device, at.map(formatServer))
      reconsider(device)
      devices.wanted(device).take({ kind: 'want', addresses })
      servers.look()
    },
    reconsider,
    setDirectly: (on) => {
      if (closed || on === directly) return
      directly = on
      ownNetwork.setDirectly(on)
      for (const device of devices.ids()) reconsider(device)
      servers.look()
    },
    foundAt: (device, at) => {
      if (!devices.get(device)?.wanted) return
      homes.set(device, at.map(formatServer))
      servers.look()
    },
    release: (device) => {
      // Who is not admitted any longer is not linked for being near either.
      if (!input.admits(device)) devices.get(device)?.take({ kind: 'near', on: false })
      devices.get(device)?.take({ kind: 'release' })
      homes.delete(device)
      servers.look()
    },
    isComing: (device) => {
      const each = devices.get(device)
      return !closed && each !== undefined && (each.coming || (each.wanted && servers.coming))
    },
    tryNow: (device) => devices.get(device)?.take({ kind: 'try-now' }),
    reach: (device) => devices.get(device)?.reach() ?? { shown: shownTo(device), candidates: [], attempts: [] },
    offerFor: (device) => {
      const addresses = addressesFor(device)
      return addresses.length > 0 ? encodeOffer('answer', addresses) : undefined
    },
    placed: (device, bytes) => {
      const offer = decodeOffer(bytes)
      if (offer.ok) devices.get(device)?.take({ kind: 'placed', addresses: offer.value.addresses })
    },
    measure: (device) => devices.get(device)?.ask(),
    remembered: (device) => devices.get(device)?.remembered() ?? [],
    ...handlers.setters,
    useServers: (addresses) => {
      if (!closed) servers.use(addresses)
    },
    servers: () => servers.states(),
    announce: (announcement) => {
      if (!closed) servers.announce(announcement)
    },
    card: (device) => (!closed && isOther(device) ? servers.card(device) : Promise.resolve(undefined)),
    mailboxes: { servers: () => servers.mailboxes(), onArrived: handlers.onArrived },
    setNearby: (on) => {
      if (!closed) near.set(on)
    },
    nearby: () => near.state(),
    addresses: () => endpoint.addresses(),
    outside: () => ownNetwork.outside(servers.observed()),
    ownNetwork: ownNetwork.state,
    lookAgain: ownNetwork.look,
    mapPorts: ownNetwork.mapPorts,
    close: () => {
      if (closed) return
      closed = true
      handlers.close()
      stopWatching()
      for (const device of devices.all()) device.close()
      near.set(false)
      ownNetwork.close()
      servers.close()
    },
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])
