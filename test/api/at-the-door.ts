import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect as openSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'

import { connect, type Connection } from '../../src/api/client.ts'
import { openDoor, type Door } from '../../src/api/door.ts'
import type { DoorEvent } from '../../src/api/request.ts'
import { CALLS_PATH, CALLS_PROTOCOL, TOKEN_PROTOCOL_PREFIX } from '../../src/api/wire.ts'
import type { Calls } from '../../src/view/calls.ts'
import { fakeCalls } from './fake-calls.ts'

export type Setting = {
  readonly door: Door
  readonly port: number
  readonly logged: DoorEvent[]
  /** The door's clock, in milliseconds. */
  readonly clock: { now: number }
  /** What answered, to one HTTP request that says exactly what is given. */
  ask(asking: Asking): Promise<Answered>
  /** How an upgrade to the calls was answered: the agreed protocol, or the HTTP status of the refusal. */
  upgrade(
    headers: Record<string, string>,
    path?: string,
  ): Promise<{ readonly status: number; readonly protocol: string }>
  /** A connection as a script would make it. */
  connect(): Connection
  /** A WebSocket that was let in, to send anything through. */
  enter(): Promise<WebSocket>
  /** A plain TCP connection. */
  tcp(): Socket
}

type Asking = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
}

type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** A door in front of a peer, with a small window, taken down after the test. */
export const atTheDoor = async (test: TestContext, calls: Calls = fakeCalls()): Promise<Setting> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-door-'))
  const window = join(folder, 'window')
  await mkdir(join(window, 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.js'), 'out of reach')
  await writeFile(join(window, 'index.html'), '<!doctype html>the window')
  await writeFile(join(window, 'assets', 'main-a1b2c3d4.js'), 'export {}')
  await writeFile(join(window, 'notes.key'), 'not a kind of file that is served')
  const logged: DoorEvent[] = []
  const clock = { now: 1_000_000 }
  const opened = await openDoor({ calls, window, log: (event) => logged.push(event), now: () => clock.now })
  assert(opened.ok)
  const door = opened.value
  const port = Number(new URL(door.url).port)
  test.after(async () => {
    await door.close()
    await rm(folder, { recursive: true })
  })

  const own = { host: `127.0.0.1:${port}`, origin: door.url }
  const protocols = [CALLS_PROTOCOL, TOKEN_PROTOCOL_PREFIX + door.token]
  return {
    door,
    port,
    logged,
    clock,
    ask: (asking) => ask(port, { ...asking, headers: asking.headers ?? own }),
    upgrade: (headers, path = CALLS_PATH) => upgrade(port, path, headers),
    connect: () =>
      connect({
        url: door.url,
        token: door.token,
        openSocket: (url, offered) =>
          new WebSocket(url, [...offered], { origin: door.url }) as unknown as globalThis.WebSocket,
      }),
    enter: async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${CALLS_PATH}`, protocols, { origin: door.url })
      socket.on('error', () => undefined)
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      return socket
    },
    tcp: () => openSocket({ host: '127.0.0.1', port }).on('error', () => undefined),
  }
}

const ask = (port: number, asking: Asking): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method: asking.method ?? 'GET',
        path: asking.path ?? '/',
        headers: { ...asking.headers },
        setHost: false,
        agent: false,
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (part: string) => (body += part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      },
    )
    request.on('error', reject)
    request.end(asking.body)
  })

const upgrade = (port: number, path: string, headers: Record<string, string>) =>
  new Promise<{ readonly status: number; readonly protocol: string }>((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      setHost: false,
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    })
    request.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: 101, protocol: response.headers['sec-websocket-protocol'] ?? '' })
    })
    request.on('response', (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, protocol: '' })
    })
    request.on('error', reject)
    request.end()
  })

/** Resolves with the close code once the socket is closed. */
export const closing = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', (code) => resolve(code)))

/** Resolves once the other side ended or cut off this connection, with all it said. */
export const ending = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let said = ''
    socket.setEncoding('utf8').on('data', (part: string) => (said += part))
    socket.once('close', () => resolve(said))
  })
