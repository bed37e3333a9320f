import { performance } from 'node:perf_hooks'
import { accept, type Result } from '../../core/bytes/result.ts'
import { pathOf } from '../address.ts'
import type { Link } from '../port.ts'
import type { ListenRefusal, ServerEndpoint } from '../server-port.ts'
import { createStunAnswers } from '../stun/answers.ts'
import { openStun } from '../stun/open.ts'
import type { StreamHandler } from './connection.ts'
import { ALL_HOSTS } from './listen.ts'
import { createMeetings } from './meeting.ts'
import type { Time } from './line.ts'
import { createPairs } from './pairs.ts'
import { createNode, type NodeLimits } from './node.ts'
import { createParts, SERVER_STREAM_WINDOW_BYTES_MAX } from './parts.ts'
import { MEET_PROTOCOL, RELAY_PROTOCOL, REPLACED_PROTOCOL, SERVER_PROTOCOL } from './protocols.ts'
import { createRelay } from './relay.ts'
import { createStreamLink } from './stream-link.ts'

export const SERVER_LIMITS: NodeLimits = { handshakes: 1_024, connections: 20_000, connectionsPerDevice: 4 }

/** `privateKey` is the server's Ed25519 seed (32 bytes). Without `host`, every address of the machine is listened on. */
export const createServerEndpoint = async ({
  privateKey,
  port,
  host,
}: {
  readonly privateKey: Uint8Array
  readonly port: number
  readonly host?: string
}): Promise<Result<ServerEndpoint, ListenRefusal>> => {
  const parts = await createParts(privateKey, 'noise', SERVER_STREAM_WINDOW_BYTES_MAX)
  const pairs = createPairs(time.now)
  const relay = createRelay(time, pairs)
  const meetings = createMeetings(relay.isRegistered, pairs, time.now)
  let onLink: (link: Link) => void = (link) => link.close()

  const serveLink: StreamHandler = (stream, connection) => {
    if (!connection.claim()) return stream.abort(new Error('this connection has its link'))
    relay.register(connection)
    onLink(createStreamLink(stream, connection, { protocol: 'server', path: pathOf(connection.address) }))
  }
  const handlers = new Map<string, StreamHandler>([
    [SERVER_PROTOCOL, serveLink],
    [RELAY_PROTOCOL, relay.serve],
    [REPLACED_PROTOCOL, relay.replaced],
    [MEET_PROTOCOL, meetings.serve],
  ])
  const hosts = host === undefined ? ALL_HOSTS : [host]
  const answers = createStunAnswers(time.now)
  const node = await createNode(parts, {
    listen: { port, hosts },
    limits: SERVER_LIMITS,
    handlers,
    answer: (question, from) => answers.answer('tcp', question, from),
  })
  if (!node.ok) return node
  const stun = await openStun(answers, { port: node.value.port, hosts })
  return accept({
    device: node.value.device,
    port: node.value.port,
    stun: stun.ports,
    stunRefused: stun.refused,
    stunCounts: answers.counts,
    onLink: (handler) => {
      onLink = handler
    },
    relayed: relay.relayed,
    meetings: meetings.counts,
    connections: node.value.connections,
    close: async () => {
      await Promise.all([node.value.close(), stun.close()])
    },
  })
}

const time: Time = {
  now: () => performance.now(),
  after: (millis, task) => {
    const timer = setTimeout(task, millis)
    return () => clearTimeout(timer)
  },
}
