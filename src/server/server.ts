import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Logger } from 'pino'
import type { Hex } from '../core/bytes/hex.ts'
import { accept, type Result } from '../core/bytes/result.ts'
import type { StunPorts } from '../core/stun/ports.ts'
import { createNodeCrypto } from '../crypto/node.ts'
import { createServerEndpoint } from '../link/libp2p/server.ts'
import type { ListenRefusal, StunPortRefusal } from '../link/server-port.ts'
import { serveMetrics, type MetricsRefusal } from './http.ts'
import { serverKey, type KeyRefusal } from './key.ts'
import { MAILBOX_LIMITS, type MailboxLimits } from './mailbox.ts'
import { openSqliteMailboxes, type MailboxesRefusal } from './mailbox-sqlite.ts'
import { serve, type Counters, type Post, type Serving, type Time } from './serve.ts'
import type { RendezvousOptions } from './rendezvous-state.ts'

/** How often at most the log says how many are here, and only when that changed. */
export const LOG_COUNTS_MILLIS = 5_000

const MAILBOXES_FILE = 'mailboxes.sqlite'

export type StartRefusal = ListenRefusal | KeyRefusal | MetricsRefusal | MailboxesRefusal

export type RunningServer = {
  /** The server's own Ed25519 public key. */
  readonly device: Hex
  /** The TCP port, also when 0 was asked for. */
  readonly port: number
  /** Where it answers STUN, and where it wanted to and cannot. */
  readonly stun: StunPorts
  readonly stunRefused: readonly StunPortRefusal[]
  /** Where metrics are served, if they are. */
  readonly metricsPort?: number
  readonly counters: () => Counters
  /** Says farewell to everybody, then closes everything. The key stays in its folder. */
  close(): Promise<void>
}

/**
 * Starts rendezvous, relay, people list and mailboxes on one TCP port; without `host`, on every address of this machine.
 * The server's key and what is in the mailboxes are kept in `folder`. `peersPerAddressMax` is for servers whose peers all
 * come through one proxy. With `metrics`, counts are served on that port of the loopback address. The log gets counts
 * alone: never a key, an address or anything that was said.
 */
export const startServer = async ({
  port,
  host,
  folder,
  metrics,
  mailboxes,
  log,
  ...options
}: RendezvousOptions & {
  readonly port: number
  readonly host?: string
  readonly folder: string
  readonly metrics?: number
  /** Whether sealed blobs are kept for who is away, and how much of it (MAILBOX_LIMITS). */
  readonly mailboxes?: 'off' | MailboxLimits
  readonly log: Logger
}): Promise<Result<RunningServer, StartRefusal>> => {
  const key = serverKey(folder)
  if (!key.ok) return key
  const endpoint = await createServerEndpoint({
    privateKey: key.value,
    port,
    ...(host !== undefined && { host }),
  })
  if (!endpoint.ok) return endpoint
  const post = openPost(join(folder, MAILBOXES_FILE), mailboxes)
  if (!post.ok) {
    await endpoint.value.close()
    return post
  }
  const serving = serve({ ...options, endpoint: endpoint.value, time: realTime, post: post.value })
  const served = metrics === undefined ? accept(undefined) : await serveMetrics(metrics, serving.counters)
  if (!served.ok) {
    await serving.stop()
    await post.value?.mailboxes.close()
    return served
  }
  const running = endpoint.value
  const { stun, stunRefused } = running
  log.info(
    { port: running.port, stun, people: options.people, ...(served.value && { metrics: served.value.port }) },
    'listening',
  )
  for (const { transport, port: taken, because } of stunRefused)
    log.warn({ transport, port: taken, because: because.kind }, 'no STUN at this port')
  const stopLogging = logCounts(log, serving)
  return accept({
    device: running.device,
    port: running.port,
    stun,
    stunRefused,
    ...(served.value && { metricsPort: served.value.port }),
    counters: serving.counters,
    close: async () => {
      stopLogging()
      await Promise.all([serving.stop(), served.value?.close()])
      await post.value?.mailboxes.close()
      log.info('stopped')
    },
  })
}

const openPost = (
  file: string,
  mailboxes: 'off' | MailboxLimits = MAILBOX_LIMITS,
): Result<Post | undefined, MailboxesRefusal> => {
  if (mailboxes === 'off') return accept(undefined)
  const opened = openSqliteMailboxes({ file, limits: mailboxes })
  if (!opened.ok) return opened
  return accept({
    mailboxes: opened.value,
    verify: createNodeCrypto().verify,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
  })
}

const logCounts = (log: Logger, serving: Serving): (() => void) => {
  let last = ''
  const timer = setInterval(() => {
    const { here, visible, relayed } = serving.counters()
    const counts = { here, visible, relayedLinks: relayed.links }
    if (JSON.stringify(counts) === last) return
    last = JSON.stringify(counts)
    log.info(counts, 'here now')
  }, LOG_COUNTS_MILLIS)
  timer.unref()
  return () => clearInterval(timer)
}

const realTime: Time = {
  now: () => performance.now(),
  after: (millis, task) => {
    const timer = setTimeout(task, millis)
    return () => clearTimeout(timer)
  },
}
