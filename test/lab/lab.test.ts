import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { skipNetworks } from '../scenario/networks.ts'
import { inLanes } from './lanes.ts'
import { inTheory, nameOf, pairOf, type Pair } from './pairs.ts'
import { runPair } from './run.ts'
import { verdictOf, type Row } from './verdict.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** Each kind of side once at the least, and each reason why a pair is not direct. `npm run lab` runs all pairs. */
const PART = [
  'same-lan',
  'hairpin',
  'no-hairpin',
  'public+tcp-to-server-only',
  'public+dual-stack',
  'full-cone+symmetric',
  'restricted-cone+carrier-grade',
  'port-restricted+symmetric',
  'port-restricted+udp-blocked',
  'no-calls-at-once+no-calls-at-once',
  'ipv6-firewalled+dual-stack',
].map((name) => pairOf(name) as Pair)

const LANES = 2
/** Until a direct path came that theory allows. It takes a second; what takes so long has failed. */
const BETTER_MILLIS_MAX = { direct: 60_000, relayed: 0 } as const

const skip = skipNetworks && `${skipNetworks}; not run: ${PART.map(nameOf).join(', ')}`

test(
  '[LB4] real peers behind real routers connect in every pair, and directly where theory allows it, over UDP if need be',
  { skip, timeout: 280_000 },
  async (context) => {
    const rows = await inLanes({ count: LANES, ending: context.signal }, PART, async (lane, pair): Promise<Row> => {
      const theory = inTheory(pair)
      const outcome = await runPair(lane, pair, { betterMillisMax: BETTER_MILLIS_MAX[theory], speed: false })
      return { pair: nameOf(pair), theory, runs: [outcome] }
    })
    const bad = rows.filter((row) => verdictOf(row) !== 'good')
    for (const row of bad) context.diagnostic(JSON.stringify(row))
    const overUdp = rows.filter(({ runs }) => runs.some(({ by }) => by === 'udp')).map(({ pair }) => pair)
    assert(overUdp.includes('no-calls-at-once+no-calls-at-once'), overUdp.join())
    assert.deepEqual(
      bad.map((row) => `${row.pair}: ${verdictOf(row)}`),
      [],
    )
  },
)

test('[LB4] where no networks can be made, the lab names what it does not run', () => {
  // Root without what root may do, where this is run by root.
  const bare = process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'] : []
  const words = [...bare, process.execPath, MAIN, '--pair', 'hairpin', '--pair', 'symmetric+public']
  const { stdout, status } = spawnSync('env', words, { encoding: 'utf8' })
  assert.match(stdout, /^Nothing was run: the lab needs root, .*\nNot run: hairpin, public\+symmetric\.\n$/)
  assert.equal(status, 0)
})
