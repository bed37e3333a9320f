import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { mailboxKeys, type MailboxKeys } from '../src/core/mailbox/keys.ts'
import { createNodeCrypto } from '../src/crypto/node.ts'
import { createEndpoint } from '../src/link/libp2p/endpoint.ts'
import { openNetwork } from '../src/peer/network/network.ts'
import type { Network, Scheduler, ServerMailboxes } from '../src/peer/network/port.ts'

/** Connect so many peers, each with so many mailboxes that it watches; then let each put so many blobs into them. */
export type MailboxTask =
  | { readonly do: 'open'; readonly port: number; readonly peers: number; readonly mailboxes: number }
  | { readonly do: 'put'; readonly blobs: number; readonly bytes: number }
  | { readonly do: 'read' }
export type MailboxReport =
  | { readonly kind: 'opened' }
  | { readonly kind: 'put'; readonly refused: number }
  | { readonly kind: 'read'; readonly blobs: number }

/** Requests of one peer under way at once. */
const AT_ONCE = 32

type Visitor = { readonly network: Network; readonly server: ServerMailboxes; readonly keys: readonly MailboxKeys[] }

const crypto = createNodeCrypto()

const scheduler: Scheduler = {
  now: Date.now,
  after: (millis, run) => {
    const timer = setTimeout(run, millis)
    return () => clearTimeout(timer)
  },
}

const join = async (port: number, mailboxes: number): Promise<Visitor> => {
  const endpoint = await createEndpoint({
    privateKey: new Uint8Array(randomBytes(32)),
    listen: { port: 0, hosts: ['127.0.0.1'] },
  })
  if (!endpoint.ok) throw new Error(JSON.stringify(endpoint.refusal))
  const network = openNetwork({
    endpoint: endpoint.value,
    scheduler,
    random: Math.random,
    crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  const there = new Promise<ServerMailboxes>((resolve) => {
    network.onChange(() => {
      const [server] = network.mailboxes.servers()
      if (server) resolve(server)
    })
  })
  network.useServers([{ host: '127.0.0.1', port }])
  const server = await there
  const keys: MailboxKeys[] = []
  for (let each = 0; each < mailboxes; each++) {
    const key = await mailboxKeys(crypto, new Uint8Array(randomBytes(32)))
    keys.push(key)
    await insisting(() => server.watch(key, true))
  }
  return { network, server, keys }
}

/** Again after the time that a slow server names. Answers how often it was refused. */
const insisting = async (
  run: () => Promise<{ readonly ok: boolean; readonly refusal?: { readonly kind: string; readonly millis?: number } }>,
): Promise<number> => {
  for (let refused = 0; ; refused++) {
    const result = await run()
    if (result.ok) return refused
    if (result.refusal?.kind !== 'slow') throw new Error(JSON.stringify(result.refusal))
    await sleep(result.refusal.millis)
  }
}

const put = async ({ server, keys }: Visitor, blobs: number, bytes: number): Promise<number> => {
  const blob = new Uint8Array(randomBytes(bytes))
  let left = blobs
  let refused = 0
  const worker = async (): Promise<void> => {
    while (left > 0) {
      const key = keys[(left -= 1) % keys.length] as MailboxKeys
      refused += await insisting(() => server.put(key, blob))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return refused
}

const readAll = async ({ server, keys }: Visitor): Promise<number> => {
  let blobs = 0
  for (const key of keys)
    for (let after = 0, more = true; more;) {
      const page = await server.read(key, { after })
      if (!page.ok) throw new Error(JSON.stringify(page.refusal))
      blobs += page.value.blobs.length
      after = page.value.blobs.at(-1)?.cursor ?? after
      more = page.value.more
    }
  return blobs
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const main = (): void => {
  const visitors: Visitor[] = []
  const report = (report: MailboxReport): void => void process.send?.(report)
  const perform = async (task: MailboxTask): Promise<void> => {
    if (task.do === 'open') {
      const joining = Array.from({ length: task.peers }, () => join(task.port, task.mailboxes))
      visitors.push(...(await Promise.all(joining)))
      report({ kind: 'opened' })
    } else if (task.do === 'put') {
      const refused = await Promise.all(visitors.map((each) => put(each, task.blobs, task.bytes)))
      report({ kind: 'put', refused: sum(refused) })
    } else report({ kind: 'read', blobs: sum(await Promise.all(visitors.map(readAll))) })
  }
  process.on('disconnect', () => process.exit())
  process.on('message', (task: MailboxTask) => void perform(task))
}

if (import.meta.main) main()
