import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { skipNetworks } from '../scenario/networks.ts'
import { createStage, type Stage } from '../scenario/stage.ts'
import { createScope } from './scope.ts'
import { inTheory, nameOf, runPair, type Outcome, type Pair } from './pair.ts'
import { household, internet, person, SIDES, type Internet } from './sides.ts'
import { tableOf, type Row } from './table.ts'

const USAGE = 'npm run lab -- [--runs N] [--pair SIDE+SIDE | --pair same-lan] [--json FILE]\n'

const ALL: readonly Pair[] = [
  'same-lan',
  ...SIDES.flatMap((one, index) => SIDES.slice(index).map((other): Pair => [one, other])),
]

/** `npm run lab`: real peers behind real routers of each kind, two and two, and what they reach. */
const main = async (words: readonly string[]): Promise<void> => {
  const options = {
    runs: { type: 'string' },
    pair: { type: 'string', multiple: true },
    json: { type: 'string' },
  } as const
  const { runs = '1', pair, json } = parseArgs({ args: [...words], options }).values
  const wanted = pair === undefined ? ALL : ALL.filter((each) => pair.includes(nameOf(each)))
  if (!/^[1-9]\d*$/.test(runs) || wanted.length === 0 || wanted.length < (pair?.length ?? 0)) {
    process.stderr.write(`${USAGE}Pairs: ${ALL.map(nameOf).join(', ')}\n`)
    process.exitCode = 2
    return
  }
  if (skipNetworks !== false) {
    process.stdout.write(`Nothing was run: the lab ${skipNetworks}.\nNot run: ${wanted.map(nameOf).join(', ')}.\n`)
    return
  }
  const rows = await measure(wanted, Number(runs))
  process.stdout.write(`\n${tableOf(rows)}\n`)
  if (json === undefined) return
  writeFileSync(json, `${JSON.stringify(rows, undefined, 2)}\n`)
}

/** One Internet and one server for all pairs; each run has machines and people of its own. */
const measure = async (pairs: readonly Pair[], count: number): Promise<readonly Row[]> => {
  const scope = createScope()
  try {
    const net = internet(scope)
    const stage = await createStage(scope)
    const server = stage.start(['server', '--port', '0', '--data', stage.data], net.machine)
    const [, port = ''] = await server.prints(/TCP port (\d+)\./)
    const rows: Row[] = []
    for (const pair of pairs) {
      const runs: Outcome[] = []
      for (let run = 1; run <= count; run += 1) runs.push(await measureOnce(stage, net, `${net.host}:${port}`, pair))
      rows.push({ pair: nameOf(pair), theory: inTheory(pair), runs })
      process.stdout.write(`${nameOf(pair)}: ${runs.map((each) => JSON.stringify(each)).join(' ')}\n`)
    }
    return rows
  } finally {
    await scope.end()
  }
}

let measured = 0

const measureOnce = async (stage: Stage, net: Internet, server: string, pair: Pair): Promise<Outcome> => {
  const scope = createScope()
  try {
    const machines =
      pair === 'same-lan'
        ? household(scope, net)
        : ([person(scope, net, 'here', pair[0]), person(scope, net, 'there', pair[1])] as const)
    measured += 1
    return await runPair(stage, { machines, server, label: String(measured) })
  } finally {
    await scope.end()
  }
}

await main(process.argv.slice(2))
