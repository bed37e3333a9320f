import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { skipNetworks } from '../scenario/networks.ts'
import { createStage, type Stage } from '../scenario/stage.ts'
import { createScope } from './scope.ts'
import { household } from './homes.ts'
import { internet, SERVER_HOST, type Internet } from './internet.ts'
import { runPair, type Outcome } from './pair.ts'
import { inTheory, nameOf, PAIRS, type Pair } from './pairs.ts'
import { person, serverAt } from './sides.ts'
import { tableOf, type Row } from './table.ts'

const USAGE = 'npm run lab -- [--runs N] [--pair SIDE+SIDE | --pair same-lan] [--json FILE]\n'

/** `npm run lab`: real peers behind real routers of each kind, two and two, and what they reach. */
const main = async (words: readonly string[]): Promise<void> => {
  const options = {
    runs: { type: 'string' },
    pair: { type: 'string', multiple: true },
    json: { type: 'string' },
  } as const
  const { runs = '1', pair, json } = parseArgs({ args: [...words], options }).values
  const wanted = pair === undefined ? PAIRS : PAIRS.filter((each) => pair.includes(nameOf(each)))
  if (!/^[1-9]\d*$/.test(runs) || wanted.length === 0 || wanted.length < (pair?.length ?? 0)) {
    process.stderr.write(`${USAGE}Pairs: ${PAIRS.map(nameOf).join(', ')}\n`)
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
      for (let run = 1; run <= count; run += 1) runs.push(await measureOnce(stage, net, port, pair))
      rows.push({ pair: nameOf(pair), theory: inTheory(pair), runs })
      process.stdout.write(`${nameOf(pair)}: ${runs.map((each) => JSON.stringify(each)).join(' ')}\n`)
    }
    return rows
  } finally {
    await scope.end()
  }
}

let measured = 0

const measureOnce = async (stage: Stage, net: Internet, port: string, pair: Pair): Promise<Outcome> => {
  const scope = createScope()
  try {
    const machines =
      typeof pair === 'string'
        ? household(scope, net, pair)
        : ([person(scope, net, 'here', pair[0]), person(scope, net, 'there', pair[1])] as const)
    const servers =
      typeof pair === 'string'
        ? ([`${SERVER_HOST}:${port}`, `${SERVER_HOST}:${port}`] as const)
        : ([serverAt(pair[0], port), serverAt(pair[1], port)] as const)
    measured += 1
    return await runPair(stage, { machines, servers, label: String(measured) })
  } finally {
    await scope.end()
  }
}

await main(process.argv.slice(2))
