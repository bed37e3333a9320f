import { unreachable } from '../../src/core/bytes/result.ts'
import { HOMES, type Home } from './homes.ts'
import { LINES, SIDES, type Line, type Side } from './sides.ts'

/** Two sides, or two machines in one home. */
export type Pair = readonly [Side, Side] | Home

/** Every home, and every two sides. */
export const PAIRS: readonly Pair[] = [
  ...HOMES,
  ...SIDES.flatMap((one, index) => SIDES.slice(index).map((other): Pair => [one, other])),
]

export const nameOf = (pair: Pair): string => (typeof pair === 'string' ? pair : pair.join('+'))

/** The pair of this name, whichever of its sides is named first. */
export const pairOf = (name: string): Pair | undefined =>
  PAIRS.find(
    (each) => nameOf(each) === name || (typeof each !== 'string' && nameOf(each.toReversed() as [Side, Side]) === name),
  )

export type Theory = 'direct' | 'relayed'

/**
 * What is possible for these two when both call at one moment and the server tells both where they seem to be: a direct
 * link needs a family that both have, and there one side that lets in whoever was called, at a place that both know. A
 * symmetric side calls from a port that nobody can know, so that the other must let in every port of its address. Two
 * whose routers stop being called back over TCP need UDP.
 */
export const inTheory = (pair: Pair): Theory => {
  if (typeof pair === 'string') return homeInTheory(pair)
  const [one, other] = [LINES[pair[0]], LINES[pair[1]]]
  const stopped = [one.stops, other.stops]
  if (stopped.includes('all-but-tcp-to-server')) return 'relayed'
  // Two firewalls that change no address let in what both call.
  if (one.ipv6 && other.ipv6) return 'direct'
  return one.ipv4 && other.ipv4 && meetOverIpv4(one.ipv4, other.ipv4) ? 'direct' : 'relayed'
}

const homeInTheory = (home: Home): Theory => {
  switch (home) {
    case 'same-lan':
    case 'hairpin':
      return 'direct'
    case 'no-hairpin':
      return 'relayed'
    default:
      return unreachable(home)
  }
}

type Ipv4 = NonNullable<Line['ipv4']>

const meetOverIpv4 = (one: Ipv4, other: Ipv4): boolean => {
  if (one === 'symmetric') return other !== 'symmetric' && !isStrict(other)
  return other !== 'symmetric' || !isStrict(one)
}

/** Whether it lets in only what comes from the very port that was called. */
const isStrict = (line: Ipv4): boolean => line === 'port-restricted' || line === 'carrier-grade'
