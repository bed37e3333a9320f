import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skipNetworks } from '../scenario/networks.ts'
import { inLanes, openLane } from './lanes.ts'
import { inTheory, nameOf, pairOf, type Pair } from './pairs.ts'
import { runPair } from './run.ts'
import { createScope } from './scope.ts'
import { isDirect, verdictOf, type Row } from './verdict.ts'

/** Each kind of side once at the least, and each reason why a pair is not direct. `npm run lab` runs all pairs. */
const PART = [
  'same-lan',
  'hairpin',
  'no-hairpin',
  'public+port-restricted',
  'public+ipv6-firewalled',
  'full-cone+symmetric',
  'restricted-cone+symmetric',
  'port-restricted+port-restricted',
  'port-restricted+symmetric',
  'port-restricted+tcp-to-server-only',
  'port-restricted+dual-stack',
  'carrier-grade+carrier-grade',
  'udp-blocked+udp-blocked',
  'ipv6-firewalled+ipv6-firewalled',
  'ipv6-firewalled+dual-stack',
].map((name) => pairOf(name) as Pair)

const LANES = 2
/** Until a direct path came that theory allows. It takes a second; what takes so long has failed. */
const BETTER_MILLIS_MAX = { direct: 60_000, relayed: 0 } as const

const skip = skipNetworks && `${skipNetworks}; not run: ${PART.map(nameOf).join(', ')}`

test(
  '[LB4] real peers behind real routers connect in every pair, and directly where theory allows it',
  { skip, timeout: 280_000 },
  async (context) => {
    const rows = await inLanes(LANES, PART, async (lane, pair): Promise<Row> => {
      const theory = inTheory(pair)
      const outcome = await runPair(lane, pair, { betterMillisMax: BETTER_MILLIS_MAX[theory], speed: false })
      return { pair: nameOf(pair), theory, runs: [outcome] }
    })
    const bad = rows.filter((row) => verdictOf(row) !== 'good')
    for (const row of bad) context.diagnostic(JSON.stringify(row))
    assert.deepEqual(
      bad.map((row) => `${row.pair}: ${verdictOf(row)}`),
      [],
    )
  },
)

test(
  '[LB7] a link runs as it did between the people when it is measured, beside a plain connection where one can be',
  { skip: skipNetworks, timeout: 120_000 },
  async (context) => {
    const scope = createScope()
    context.after(() => scope.end())
    const lane = await openLane(scope)
    for (const name of ['port-restricted+carrier-grade', 'full-cone+symmetric', 'symmetric+symmetric']) {
      const pair = pairOf(name) as Pair
      const going = { betterMillisMax: BETTER_MILLIS_MAX[inTheory(pair)], speed: true }
      const outcome = await runPair(lane, pair, going)
      assert(outcome.speed, `${name}: ${JSON.stringify(outcome)}`)
      const { roundTripMillis, plainRoundTripMillis, megabytesPerSecond } = outcome.speed
      assert(roundTripMillis > 0 && megabytesPerSecond > 0)
      assert.equal(plainRoundTripMillis !== undefined, isDirect(outcome))
    }
  },
)
