import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { skipNetworks } from '../scenario/networks.ts'
import { inLanes } from './lanes.ts'
import { inTheory, nameOf, pairOf, PAIRS, type Pair } from './pairs.ts'
import { movesTable, runMoves } from './moves.ts'
import { withResults } from './readme.ts'
import { formatResults, together, type Results } from './results.ts'
import { runPair, type Going, type Outcome } from './run.ts'
import { summaryOf } from './summary.ts'
import { medianOf, tableOf } from './table.ts'
import { verdictOf, type Row } from './verdict.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))
const RESULTS = fileURLToPath(new URL('results.json', import.meta.url))
const RUNS = '5'

const USAGE = `npm run lab -- [--runs N] [--pair SIDE+SIDE | --pair HOME] ... [--at-once N] [--no-speed] [--no-moves] [--json FILE] [--readme]
npm run lab -- --from FILE ... [--readme]

Real peers behind real routers of each kind, two and two, and what they reach. Ends with 1 when a pair does not connect,
or is not direct where it can be.

  --runs N       how often each pair, ${RUNS} unless told otherwise
  --pair NAME    only this pair; may be given several times
  --at-once N    how many pairs at once, half the cores unless told otherwise
  --no-speed     measure neither round trip nor throughput
  --json FILE    writes the results there
  --from FILE    takes results from there and runs nothing; of several files, all together
  --no-moves     leave out what happens to a talk whose path changes
  --readme       keeps the results, and puts them into the README

Pairs: ${PAIRS.map(nameOf).join(', ')}
`

/** How long a better path than the relay is waited for: theory may be wrong, so that it is where there should be none. */
const BETTER_MILLIS_MAX = { direct: 20_000, relayed: 6_000 } as const

const OPTIONS = {
  runs: { type: 'string', default: RUNS },
  pair: { type: 'string', multiple: true },
  'at-once': { type: 'string', default: String(Math.max(1, availableParallelism() >> 1)) },
  'no-speed': { type: 'boolean', default: false },
  'no-moves': { type: 'boolean', default: false },
  json: { type: 'string' },
  from: { type: 'string', multiple: true },
  readme: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** What `npm run lab` does. Gives the exit code; when `ending` aborts, nothing is left running. */
export const lab = async (words: readonly string[], ending: AbortSignal): Promise<number> => {
  const { values } = parseArgs({ args: [...words], options: OPTIONS })
  const pairs = values.pair?.map(pairOf) ?? PAIRS
  const counts = [values.runs, values['at-once']]
  if (
    values.help ||
    !counts.every((each) => /^[1-9]\d{0,3}$/.test(each)) ||
    !pairs.every((each) => each !== undefined)
  ) {
    process.stderr.write(USAGE)
    return values.help ? 0 : 2
  }
  if (values.from === undefined && skipNetworks !== false) {
    process.stdout.write(`Nothing was run: the lab ${skipNetworks}.\nNot run: ${pairs.map(nameOf).join(', ')}.\n`)
    return 0
  }
  const [runs = 0, atOnce = 0] = counts.map(Number)
  const results =
    values.from === undefined
      ? await measure(pairs, { runs, atOnce, speed: !values['no-speed'], moves: !values['no-moves'], ending })
      : values.from.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Results).reduce(together)
  process.stdout.write(`\n${tableOf(results.rows)}\n\n${summaryOf(results.rows)}\n\n${movesTable(results.moves)}\n`)
  if (values.json !== undefined) writeFileSync(values.json, formatResults(results))
  if (values.readme) {
    writeFileSync(RESULTS, formatResults(results))
    writeFileSync(README, withResults(readFileSync(README, 'utf8'), results))
  }
  return results.rows.every((row) => verdictOf(row) === 'good') ? 0 : 1
}

/** Every pair once, then every pair again: what else the machine does falls on all alike. */
const measure = async (
  pairs: readonly Pair[],
  how: {
    readonly runs: number
    readonly atOnce: number
    readonly speed: boolean
    readonly moves: boolean
    readonly ending: AbortSignal
  },
): Promise<Results> => {
  const jobs = Array.from({ length: how.runs }, () => pairs).flat()
  const loads: number[] = []
  const outcomes = await inLanes({ count: how.atOnce, ending: how.ending }, jobs, async (lane, pair) => {
    const going: Going = { betterMillisMax: BETTER_MILLIS_MAX[inTheory(pair)], speed: how.speed }
    const outcome = await runPair(lane, pair, going)
    loads.push(loadavg()[0] ?? 0)
    process.stdout.write(`${loads.length}/${jobs.length} ${nameOf(pair)}: ${wordsOf(outcome)}\n`)
    return outcome
  })
  const rows = pairs.map((pair, at): Row => {
    const runs = outcomes.filter((_, index) => index % pairs.length === at)
    return { pair: nameOf(pair), theory: inTheory(pair), runs }
  })
  return {
    day: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    load: Math.round(medianOf(loads) ?? 0),
    runs: how.runs,
    rows,
    moves: how.moves ? runMoves(how.runs) : [],
  }
}

const wordsOf = ({ path, by, first, direct, speed, failures }: Outcome): string =>
  [
    by === undefined ? path : `${path} over ${by.toUpperCase()}`,
    first === undefined ? 'no message arrived' : `first message ${first} ms`,
    ...(direct === undefined ? [] : [`direct after ${direct} ms`]),
    ...(speed
      ? [`round trip ${speed.roundTripMillis.toFixed(2)} ms, ${speed.megabytesPerSecond.toFixed(0)} MB/s`]
      : []),
    ...(failures.length > 0 ? [`failed: ${failures.join(', ')}`] : []),
  ].join('; ')
