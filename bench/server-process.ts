import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pino } from 'pino'
import { startServer } from '../src/server/server.ts'

export type ServerTask = 'measure'
export type ServerReport =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'measured'
      readonly rssBytes: number
      readonly cpuMillis: number
      readonly here: number
      readonly pushes: number
      readonly pushedBytes: number
      /** The longest that nothing else could be done, since the last time this was asked. */
      readonly loopMillisMax: number
    }

/** The server as a process of its own, that says what it costs when it is asked. */
const main = async (folder: string): Promise<void> => {
  // All peers of a benchmark come from one address.
  const peersPerAddressMax = Number.MAX_SAFE_INTEGER
  const log = pino({ level: 'silent' })
  const server = await startServer({ port: 0, host: '127.0.0.1', folder, people: 'on', peersPerAddressMax, log })
  if (!server.ok) throw new Error(JSON.stringify(server.refusal))
  const report = (report: ServerReport): void => void process.send?.(report)
  process.on('disconnect', () => process.exit())
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    const { here, rendezvous } = server.value.counters()
    const { pushes, pushedBytes } = rendezvous
    const rssBytes = process.memoryUsage.rss()
    const loopMillisMax = loop.max / 1e6
    loop.reset()
    const cpuMillis = (user + system) / 1_000
    report({ kind: 'measured', rssBytes, cpuMillis, here, pushes, pushedBytes, loopMillisMax })
  })
  report({ kind: 'listening', port: server.value.port })
}

if (import.meta.main) await main(process.argv[2] ?? '')
