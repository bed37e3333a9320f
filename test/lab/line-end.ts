import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { createEndpoint } from '../../src/link/libp2p/endpoint.ts'
import type { Endpoint, Link } from '../../src/link/port.ts'
import { answerQuestions } from './far.ts'
import type { Spot } from './prober.ts'
import { echo, measure, socketWire, type Speed } from './speed.ts'

/** One end of a line, that is of a link and of a plain connection between the same two machines. */
export type LineEnd = {
  /** Makes a device, and connects it to this server. */
  join(server: Spot): { readonly device: string; readonly port: number }
  /** Makes a link to a device at an address; without one, waits for a link that comes. */
  link(to: { readonly device: string; readonly address?: string }): Linked
  /** Makes a plain connection over TCP from a port to the other end, which calls from there at the same time. */
  plain(call: { readonly from: number; readonly to: Spot; readonly listens: boolean }): true
  /** Sends back, from now on, what comes on both. */
  echo(): true
  /** How fast both are, while the other end sends back. */
  measure(): Speed
}

export type Linked = { readonly path: string; readonly address: string }

const never = new AbortController().signal

/** How long after a call that was refused the next one is made. */
const CALL_AGAIN_MILLIS = 50

let endpoint: Endpoint | undefined
let link: Link | undefined
let socket: Socket | undefined
const arrived: Link[] = []
let wake = (): void => {}

const join = async ({ host, port }: Spot): Promise<{ readonly device: string; readonly port: number }> => {
  const opened = await createEndpoint({ privateKey: randomBytes(32), listen: { port: 0 } })
  if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
  endpoint = opened.value
  const server = await endpoint.dialServer({ host, port, signal: never })
  if (!server.ok) throw new Error(JSON.stringify(server.refusal))
  void drain(server.value)
  endpoint.overUdp({ answers: () => true, stun: () => [{ host, port }] })
  endpoint.onLink((each) => {
    arrived.push(each)
    wake()
  })
  return { device: endpoint.device, port: Number(endpoint.addresses()[0]?.split(':').at(-1)) }
}

const drain = async (unread: Link): Promise<void> => {
  for await (const _ of unread.frames);
}

const makeLink = async ({ device, address }: Parameters<LineEnd['link']>[0]): Promise<Linked> => {
  if (address === undefined) while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve))
  const dialled = address === undefined ? undefined : await endpoint?.dial({ device, address, signal: never })
  if (dialled?.ok === false) throw new Error(JSON.stringify(dialled.refusal))
  link = dialled?.value ?? arrived.shift()
  return { path: link?.path ?? '', address: link?.address ?? '' }
}

/**
 * As Kith makes its own connections: each router takes the other's call for an answer. Whoever is called from a port that
 * nobody can know listens as well.
 */
const plain = async ({ from, to, listens }: Parameters<LineEnd['plain']>[0]): Promise<true> => {
  const made = Promise.withResolvers<Socket>()
  const call = async (): Promise<void> => {
    while (socket === undefined) {
      const calling = connect({ ...to, localPort: from })
      if (await once(calling, 'connect').catch(() => false)) return made.resolve(calling)
      await pause(CALL_AGAIN_MILLIS)
    }
  }
  void call()
  // Linux lets a port be listened at that was called from, in this order alone.
  await nextTurn()
  if (listens) createServer(made.resolve).listen(from)
  socket = await made.promise
  socket.setNoDelay(true)
  return true
}

const startEcho = async (): Promise<true> => {
  for (const wire of [link, socket && socketWire(socket)]) if (wire) void echo(wire)
  return true
}

const measureBoth = (): Promise<Speed> => {
  if (!link) throw new Error('no link was made')
  const ended = link.closed.then((farewell) => {
    throw new Error(`the link ended: ${JSON.stringify(farewell)}`)
  })
  return Promise.race([measure(link, socket && socketWire(socket)), ended])
}

/** Run as a child process on a machine of the lab. */
if (import.meta.main)
  await answerQuestions<LineEnd>({ join, link: makeLink, plain, echo: startEcho, measure: measureBoth })
