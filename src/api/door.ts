import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'

import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Calls } from '../view/calls.ts'
import type { Millis } from '../view/view.ts'
import { fileAt, readWindow, type WindowFiles } from './files.ts'
import { guard, HEADERS, isApi, type Asked, type Suspicion } from './guard.ts'
import { openSession, type Intruder, type Session } from './session.ts'
import { createCallee, type SocketEvent } from './socket.ts'
import {
  CALLS_PATH,
  CALLS_PROTOCOL,
  REQUEST_BYTES_MAX,
  SESSION_PATH,
  TICKET_PATH,
  TOKEN_PROTOCOL_PREFIX,
  windowUrl,
} from './wire.ts'

/** The only address that the door listens on: nobody but programs of this machine. */
const LOOPBACK = '127.0.0.1'

export const CONNECTIONS_MAX = 128
/** Windows and scripts that hold a WebSocket at once. */
export const CALLERS_MAX = 32
export const BODY_BYTES_MAX = 1024
export const HEADER_BYTES_MAX = 8 * 1024
/** A request's headers, and a whole request, must have arrived by then. */
export const HEADERS_MILLIS_MAX = 3_000
export const REQUEST_MILLIS_MAX = 5_000
/** How often the two limits above are looked at. */
const CHECK_MILLIS = 500
const IDLE_MILLIS_MAX = 10_000

export type DoorRefusal =
  | { readonly kind: 'port-in-use'; readonly port: number }
  | { readonly kind: 'port-forbidden'; readonly port: number }
  | { readonly kind: 'port-failed'; readonly port: number; readonly detail: string }

/** What the door has to say about itself. Never holds a token, a code or anything that was said. */
export type DoorEvent =
  | SocketEvent
  | { readonly kind: 'turned-away'; readonly because: Suspicion['kind'] | Intruder['kind'] | 'full' }

export interface Door {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string
  readonly token: Hex
  /** A fresh one-time code, good for one minute. */
  ticket(): Hex
  /** The address that opens the window, with a fresh one-time code. */
  windowUrl(): string
  /** Cuts off every window and script and stops listening. */
  close(): Promise<void>
}

/**
 * The one door to a peer, on this machine's loopback alone: it serves the window's files, trades a one-time code for
 * the token, and lets whoever shows the token make calls over a WebSocket.
 */
export const openDoor = async (options: {
  readonly calls: Calls
  /** The folder of the built window. When it holds no window, calls work all the same. */
  readonly window: string
  /** 0 or absent: any free port. */
  readonly port?: number
  readonly token?: Hex
  readonly log: (event: DoorEvent) => void
  readonly now?: () => Millis
  readonly random?: (bytes: number) => Uint8Array
}): Promise<Result<Door, DoorRefusal>> => {
  const now = options.now ?? Date.now
  const session = openSession(options.random ?? randomBytes, options.token)
  const files = await readWindow(options.window)
  const server = createServer({
    headersTimeout: HEADERS_MILLIS_MAX,
    requestTimeout: REQUEST_MILLIS_MAX,
    connectionsCheckingInterval: CHECK_MILLIS,
    keepAliveTimeout: IDLE_MILLIS_MAX,
    maxHeaderSize: HEADER_BYTES_MAX,
  })
  server.maxConnections = CONNECTIONS_MAX
  const listening = await listen(server, options.port ?? 0)
  if (!listening.ok) return listening
  const port = listening.value
  const url = `http://${LOOPBACK}:${port}`

  const inside: Inside = { session, files, port, url, now, log: options.log }
  server.on('request', (request, response) => answer(inside, request, response))
  server.on('clientError', (_, socket) => turnAway(socket, 400))
  const sockets = acceptSockets(inside, server, createCallee(options.calls, options.log))

  const ticket = (): Hex => session.ticket(now())
  return accept({
    url,
    token: session.token,
    ticket,
    windowUrl: () => windowUrl(url, ticket()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets.clients) socket.terminate()
        sockets.close()
        server.closeAllConnections()
      }),
  })
}

type Inside = {
  readonly session: Session
  readonly files: WindowFiles
  readonly port: number
  readonly url: string
  readonly now: () => Millis
  readonly log: (event: DoorEvent) => void
}

const listen = (server: Server, port: number): Promise<Result<number, DoorRefusal>> =>
  new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(refuse({ kind: 'port-in-use', port }))
      else if (error.code === 'EACCES') resolve(refuse({ kind: 'port-forbidden', port }))
      else resolve(refuse({ kind: 'port-failed', port, detail: error.code ?? error.message }))
    })
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      // An error of a listening server (out of file descriptors while accepting): that connection is lost, no more.
      server.removeAllListeners('error').on('error', () => undefined)
      resolve(accept((server.address() as AddressInfo).port))
    })
  })

const askedBy = (request: IncomingMessage, upgrade: boolean): Asked => ({
  method: request.method ?? '',
  path: pathOf(request),
  upgrade,
  // Several Host or Origin lines: Node keeps the first Host and joins nothing; a doubled one is a forgery either way.
  host: only(request.headersDistinct['host']),
  origin: request.headers.origin === undefined ? undefined : (only(request.headersDistinct['origin']) ?? 'several'),
  fetchSite: request.headers['sec-fetch-site'] as string | undefined,
})

const only = (values: readonly string[] | undefined): string | undefined =>
  values?.length === 1 ? values[0] : undefined

/** The path as it was sent, without its query. Nothing is decoded or resolved: it is only ever looked up in a list. */
const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? ''

const answer = (inside: Inside, request: IncomingMessage, response: ServerResponse): void => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  const path = pathOf(request)
  const allowed = guard(askedBy(request, false), inside.port)
  if (!allowed.ok) {
    inside.log({ kind: 'turned-away', because: allowed.refusal.kind })
    return end(response, allowed.refusal.kind === 'foreign-host' ? 421 : 403, { error: allowed.refusal.kind })
  }
  if (isApi(path)) return void answerApi(inside, path, request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, { error: 'method' })
  if (inside.files.size === 0) return end(response, 503, { error: 'the window is not built' })
  const file = fileAt(inside.files, path)
  if (file === undefined) return end(response, 404, { error: 'not found' })
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.bytes.length,
    'cache-control': file.caching,
  })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

const answerApi = async (inside: Inside, path: string, request: IncomingMessage, response: ServerResponse) => {
  if (path !== SESSION_PATH && path !== TICKET_PATH) return end(response, 404, { error: 'not found' })
  if (request.method !== 'POST') return end(response, 405, { error: 'method' })
  const body = await readBody(request)
  if (!body.ok) return end(response, 413, { error: 'too-large' })
  const given = path === SESSION_PATH ? tradeCode(inside, body.value) : giveTicket(inside, request)
  if (given.ok) return end(response, 200, given.value)
  inside.log({ kind: 'turned-away', because: given.refusal.kind })
  end(response, given.refusal.kind === 'too-many-failures' ? 429 : 401, { error: given.refusal.kind })
}

type Given = Result<{ readonly [name: string]: string }, Intruder>

const tradeCode = (inside: Inside, body: string): Given => {
  const token = inside.session.redeem(codeOf(body), inside.now())
  return token.ok ? accept({ token: token.value }) : token
}

/** Another program of the same person asks for a window of the peer that runs: it read the token from the door file. */
const giveTicket = (inside: Inside, request: IncomingMessage): Given => {
  const admitted = inside.session.admit(bearerOf(request) ?? '', inside.now())
  if (!admitted.ok) return admitted
  const code = inside.session.ticket(inside.now())
  return accept({ code, url: windowUrl(inside.url, code) })
}

const codeOf = (body: string): string => {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null && 'code' in json && typeof json.code === 'string' ? json.code : ''
  } catch {
    return ''
  }
}

const bearerOf = (request: IncomingMessage): string | undefined =>
  /^Bearer ([0-9a-f]+)$/.exec(request.headers.authorization ?? '')?.[1]

const readBody = (request: IncomingMessage): Promise<Result<string, { readonly kind: 'too-large' }>> =>
  new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size <= BODY_BYTES_MAX) return parts.push(part)
      request.removeAllListeners('data').pause()
      return resolve(refuse({ kind: 'too-large' }))
    })
    request.on('end', () => resolve(accept(Buffer.concat(parts).toString())))
    request.on('close', () => resolve(accept('')))
  })

const end = (response: ServerResponse, status: number, body: object): void => {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  // A refused sender may still be sending: the connection is closed behind the answer and what comes is not read.
  if (status >= 400) response.setHeader('connection', 'close')
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(text)
}

const acceptSockets = (
  inside: Inside,
  server: Server,
  callee: ReturnType<typeof createCallee>,
): WebSocketServer => {
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
    sockets.handleUpgrade(request, stream, head, callee)
  })
  // What ws itself finds wrong with an upgrade is answered by ws.
  sockets.on('wsClientError', (_, stream: Socket) => turnAway(stream, 400))
  return sockets
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

const turnAway = (stream: Duplex, status: number): void => {
  if (stream.writable) stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  // Ended is not closed: without this, somebody who keeps their side open would keep the connection.
  stream.once('finish', () => stream.destroy())
  if (stream.writableFinished) stream.destroy()
}
