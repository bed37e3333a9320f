import type { Path } from '../../src/view/view.ts'
import { startFarPeer } from '../scenario/far-peer.ts'
import type { Machine } from '../scenario/networks.ts'
import { done, says, type Peer } from '../scenario/peer.ts'
import type { Stage } from '../scenario/stage.ts'
import { household } from './homes.ts'
import { SERVER_HOST, type Internet } from './internet.ts'
import { measureLine, type Way } from './line.ts'
import { nameOf, type Pair } from './pairs.ts'
import { createScope } from './scope.ts'
import { person, serverAt } from './sides.ts'
import type { Speed } from './speed.ts'

/** What came of one run. Times in milliseconds. */
export type Outcome = {
  readonly path: Path | 'none'
  /** By what a punched link came about. */
  readonly by?: 'tcp' | 'udp'
  /** From when both are online and one has found the other until the first message is there. */
  readonly first?: number
  /** From when the other has accepted this stranger, after that message, until neither sees the relay as the path. */
  readonly direct?: number
  /** The kinds of attempts that led to nothing, as `path: failure`. */
  readonly failures: readonly string[]
  readonly speed?: Speed
}

/** Where runs take place: an Internet with a server. */
export type Lane = { readonly stage: Stage; readonly net: Internet; readonly port: number }

/** How far a run goes. */
export type Going = {
  /** How long a better path than the relay is waited for after the first message, in milliseconds. */
  readonly betterMillisMax: number
  readonly speed: boolean
}

const FOUND_MILLIS_MAX = 30_000
const FIRST_MILLIS_MAX = 30_000
const SPEED_MILLIS_MAX = 60_000

let runs = 0

/** Ann and Bob, strangers on new machines at the two sides, find each other, talk, and move to the best path there is. */
export const runPair = async (lane: Lane, pair: Pair, going: Going): Promise<Outcome> => {
  const scope = createScope()
  runs += 1
  try {
    const machines =
      typeof pair === 'string'
        ? household(scope, lane.net, pair)
        : ([person(scope, lane.net, 'here', pair[0]), person(scope, lane.net, 'there', pair[1])] as const)
    const talked = await talk(lane, { pair, machines, label: String(runs) }, going)
    if (!going.speed || talked.way === undefined) return talked.outcome
    const measuring = measureLine(lane.stage, { pair, machines, port: lane.port, way: talked.way }).catch(
      (error: Error) => void process.stderr.write(`${nameOf(pair)}, speed: ${error.message}\n`),
    )
    const speed = await within(measuring, SPEED_MILLIS_MAX)
    return {
      ...talked.outcome,
      ...(speed ? { speed } : { failures: [...talked.outcome.failures, 'speed: not measured'] }),
    }
  } finally {
    await scope.end()
  }
}

type Talked = { readonly outcome: Outcome; readonly way?: Way }

const talk = async (
  { stage, port }: Lane,
  at: { readonly pair: Pair; readonly machines: readonly [Machine, Machine]; readonly label: string },
  { betterMillisMax }: Going,
): Promise<Talked> => {
  const { pair, machines, label } = at
  const start = (name: string, index: 0 | 1): Promise<Peer> => {
    const server = typeof pair === 'string' ? `${SERVER_HOST}:${port}` : serverAt(pair[index], port)
    return startFarPeer(stage, machines[index], `${name}-${label}`, { name: `${name}-${label}`, server })
  }
  const [ann, bob] = await Promise.all([start('ann', 0), start('bob', 1)])
  try {
    if (!(await within(ann.finds(bob), FOUND_MILLIS_MAX))) return { outcome: { path: 'none', failures: ['not found'] } }
    const since = performance.now()
    const after = (): number => Math.round(performance.now() - since)
    const conversation = await ann.with(bob)
    const arrived = within(bob.hears(conversation, says(`hello from ${label}`)).then(after), FIRST_MILLIS_MAX)
    await ann.says(conversation, `hello from ${label}`)
    const first = await arrived
    const accepted = after()
    // Until then the one who was written to keeps to the server: a stranger learns no address.
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const direct = await within(
      isDirectFor(ann, bob).then(() => after() - accepted),
      betterMillisMax,
    )
    const reached = await reachOf(ann, bob)
    // A link that was better than the relay may have been lost again: that is told, and what came of it.
    const fellBack = direct !== undefined && reached.way?.path === 'relayed'
    if (fellBack) await within(isDirectFor(ann, bob), betterMillisMax)
    const { way, failures } = fellBack ? await reachOf(ann, bob) : reached
    return {
      outcome: {
        path: way?.path ?? 'none',
        ...(way?.path === 'punched' && { by: way.address.startsWith('udp ') ? 'udp' : 'tcp' }),
        ...(first !== undefined && { first }),
        ...(direct !== undefined && { direct }),
        failures: [...failures, ...(fellBack ? ['fell back to the relay'] : [])],
      },
      ...(way && { way }),
    }
  } finally {
    await Promise.all([ann.kill(), bob.kill()])
  }
}

const isDirectFor = (one: Peer, other: Peer): Promise<unknown> =>
  Promise.all([pathIs(one, other, (path) => path !== 'relayed'), pathIs(other, one, (path) => path !== 'relayed')])

const pathIs = (peer: Peer, other: { readonly id: string }, wanted: (path: Path) => boolean): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && wanted(presence.path) ? presence.path : undefined
  })

const reachOf = async (peer: Peer, other: { readonly id: string }) => {
  const { link: way, attempts } = done(await peer.calls.reach({ person: other.id }))
  const failed = attempts.flatMap(({ path, outcome }) =>
    outcome.at === 'failed' ? [`${path}: ${outcome.failure.kind}`] : [],
  )
  return { way, failures: [...new Set(failed)] }
}

/** Undefined when it takes longer, or fails. */
const within = async <Value>(promise: Promise<Value>, millis: number): Promise<Value | undefined> => {
  // What it waits for may end with the programs, when nobody waits any longer.
  const quiet = promise.catch(() => undefined)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), millis)))
  return Promise.race([quiet, late]).finally(() => clearTimeout(timer))
}
