import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { row, type Row } from './row.ts'
import type { PeersReport, PeersTask } from './server-peers.ts'
import type { ServerReport } from './server-process.ts'

const SIZES = [1_000, 5_000] as const
const RUNS = 3
const PEER_PROCESSES = 4
/** How long no change of the people list was sent: everybody has been told of everybody. */
const QUIET_MILLIS = 3_000
const IDLE_MILLIS = 30_000

const MEMORY_KIB_REACH = 200
const LOGIN_MILLIS_REACH = 6

type Cost = { readonly memoryKib: number; readonly loginMillis: number; readonly idlePercent: number }

/** What a connected peer costs the server, with few and with many: it should be the same. */
export const benchServer = async ({
  sizes = SIZES,
  runs = RUNS,
}: {
  readonly sizes?: readonly number[]
  readonly runs?: number
} = {}): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (const size of sizes) {
    const costs: Cost[] = []
    for (let run = 0; run < runs; run++) costs.push(await measure(size))
    const name = `server with ${size.toLocaleString('en')} peers`
    rows.push(
      row(
        `${name}: memory per peer`,
        'KiB',
        costs.map(({ memoryKib }) => memoryKib),
        MEMORY_KIB_REACH,
      ),
      row(
        `${name}: processor time per login`,
        'ms',
        costs.map(({ loginMillis }) => loginMillis),
        LOGIN_MILLIS_REACH,
      ),
      row(
        `${name}: idle, of one core`,
        '%',
        costs.map(({ idlePercent }) => idlePercent),
      ),
    )
  }
  return rows
}

const measure = async (size: number): Promise<Cost> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-server-'))
  const children: ChildProcess[] = []
  const start = (file: string, ...args: readonly string[]): ChildProcess => {
    const child = fork(new URL(file, import.meta.url), args)
    children.push(child)
    return child
  }
  try {
    const server = start('server-process.ts', folder)
    const { port } = await reported(server, 'listening')
    const peers = Array.from({ length: PEER_PROCESSES }, () => start('server-peers.ts'))
    // The first logins load and compile what all others use.
    await joinPeers(peers, port, 10)
    const before = await ask(server)
    await joinPeers(peers, port, size / PEER_PROCESSES)
    const after = await ask(server)
    const settled = await quiet(server)
    await sleep(IDLE_MILLIS)
    const idle = await ask(server)
    if (idle.here !== size + 10 * PEER_PROCESSES) throw new Error(`${idle.here} peers are here`)
    return {
      memoryKib: (idle.rssBytes - before.rssBytes) / size / 1024,
      loginMillis: (after.cpuMillis - before.cpuMillis) / size,
      idlePercent: ((idle.cpuMillis - settled.cpuMillis) / IDLE_MILLIS) * 100,
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

const joinPeers = async (peers: readonly ChildProcess[], port: number, count: number): Promise<void> => {
  await Promise.all(
    peers.map(async (peer) => {
      peer.send({ port, count } satisfies PeersTask)
      await reported(peer, 'joined')
    }),
  )
}

/** The server's cost so far, once it has nothing more to tell. */
const quiet = async (server: ChildProcess): Promise<Measured> => {
  for (let last = await ask(server); ;) {
    await sleep(QUIET_MILLIS)
    const now = await ask(server)
    if (now.pushes === last.pushes) return now
    last = now
  }
}

type Measured = Extract<ServerReport, { readonly kind: 'measured' }>

const ask = (server: ChildProcess): Promise<Measured> => {
  server.send('measure')
  return reported(server, 'measured')
}

/** The next report of a process, which must be of this kind. */
const reported = async <Kind extends Report['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Report, { readonly kind: Kind }>> => {
  const over = new AbortController()
  const { signal } = over
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error(`a process ended before it was ${kind}`)
  })
  const messages: readonly unknown[] = await Promise.race([once(child, 'message', { signal }), ended])
  over.abort()
  const report = messages[0] as Report
  if (report.kind !== kind) throw new Error(`${report.kind} came before ${kind}`)
  return report as Extract<Report, { readonly kind: Kind }>
}

type Report = ServerReport | PeersReport

if (import.meta.main) console.table(await benchServer())
