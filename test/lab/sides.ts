import { cable, machine, nameHosts, type Ending, type Machine } from '../scenario/networks.ts'
import {
  PLACES,
  passOn,
  removeAfter,
  SERVER_HOST,
  SERVER_HOST_IPV6,
  SERVER_NAME,
  type Internet,
  type Place,
} from './internet.ts'
import { translate, wallIpv6, type Stops, type Translation } from './routers.ts'

/** What a side has of each family. `carrier-grade`: two port-restricted routers in a row. */
export type Line = {
  readonly ipv4?: 'public' | 'carrier-grade' | Translation
  readonly ipv6?: 'firewalled'
  readonly stops: Stops
}

/** How one side of a pair reaches the Internet. */
export type Side =
  | 'public'
  | Translation
  | 'carrier-grade'
  | 'no-calls-at-once'
  | 'udp-blocked'
  | 'tcp-to-server-only'
  | 'ipv6-firewalled'
  | 'dual-stack'

export const LINES: Record<Side, Line> = {
  public: { ipv4: 'public', stops: 'nothing' },
  'full-cone': { ipv4: 'full-cone', stops: 'nothing' },
  'restricted-cone': { ipv4: 'restricted-cone', stops: 'nothing' },
  'port-restricted': { ipv4: 'port-restricted', stops: 'nothing' },
  symmetric: { ipv4: 'symmetric', stops: 'nothing' },
  'carrier-grade': { ipv4: 'carrier-grade', stops: 'nothing' },
  'no-calls-at-once': { ipv4: 'port-restricted', stops: 'called-back' },
  'udp-blocked': { ipv4: 'port-restricted', stops: 'udp' },
  'tcp-to-server-only': { ipv4: 'port-restricted', stops: 'all-but-tcp-to-server' },
  'ipv6-firewalled': { ipv6: 'firewalled', stops: 'nothing' },
  'dual-stack': { ipv4: 'port-restricted', ipv6: 'firewalled', stops: 'nothing' },
}
export const SIDES = Object.keys(LINES) as readonly Side[]

/** What somebody at this side writes after `--server`. */
export const serverAt = (side: Side, port: string | number): string => {
  const { ipv4, ipv6 } = LINES[side]
  if (ipv4 === undefined) return `[${SERVER_HOST_IPV6}]:${port}`
  return `${ipv6 === undefined ? SERVER_HOST : SERVER_NAME}:${port}`
}

/** A person's machine, behind what this kind of side has between it and the Internet. */
export const person = (ending: Ending, net: Internet, place: Place, side: Side): Machine => {
  const { ipv4, ipv6, stops } = LINES[side]
  if (ipv4 === 'public') return publicPerson(ending, net, place)
  const carried = ipv4 === 'carrier-grade' ? carrier(ending, net, place) : undefined
  const home = carried ?? router(ending, net, place, { ipv4: ipv4 !== undefined, ipv6: ipv6 !== undefined })
  const own = machine(ending, `${place}-person`)
  const lan = `192.168.${PLACES[place].lan}`
  const lan6 = `${PLACES[place].net6}:1:`
  cable(
    { machine: own, card: 'out', address: [...(ipv4 ? [`${lan}.2/24`] : []), ...(ipv6 ? [`${lan6}:2/64`] : [])] },
    { machine: home, card: 'in', address: [...(ipv4 ? [`${lan}.1/24`] : []), ...(ipv6 ? [`${lan6}:1/64`] : [])] },
  )
  if (ipv4) {
    own.run('ip', 'route', 'add', 'default', 'via', `${lan}.1`)
    translate(home, { kind: ipv4 === 'carrier-grade' ? 'port-restricted' : ipv4, lodger: `${lan}.2`, stops })
  }
  if (ipv6) {
    own.run('ip', '-6', 'route', 'add', 'default', 'via', `${lan6}:1`)
    net.machine.run('ip', '-6', 'route', 'add', `${lan6}:/64`, 'via', `${PLACES[place].net6}::2`)
    wallIpv6(home)
  }
  if (ipv4 && ipv6) nameHosts(own, { [SERVER_NAME]: [SERVER_HOST_IPV6, SERVER_HOST] })
  return own
}

const publicPerson = (ending: Ending, { machine: wan }: Internet, place: Place): Machine => {
  const { net } = PLACES[place]
  const own = machine(ending, `${place}-person`)
  const outside = { machine: wan, card: place, address: `${net}.1/24` }
  cable({ machine: own, card: 'out', address: `${net}.2/24` }, outside)
  removeAfter(ending, outside)
  own.run('ip', 'route', 'add', 'default', 'via', `${net}.1`)
  return own
}

/** A machine that passes on what its lodgers send, with its card `out` towards the Internet. */
export const router = (
  ending: Ending,
  { machine: wan }: Internet,
  place: Place,
  families: { readonly ipv4: boolean; readonly ipv6: boolean } = { ipv4: true, ipv6: false },
): Machine => {
  const { net, net6 } = PLACES[place]
  const own = machine(ending, `${place}-router`)
  const at = (number: number): readonly string[] => [
    ...(families.ipv4 ? [`${net}.${number}/24`] : []),
    ...(families.ipv6 ? [`${net6}::${number}/64`] : []),
  ]
  const outside = { machine: wan, card: place, address: at(1) }
  cable({ machine: own, card: 'out', address: at(2) }, outside)
  removeAfter(ending, outside)
  if (families.ipv4) own.run('ip', 'route', 'add', 'default', 'via', `${net}.1`)
  if (families.ipv6) own.run('ip', '-6', 'route', 'add', 'default', 'via', `${net6}::1`)
  passOn(own)
  return own
}

/** A home's router behind one of the carrier's, in the network that RFC 6598 sets apart for it. */
const carrier = (ending: Ending, net: Internet, place: Place): Machine => {
  const shared = router(ending, net, place)
  const { lan } = PLACES[place]
  const home = machine(ending, `${place}-home`)
  const inside = { machine: shared, card: 'in', address: `100.64.${lan}.1/24` }
  cable({ machine: home, card: 'out', address: `100.64.${lan}.2/24` }, inside)
  removeAfter(ending, inside)
  home.run('ip', 'route', 'add', 'default', 'via', `100.64.${lan}.1`)
  passOn(home)
  translate(shared, { kind: 'port-restricted', lodger: `100.64.${lan}.2`, stops: 'nothing' })
  return home
}
