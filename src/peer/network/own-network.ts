import type { Mapped } from '../../core/gateway/mapped.ts'
import { parseAddress } from '../../core/reach/address.ts'
import { isReachable, judgeNetwork, type Look, type OwnNetwork, type Seen } from '../../core/reach/nat.ts'
import { formatServer } from '../../core/reach/server-address.ts'
import type { StunPorts } from '../../core/stun/ports.ts'
import type { Outside } from '../../link/outside.ts'
import type { NetworkView } from '../../view/network-view.ts'
import type { Millis } from '../../view/view.ts'
import { createAlarm } from './alarm.ts'
import type { Scheduler } from './port.ts'

/** Servers are asked about this network no more often by themselves. */
export const LOOK_MILLIS_LEAST = 60_000
/** The same for when the person asks. */
export const LOOK_AGAIN_MILLIS_LEAST = 2_000

/** A server that is connected, from which this network may be looked at. */
export type Standpoint = {
  /** As the person named it. */
  readonly address: string
  readonly host: string
  readonly ports: StunPorts
}

export type OwnNetworkInput = {
  /** Absent where there is nothing to ask, as in a simulation. */
  readonly outside: Outside | undefined
  readonly scheduler: Scheduler
  /** Where this device listens. */
  readonly addresses: () => readonly string[]
  /** The servers that are connected, the person's first one first. */
  readonly standpoints: () => readonly Standpoint[]
  /** There is one more address at which others may reach this device. */
  readonly onMapped: () => void
  readonly onChanged: () => void
}

/** What is known of the network that this device is on, and the port that its router passes on. */
export type OwnNetworkWatch = {
  state(): NetworkView
  /** The outside address of the port that the router passes on, if it does and no second router seems to be before it. */
  mapped(): string | undefined
  /** The same, unless the server sees this device elsewhere (`observed`, if one is connected). */
  outside(observed: string | undefined): string | undefined
  /** Whether the router is to pass on the port at which this device listens, as long as anybody may call it directly. */
  mapPorts(on: boolean): void
  setDirectly(on: boolean): void
  /** A server is connected, or this device's addresses changed: looks again, unless it did a moment ago. */
  changed(): void
  /** Looks again because the person wants to know. */
  look(): void
  close(): void
}

type Looks = {
  readonly at: Millis
  /** What this device was reachable at then: with other addresses it is on another network. */
  readonly from: string
  readonly ipv4?: Look
  readonly ipv6?: Look
  readonly servers: NetworkView['servers']
}

export const createOwnNetwork = (input: OwnNetworkInput): OwnNetworkWatch => {
  const { outside, scheduler, addresses } = input
  let looks: Looks | undefined
  let began = -Infinity
  let looking: AbortController | undefined
  let mapping = false
  let directly = true
  let closed = false
  /** When the router was last asked, and from where. */
  let applied = { at: -Infinity, from: '' }
  const alarm = createAlarm(scheduler, () => void lookNow())
  outside?.mapper?.onChange(() => {
    if (mapped().at === 'mapped') input.onMapped()
    input.onChanged()
  })

  const mapped = (): Mapped => outside?.mapper?.state() ?? { at: 'off' }

  const judged = (): OwnNetwork => {
    const now = mapped()
    const { ipv4, ipv6 } = looks?.from === addresses().join() ? looks : {}
    return judgeNetwork({
      addresses: addresses(),
      ...(ipv4 && { ipv4 }),
      ...(ipv6 && { ipv6 }),
      ...(now.at === 'mapped' && { mapped: now.outside }),
    })
  }

  const outsideAddress = (): string | undefined => {
    const now = mapped()
    return now.at === 'mapped' && judged().carrier !== 'suspected' ? now.outside : undefined
  }

  const lookNow = async (): Promise<void> => {
    const standpoints = input.standpoints()
    if (outside === undefined || looking !== undefined || standpoints.length === 0) return
    began = scheduler.now()
    const mine = (looking = new AbortController())
    const from = addresses().join()
    const ground = { observe: outside.observe, addresses: addresses(), signal: mine.signal }
    const answers = await askFrom(standpoints, ground)
    if (looking !== mine) return
    looking = undefined
    // A server that went away meanwhile was silent for that, and tells nothing of the network.
    const remain = new Set(input.standpoints().map(({ address }) => address))
    const heard = answers.filter(({ address }) => remain.has(address))
    if (heard.length === 0) return
    looks = { ...lookOf(heard), at: scheduler.now(), from }
    input.onChanged()
  }

  /** Looks when so long has passed since the last time. */
  const lookAfter = (millis: Millis): void => {
    if (closed) return
    const due = began + millis
    if (due <= scheduler.now()) void lookNow()
    else alarm.set(due)
  }

  const applyMapping = (): void => {
    applied = { at: scheduler.now(), from: addresses().join() }
    const port = mapping && directly ? portToMap(addresses()) : undefined
    outside?.mapper?.map(port)
  }

  return {
    state: () => {
      const { at, servers = [] } = looks?.from === addresses().join() ? looks : {}
      return { ...(at !== undefined && { looked: at }), own: judged(), mapped: mapped(), servers }
    },
    mapped: outsideAddress,
    outside: (observed) => {
      const address = outsideAddress()
      return address !== undefined && isReachable(address, observed) ? address : undefined
    },
    mapPorts: (on) => {
      if (on === mapping || closed) return
      mapping = on
      applyMapping()
    },
    setDirectly: (on) => {
      if (on === directly || closed) return
      directly = on
      applyMapping()
    },
    changed: () => {
      if (closed) return
      // A router that was silent is not asked at each of a server's returns.
      const isNew = applied.from !== addresses().join() || scheduler.now() - applied.at >= LOOK_MILLIS_LEAST
      if (mapping && isNew) applyMapping()
      lookAfter(LOOK_MILLIS_LEAST)
    },
    look: () => lookAfter(LOOK_AGAIN_MILLIS_LEAST),
    close: () => {
      alarm.set(Infinity)
      looking?.abort()
      looking = undefined
      mapping = false
      applyMapping()
      closed = true
    },
  }
}

/** The port at which this device listens on an address that only its own network knows; none where there is no such. */
const portToMap = (addresses: readonly string[]): number | undefined =>
  addresses
    .flatMap((text) => parseAddress(text) ?? [])
    .find(({ path, loopback, host }) => path === 'nearby' && !loopback && !host.startsWith('['))?.port

type Asked = {
  readonly address: string
  readonly family: 4 | 6
  readonly look?: Look
  readonly millis?: Millis
}

/** What each server says over each family of addresses that this device has. */
const askFrom = (
  standpoints: readonly Standpoint[],
  {
    observe,
    addresses,
    signal,
  }: {
    readonly observe: Outside['observe']
    readonly addresses: readonly string[]
    readonly signal: AbortSignal
  },
): Promise<readonly Asked[]> => {
  const families = ([4, 6] as const).filter((family) => hasFamily(addresses, family))
  const asked = standpoints.flatMap((standpoint) => families.map((family) => ({ ...standpoint, family })))
  return Promise.all(
    asked.map(async ({ address, host, ports, family }) => {
      const seen = await observe({ host, ports, family, signal })
      if (!seen.ok) return { address, family }
      const { tcp, udp } = seen.value
      const times = [...tcp, ...udp].flatMap((each) => (each.at === 'seen' ? each.millis : []))
      const look = { tcp: seenIn(tcp), udp: seenIn(udp), udpAsked: ports.udp.length > 0 }
      return { address, family, look, ...(times.length > 0 && { millis: Math.min(...times) }) }
    }),
  )
}

/** The first server that answers from outside tells of the network; each tells how far away it is. */
const lookOf = (answers: readonly Asked[]): Omit<Looks, 'at' | 'from'> => {
  const best = (family: 4 | 6): Look | undefined => {
    const given = answers.flatMap((each) => (each.family === family && each.look ? [each.look] : []))
    return given.find(isFromOutside) ?? given.find(({ tcp, udp }) => tcp.length + udp.length > 0) ?? given[0]
  }
  const [ipv4, ipv6] = [best(4), best(6)]
  const servers = [...new Set(answers.map(({ address }) => address))].flatMap((address) => {
    const times = answers.flatMap((each) => (each.address === address ? (each.millis ?? []) : []))
    return times.length === 0 ? [] : [{ address, roundTrip: Math.min(...times) }]
  })
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }), servers }
}

const hasFamily = (addresses: readonly string[], family: 4 | 6): boolean =>
  addresses.some((text) => text.startsWith('[') === (family === 6))

const isFromOutside = ({ tcp, udp }: Look): boolean => [...tcp, ...udp].some(({ outside }) => outside.path === 'direct')

type Observed = Extract<Awaited<ReturnType<Outside['observe']>>, { readonly ok: true }>['value']['tcp']

const seenIn = (observed: Observed): readonly Seen[] =>
  observed.flatMap((each) => {
    if (each.at !== 'seen') return []
    const [local, outside] = [parseAddress(formatServer(each.local)), parseAddress(formatServer(each.outside))]
    return local && outside ? [{ local, outside }] : []
  })
