import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skipNetworks as skip } from '../scenario/networks.ts'
import { openLane } from './lanes.ts'
import { pairOf, type Pair } from './pairs.ts'
import { runPair } from './run.ts'
import { createScope } from './scope.ts'
import { isDirect } from './verdict.ts'

test(
  '[LB7] a link runs as it did between the people when it is measured, beside a plain connection where one can be',
  { skip, timeout: 240_000 },
  async (context) => {
    const scope = createScope()
    context.after(() => scope.end())
    const lane = await openLane(scope)
    for (const name of ['port-restricted+carrier-grade', 'symmetric+symmetric']) {
      const pair = pairOf(name) as Pair
      const outcome = await runPair(lane, pair, {
        betterMillisMax: name === 'symmetric+symmetric' ? 0 : 60_000,
        speed: true,
      })
      assert(outcome.speed, `${name}: ${JSON.stringify(outcome)}`)
      const { roundTripMillis, plainRoundTripMillis, megabytesPerSecond } = outcome.speed
      assert(roundTripMillis > 0 && megabytesPerSecond > 0)
      assert.equal(plainRoundTripMillis !== undefined, isDirect(outcome))
    }
  },
)
