import { fileURLToPath } from 'node:url'
import { PUNCH_ADDRESS, RELAY_ADDRESS, UDP_ADDRESS } from '../../src/link/address.ts'
import type { Path } from '../../src/view/view.ts'
import type { Machine } from '../scenario/networks.ts'
import type { Stage } from '../scenario/stage.ts'
import { startFar, type Answers, type Far as FarProgram } from './far.ts'
import { PLACES, SERVER_HOST, SERVER_HOST_IPV6 } from './internet.ts'
import type { LineEnd, Linked } from './line-end.ts'
import type { Pair } from './pairs.ts'
import { LINES } from './sides.ts'
import type { Speed } from './speed.ts'

const LINE_END = fileURLToPath(new URL('line-end.ts', import.meta.url))

/** How a link ran that two people had: its path, and what one of them saw as its address. */
export type Way = { readonly path: Path; readonly address: string }

/** Ports from which the ends of a plain connection call. Kith calls from lower ones. */
const PLAIN_PORTS = [61_001, 61_002] as const

/**
 * How fast a link is that runs as that one did and, unless it is relayed, a plain connection over TCP between the same two
 * machines at the same time. Endpoints of Kith's make the link: without what people say being signed, sealed and kept.
 */
export const measureLine = async (
  stage: Stage,
  input: {
    readonly pair: Pair
    readonly machines: readonly [Machine, Machine]
    /** The server's port. */
    readonly port: number
    readonly way: Way
  },
): Promise<Speed> => {
  const { pair, machines, port, way } = input
  const [here, there] = machines.map((machine) => startFar<LineEnd>(stage, machine, LINE_END)) as [Far, Far]
  try {
    const [one, other] = [here.ask, there.ask]
    const [oneJoined, otherJoined] = await Promise.all([
      one.join({ host: serverOf(pair, 0, way), port }),
      other.join({ host: serverOf(pair, 1, way), port }),
    ])
    const ends = [
      { end: one, ...oneJoined, host: hostOf(pair, 0, way) },
      { end: other, ...otherJoined, host: hostOf(pair, 1, way) },
    ] as const
    const { path } = await linkBoth(ends, pair, way)
    if (path !== way.path) throw new Error(`the link is ${path}, and was ${way.path}`)
    if (path !== 'relayed' && canConnectPlainly(pair)) await connectPlainly(ends, pair)
    await other.echo()
    return await one.measure()
  } finally {
    await Promise.all([here.end(), there.end()])
  }
}

type Far = FarProgram<LineEnd>
type End = Answers<LineEnd>
type Ends = readonly [Joined, Joined]
type Joined = { readonly end: End; readonly device: string; readonly port: number; readonly host: string }

const linkBoth = async ([one, other]: Ends, pair: Pair, { path, address }: Way): Promise<Linked> => {
  const dial = async (from: Joined, to: Joined, at: string): Promise<Linked> => {
    const arriving = to.end.link({ device: from.device })
    const [linked] = await Promise.all([from.end.link({ device: to.device, address: at }), arriving])
    return linked
  }
  switch (path) {
    case 'nearby':
    case 'direct': {
      const [from, to] = listener(pair) === 1 ? [one, other] : [other, one]
      return dial(from, to, `${to.host.includes(':') ? `[${to.host}]` : to.host}:${to.port}`)
    }
    case 'relayed':
      return dial(one, other, RELAY_ADDRESS)
    case 'punched': {
      if (address.startsWith(UDP_ADDRESS)) {
        // It is agreed on over a link that stands.
        await dial(one, other, RELAY_ADDRESS)
        return dial(one, other, UDP_ADDRESS)
      }
      const calling = other.end.link({ device: one.device, address: PUNCH_ADDRESS })
      const [linked] = await Promise.all([one.end.link({ device: other.device, address: PUNCH_ADDRESS }), calling])
      return linked
    }
  }
}

const connectPlainly = async ([one, other]: Ends, pair: Pair): Promise<void> => {
  const [from, to] = PLAIN_PORTS
  await Promise.all([
    one.end.plain({ from, to: { host: other.host, port: to }, listens: listener(pair) === 0 }),
    other.end.plain({ from: to, to: { host: one.host, port: from }, listens: listener(pair) === 1 }),
  ])
}

/** Where UDP had to do it, TCP alone comes to nothing. */
const canConnectPlainly = (pair: Pair): boolean =>
  typeof pair === 'string' || !pair.every((side) => LINES[side].stops === 'called-back')

/** Which of the two lets in more, so that it is called: one whose place is known, of all that comes to it. */
const listener = (pair: Pair): 0 | 1 => {
  if (typeof pair === 'string') return 1
  const [one, other] = pair.map((side) => OPENNESS.indexOf(LINES[side].ipv4 ?? 'port-restricted')) as [number, number]
  return one > other ? 0 : 1
}

const OPENNESS = ['symmetric', 'carrier-grade', 'port-restricted', 'restricted-cone', 'full-cone', 'public']

const isIpv6 = ({ address }: Way): boolean => address.includes('[')

/** Where this side reaches the server, by the family that the link uses. */
const serverOf = (pair: Pair, index: 0 | 1, way: Way): string => {
  const line = typeof pair === 'string' ? undefined : LINES[pair[index]]
  return isIpv6(way) || (line && !line.ipv4) ? SERVER_HOST_IPV6 : SERVER_HOST
}

/** Where the other side finds this one. */
const hostOf = (pair: Pair, index: 0 | 1, way: Way): string => {
  const { net, net6 } = index === 0 ? PLACES.here : PLACES.there
  if (pair === 'same-lan') return `192.168.${PLACES.here.lan}.${index + 2}`
  if (typeof pair === 'string') return `${PLACES.here.net}.2`
  return isIpv6(way) ? `${net6}:1::2` : `${net}.2`
}
