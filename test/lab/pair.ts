import { startFarPeer } from '../scenario/far-peer.ts'
import { done, says, type Peer } from '../scenario/peer.ts'
import type { Stage } from '../scenario/stage.ts'
import type { Machine } from '../scenario/networks.ts'
import type { Path } from '../../src/view/view.ts'

/** What came of one run. Times in milliseconds. */
export type Outcome = {
  readonly path: Path | 'none'
  /** From when both are online and one has found the other until the first message is there. */
  readonly first?: number
  /** From when the other has accepted this stranger, after that message, until the path is not the relay. */
  readonly direct?: number
  /** The last direct attempts that led to nothing, as `path: kind`. */
  readonly failures: readonly string[]
}

/** How long a better path than the relay is waited for after the first message. */
const BETTER_MILLIS_MAX = 6_000
const FIRST_MILLIS_MAX = 30_000

export const runPair = async (
  stage: Stage,
  {
    machines,
    servers,
    label,
  }: {
    readonly machines: readonly [Machine, Machine]
    /** What each writes after `--server`. */
    readonly servers: readonly [string, string]
    readonly label: string
  },
): Promise<Outcome> => {
  const names = ['ann', 'bob'].map((each) => `${each}-${label}`)
  const [ann, bob] = (await Promise.all(
    machines.map((machine, index) =>
      startFarPeer(stage, machine, names[index] ?? '', { name: names[index] ?? '', server: servers[index] ?? '' }),
    ),
  )) as [Peer, Peer]
  try {
    await ann.finds(bob)
    const since = performance.now()
    const after = (): number => Math.round(performance.now() - since)
    const conversation = await ann.with(bob)
    const text = `hello from ${label}`
    const arrived = bob.hears(conversation, says(text)).then(() => after())
    await ann.says(conversation, text)
    const first = await within(arrived, FIRST_MILLIS_MAX)
    const accepted = after()
    // Until then the one who was written to keeps to the server: a stranger learns no address.
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const direct = pathIs(ann, bob, (each) => each !== 'relayed').then(() => after() - accepted)
    const moved = await within(direct, BETTER_MILLIS_MAX)
    const path =
      (await within(
        pathIs(ann, bob, () => true),
        BETTER_MILLIS_MAX,
      )) ?? 'none'
    const failures = await failuresOf(ann, bob)
    return { path, ...(first !== undefined && { first }), ...(moved !== undefined && { direct: moved }), failures }
  } finally {
    await Promise.all([ann.kill(), bob.kill()])
  }
}

const pathIs = (peer: Peer, other: { readonly id: string }, wanted: (path: Path) => boolean): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && wanted(presence.path) ? presence.path : undefined
  })

const within = async <Value>(promise: Promise<Value>, millis: number): Promise<Value | undefined> => {
  // What it waits for may end with the programs, when nobody waits any longer.
  const quiet = promise.catch(() => undefined)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), millis)))
  return Promise.race([quiet, late]).finally(() => clearTimeout(timer))
}

/** Each kind of failure of a direct attempt once. */
const failuresOf = async (peer: Peer, other: { readonly id: string }): Promise<readonly string[]> => {
  const { attempts } = done(await peer.calls.reach({ person: other.id }))
  const failed = attempts.flatMap(({ path, outcome }) =>
    outcome.at === 'failed' ? [`${path}: ${outcome.failure.kind}`] : [],
  )
  return [...new Set(failed)]
}
