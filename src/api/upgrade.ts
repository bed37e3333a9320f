import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'

import { guard, type Suspicion } from './guard.ts'
import { askedBy, bearerOf, pathOf, type Inside } from './request.ts'
import type { Intruder } from './session.ts'
import type { Callee } from './socket.ts'
import { CALLS_PATH, CALLS_PROTOCOL, REQUEST_BYTES_MAX, TOKEN_PROTOCOL_PREFIX } from './wire.ts'

/** Windows and scripts that hold a WebSocket at once. */
export const CALLERS_MAX = 32

/** Turns requests for a WebSocket into sockets for `callee`, when they come from where they should and show the token. */
export const acceptSockets = (inside: Inside, server: Server, callee: Callee): void => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: REQUEST_BYTES_MAX,
    perMessageDeflate: false,
    // The token is one of the offered protocols: it must not be the one that is answered.
    handleProtocols: (offered) => (offered.has(CALLS_PROTOCOL) ? CALLS_PROTOCOL : false),
  })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => undefined)
    const because = reasonAgainst(inside, request, sockets.clients.size)
    if (because !== undefined) {
      if (because !== 'not-found') inside.log({ kind: 'turned-away', because })
      return turnAway(stream, STATUS_OF[because])
    }
    sockets.handleUpgrade(request, stream, head, (socket) => callee(socket, stream))
  })
}

type Against = Suspicion['kind'] | Intruder['kind'] | 'full' | 'not-found'

const STATUS_OF: Readonly<Record<Against, number>> = {
  'foreign-host': 421,
  'foreign-origin': 403,
  'cross-site': 403,
  'not-found': 404,
  'wrong-secret': 401,
  'too-many-failures': 429,
  full: 503,
}

const reasonAgainst = (inside: Inside, request: IncomingMessage, callers: number): Against | undefined => {
  const allowed = guard(askedBy(request, true), inside.port)
  if (!allowed.ok) return allowed.refusal.kind
  if (pathOf(request) !== CALLS_PATH) return 'not-found'
  const shown = bearerOf(request) ?? tokenAmong(request.headers['sec-websocket-protocol'])
  const admitted = inside.session.admit(shown ?? '', inside.now())
  if (!admitted.ok) return admitted.refusal.kind
  return callers >= CALLERS_MAX ? 'full' : undefined
}

const tokenAmong = (protocols: string | undefined): string | undefined =>
  (protocols ?? '')
    .split(',')
    .map((each) => each.trim())
    .find((each) => each.startsWith(TOKEN_PROTOCOL_PREFIX))
    ?.slice(TOKEN_PROTOCOL_PREFIX.length)

/** Answers what is no request of ours with a status alone and lets go of the connection. */
export const turnAway = (stream: Duplex, status: number): void => {
  if (!stream.writable) return void stream.destroy()
  // Ended is not closed: without destroying it, somebody who keeps their side open would keep the connection.
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => stream.destroy())
}
