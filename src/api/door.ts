import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Calls } from '../view/calls.ts'
import type { Millis } from '../view/view.ts'
import { readWindow } from './files.ts'
import { answer } from './http.ts'
import type { DoorEvent, Inside } from './request.ts'
import { openSession } from './session.ts'
import { createCallee } from './socket.ts'
import { acceptSockets, turnAway } from './upgrade.ts'
import { windowUrl } from './wire.ts'

/** The only address that the door listens on: nobody but programs of this machine. */
const LOOPBACK = '127.0.0.1'

export const CONNECTIONS_MAX = 128
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
  acceptSockets(inside, server, createCallee(options.calls, options.log))
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })

  const ticket = (): Hex => session.ticket(now())
  return accept({
    url,
    token: session.token,
    ticket,
    windowUrl: () => windowUrl(url, ticket()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const connection of connections) connection.destroy()
      }),
  })
}

/** Whether a door could be opened on this port now. */
export const probeDoor = async (port: number): Promise<Result<null, DoorRefusal>> => {
  const server = createServer()
  const listening = await listen(server, port)
  if (!listening.ok) return listening
  await new Promise((resolve) => server.close(resolve))
  return accept(null)
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
