import type { Hex } from '../../core/bytes/hex.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import { isVisitable, NO_GUESTS, stepGuests, type Guests, type Need, type Standing } from '../../core/reach/guests.ts'
import type { Offer } from '../../core/reach/offer.ts'
import { formatServer, readServer, SERVERS_MAX, type ServerAddress } from '../../core/reach/server-address.ts'
import type { People } from '../../core/rendezvous/people.ts'
import type { Endpoint } from '../../link/port.ts'
import type { ServerState } from '../../view/view.ts'
import { createAlarm } from './alarm.ts'
import type { Standpoint } from './own-network.ts'
import type { Announcement, Arrived, Scheduler, ServerMailboxes } from './port.ts'
import { createRoutes } from './routes.ts'
import { createServerConnection, type ServerConnection } from './server.ts'

/** Names under which servers were found that are connected by another one. */
const ALIASES_MAX = 64

export type ServersInput = {
  readonly endpoint: Endpoint
  readonly scheduler: Scheduler
  /** A random number in [0, 1). */
  readonly random: () => number
  readonly crypto: Crypto
  /** The devices that are wanted and not linked directly, and where they can be found; undefined: none is to be visited. */
  readonly needs: () => readonly Need[] | undefined
  /** A server is connected, or is no longer, through which devices may be called. `guest`: its address, where it is visited. */
  readonly onServed: (served: { readonly more: boolean; readonly guest: string | undefined }) => void
  /** Before and after, as on one list of all servers. */
  readonly onPeople: (before: People, now: People) => void
  readonly onCalled: (from: Hex, offer: Uint8Array) => void
  /** None of the servers that were asked has this device. */
  readonly onAbsent: (device: Hex) => void
  readonly onChanged: () => void
  readonly onArrived: (arrived: Arrived) => void
}

/** The connections to the person's own servers, and to those that are visited because somebody else is there. */
export type Servers = {
  use(addresses: readonly ServerAddress[]): void
  /** Looks whether other servers are to be visited: who is wanted or linked has changed. */
  look(): void
  announce(announcement: Announcement): void
  card(device: Hex): Promise<Uint8Array | undefined>
  /** Brings the device this offer: a question through every server, an answer the way on which the question came. */
  call(device: Hex, kind: Offer['kind'], offer: Uint8Array): void
  /** Whether a server is connected through which this device may be called and relayed to. */
  readonly connected: boolean
  /** Whether one of the person's own is called for the first time. */
  readonly coming: boolean
  /** The keys of the servers through which this device may be linked, the best first. */
  through(device: Hex): readonly Hex[]
  /** What the connected server with this key calls itself, or else its address. */
  nameOf(key: Hex): string | undefined
  /** The person's own servers that are connected, and the ports at which they tell where they see this device. */
  standpoints(): readonly Standpoint[]
  /** The address that a server sees this device at. */
  observed(): string | undefined
  mailboxes(): readonly ServerMailboxes[]
  moved(elsewhere: boolean): void
  states(): readonly ServerState[]
  close(): void
}

export const createServers = (input: ServersInput): Servers => {
  const { endpoint, scheduler } = input
  let own: readonly ServerConnection[] = []
  let visited: readonly ServerConnection[] = []
  let guests: Guests = NO_GUESTS
  let announcement: Announcement | undefined
  /** Before it is known which servers are one's own, none is visited. */
  let isUsing = false
  let shown: People = new Map()
  const aliases = new Map<string, Hex>()
  const routes = createRoutes(scheduler.now)
  const alarm = createAlarm(scheduler, () => look())

  const all = (): readonly ServerConnection[] => [...own, ...visited]
  const connected = (): readonly ServerConnection[] => all().filter(({ key }) => key !== undefined)

  const connect = (address: ServerAddress, as: 'own' | 'guest'): ServerConnection => {
    const { random, crypto } = input
    const connection: ServerConnection = createServerConnection({
      address,
      as,
      isConnectedTo: (key) => all().some((each) => each !== connection && each.key === key),
      isAt: (text) => isAt(connection, text),
      endpoint,
      scheduler,
      random,
      crypto,
      onConnected: (on) => {
        // Where one was found by two names, the other connection may take its place.
        if (!on) for (const each of all()) if (each.same !== undefined) each.hurry()
        input.onServed({ more: on, guest: as === 'guest' ? connection.address : undefined })
        look()
      },
      onPeople: () => peopleChanged(),
      onCalled: (from, offer) => {
        if (connection.key !== undefined && routes.heard(from, connection.key, offer)) input.onCalled(from, offer)
      },
      onAbsent: (device) => {
        if (connection.key !== undefined && routes.absent(device, connection.key)) input.onAbsent(device)
      },
      onChanged: () => {
        noteAlias(connection)
        look()
        input.onChanged()
      },
      onArrived: (mailbox) => input.onArrived({ server: connection.address, mailbox }),
    })
    if (announcement) connection.announce(announcement)
    return connection
  }

  const noteAlias = ({ address, same }: ServerConnection): void => {
    if (same === undefined) return
    aliases.set(address, same)
    for (const oldest of aliases.keys()) if (aliases.size > ALIASES_MAX) aliases.delete(oldest)
  }

  const isAt = (connection: ServerConnection, address: string): boolean =>
    connection.address === address || (connection.key !== undefined && aliases.get(address) === connection.key)

  const peopleChanged = (): void => {
    const before = shown
    // Of two listings of one person, that of the server which was named first is shown.
    shown = new Map(own.toReversed().flatMap(({ people }) => [...people]))
    input.onPeople(before, shown)
  }

  const look = (): void => {
    if (!isUsing) return
    const needs = input.needs()
    if (needs) chooseGuests(needs)
    else guests = NO_GUESTS
    const places = guests.places.map(({ address }) => address)
    const leaving = visited.filter(({ address }) => !places.includes(address))
    const coming = places
      .filter((address) => !visited.some((each) => each.address === address))
      .flatMap((address) => readServer(address) ?? [])
      .map((address) => connect(address, 'guest'))
    if (leaving.length === 0 && coming.length === 0) return
    visited = [...visited.filter((each) => !leaving.includes(each)), ...coming]
    for (const each of leaving) each.close()
    for (const each of coming) each.open()
  }

  const chooseGuests = (needs: readonly Need[]): void => {
    const connectedOwn = own.flatMap(({ address, key }) => (key === undefined ? [] : (readServer(address) ?? [])))
    const place = { addresses: endpoint.addresses(), connected: connectedOwn }
    const isOwn = (address: string): boolean => own.some((each) => each.address === address)
    const isOfUse = (text: string): boolean => {
      const address = readServer(text)
      return address !== undefined && (isOwn(text) || isVisitable(address, place))
    }
    const stepped = stepGuests(
      guests,
      {
        needs: needs.map((need) => ({ ...need, servers: need.servers.filter(isOfUse) })),
        own: (address) => standingOf(own.find((each) => isAt(each, address))),
        visited: (address) => standingOf(visited.find((each) => each.address === address)),
      },
      scheduler.now(),
    )
    guests = stepped.guests
    alarm.set(stepped.wake)
  }

  const through = (device: Hex): readonly Hex[] => {
    const last = routes.last(device)
    const rank = ({ key, people }: ServerConnection): number => (key === last ? 0 : people.has(device) ? 1 : 2)
    return connected()
      .toSorted((a, b) => rank(a) - rank(b))
      .flatMap(({ key }) => key ?? [])
  }

  return {
    use: (addresses) => {
      isUsing = true
      const texts = [...new Set(addresses.map(formatServer))].slice(0, SERVERS_MAX)
      const before = own
      const staying = before.filter(({ address }) => texts.includes(address))
      const coming: ServerConnection[] = []
      own = texts.flatMap((text) => {
        const known = staying.find(({ address }) => address === text)
        const address = readServer(text)
        if (known || !address) return known ?? []
        const connection = connect(address, 'own')
        coming.push(connection)
        return [connection]
      })
      // What was visited and is used now is no guest's connection any more.
      const doubled = visited.filter(({ address }) => texts.includes(address))
      visited = visited.filter((each) => !doubled.includes(each))
      guests = { ...guests, places: guests.places.filter(({ address }) => !texts.includes(address)) }
      for (const each of [...before.filter((one) => !own.includes(one)), ...doubled]) each.close()
      for (const each of coming) each.open()
      peopleChanged()
      look()
      input.onChanged()
    },
    look,
    announce: (next) => {
      announcement = next
      for (const each of all()) each.announce(next)
    },
    card: async (device) => {
      const asking = connected().map(async (each) => (await each.card(device)) ?? Promise.reject(new Error('no card')))
      return Promise.any(asking).catch(() => undefined)
    },
    call: (device, kind, offer) => {
      const last = routes.last(device)
      // Both sides then hold to one server.
      const back = kind === 'answer' ? connected().filter(({ key }) => key === last) : []
      const ways = back.length > 0 ? back : connected()
      if (kind === 'ask')
        routes.asked(
          device,
          ways.flatMap(({ key }) => key ?? []),
        )
      for (const each of ways) each.call(device, offer)
    },
    get connected() {
      return connected().length > 0
    },
    get coming() {
      return own.some((each) => each.state().at === 'connecting')
    },
    through,
    nameOf: (key) => connected().find((each) => each.key === key)?.name,
    standpoints: () => own.flatMap(({ standpoint }) => standpoint ?? []),
    observed: () => connected().flatMap((each) => each.observed() ?? [])[0],
    mailboxes: () => connected().flatMap(({ mailboxes }) => mailboxes ?? []),
    moved: (elsewhere) => {
      for (const each of all()) each.moved(elsewhere)
    },
    states: () => own.map((each) => each.state()),
    close: () => {
      isUsing = false
      alarm.set(Infinity)
      const closing = all()
      own = visited = []
      for (const each of closing) each.close()
    },
  }
}

const standingOf = (connection: ServerConnection | undefined): Standing | undefined => {
  if (!connection) return undefined
  const { at } = connection.state()
  return at === 'connected' ? 'connected' : at === 'connecting' ? 'hopeful' : 'failing'
}
