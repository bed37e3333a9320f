import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { MailboxReport, MailboxTask } from './mailbox-peers.ts'
import { row, type Row } from './row.ts'
import type { ServerReport } from './server-process.ts'

const RUNS = 3
const PEERS = 12
const PUTS_PER_PEER = 2_500
const SMALL_BYTES = 1024
const LARGE_BYTES = 64 * 1024
const LARGE_PER_PEER = 40
const MAILBOXES = 10_000
const MAILBOXES_PER_PEER = 200
const MIB = 1024 * 1024

/** What mailboxes cost a server: appends that are on disk when they are answered, over real links; and memory. */
export const benchMailbox = async ({ runs = RUNS }: { readonly runs?: number } = {}): Promise<readonly Row[]> => {
  const appends: number[] = []
  const reads: number[] = []
  const large: number[] = []
  const holds: number[] = []
  const memory: number[] = []
  const whole: number[] = []
  for (let run = 0; run < runs; run++) {
    await withServer(async ({ tell, askServer }) => {
      await tell({ do: 'open', port: 0, peers: PEERS, mailboxes: 4 })
      const small = { do: 'put', blobs: PUTS_PER_PEER, bytes: SMALL_BYTES } as const
      appends.push((PEERS * PUTS_PER_PEER) / (await seconds(() => tell(small))))
      reads.push((PEERS * PUTS_PER_PEER) / (await seconds(() => tell({ do: 'read' }))))
      const bytes = PEERS * LARGE_PER_PEER * LARGE_BYTES
      const parts = { do: 'put', blobs: LARGE_PER_PEER, bytes: LARGE_BYTES } as const
      large.push(bytes / MIB / (await seconds(() => tell(parts))))
      holds.push((await askServer()).loopMillisMax)
    })
    await withServer(async ({ tell, askServer }) => {
      const before = (await askServer()).rssBytes
      const peers = MAILBOXES / MAILBOXES_PER_PEER
      await tell({ do: 'open', port: 0, peers, mailboxes: MAILBOXES_PER_PEER })
      await tell({ do: 'put', blobs: MAILBOXES_PER_PEER, bytes: SMALL_BYTES })
      const { rssBytes } = await askServer()
      memory.push((rssBytes - before) / MIB)
      whole.push(rssBytes / MIB)
    })
  }
  return [
    row('mailboxes: durable appends of 1 KiB', 'per s', appends, 3_000),
    row('mailboxes: blobs of 1 KiB read', 'per s', reads),
    row('mailboxes: durable appends of 64 KiB', 'MiB/s', large),
    row('mailboxes: longest that the event loop was held', 'ms', holds),
    row('10,000 mailboxes, each watched: memory that they add to a server', 'MiB', memory, 150),
    row('server with 10,000 mailboxes, each watched: all its memory', 'MiB', whole),
  ]
}

type Running = {
  /** Lets the peers do something, and waits until they have. */
  tell(task: MailboxTask): Promise<void>
  askServer(): Promise<Extract<ServerReport, { kind: 'measured' }>>
}

const withServer = async (use: (running: Running) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-mailbox-'))
  const [server, peers] = [start('server-process.ts', folder), start('mailbox-peers.ts')]
  try {
    const { port } = await reported<Extract<ServerReport, { kind: 'listening' }>>(server)
    await use({
      tell: async (task) => {
        peers.send(task.do === 'open' ? { ...task, port } : task)
        await reported<MailboxReport>(peers)
      },
      askServer: () => {
        server.send('measure')
        return reported(server)
      },
    })
  } finally {
    for (const child of [server, peers]) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

const start = (file: string, ...args: readonly string[]): ChildProcess => fork(new URL(file, import.meta.url), args)

/** The next report of a process that must not end before it. */
const reported = async <Report>(child: ChildProcess): Promise<Report> => {
  const over = new AbortController()
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('a process of the benchmark ended')
  })
  const [report] = (await Promise.race([once(child, 'message', { signal: over.signal }), ended])) as [Report]
  over.abort()
  return report
}

const seconds = async (run: () => Promise<void>): Promise<number> => {
  const began = performance.now()
  await run()
  return (performance.now() - began) / 1_000
}

if (import.meta.main) console.table(await benchMailbox())
