import { multiaddr } from '@multiformats/multiaddr'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Link } from '../src/link/port.ts'
import { COUNT, createBenchEndpoint, createPlainNode, ECHO, ECHO_PROTOCOL, SUM, type Ready } from './link-process.ts'
import { quantile, row, type Row } from './row.ts'

const RUNS = 5
const ROUND_TRIPS = 2_000
const MESSAGE_BYTES = 200
const MESSAGES = 50_000
const BULK_BYTES = 128 * 1024 * 1024
const BULK_FRAME_BYTES = 64 * 1024

type Wire = {
  /** Sends so many bytes and resolves when they came back. */
  readonly roundTrip: () => Promise<void>
  readonly close: () => Promise<void> | void
}

/** A link between two processes on one machine, beside what it stands on: TCP, and a stream of libp2p as it comes. */
export const benchLink = async (): Promise<readonly Row[]> => {
  const child = fork(fileURLToPath(new URL('link-process.ts', import.meta.url)))
  const [ready] = (await once(child, 'message')) as [Ready]
  const endpoint = await createBenchEndpoint(13)
  const dial = async (): Promise<Link> => {
    const signal = new AbortController().signal
    const result = await endpoint.dial({ device: ready.device, address: ready.address, signal })
    if (!result.ok) throw new Error(JSON.stringify(result.refusal))
    return result.value
  }
  const tables = new Map<string, { readonly unit: string; readonly values: number[] }>()
  const note = (what: string, unit: string, value: number): void => {
    const table = tables.get(what) ?? { unit, values: [] }
    tables.set(what, table)
    table.values.push(value)
  }
  // One of each in turn, so that whatever else the machine does is shared fairly.
  for (let run = 0; run < RUNS; run += 1) {
    note('raw TCP, round trip of 200 bytes, p50', 'ms', await medianTrip(await tcpWire(ready)))
    note('raw libp2p stream, round trip of 200 bytes, p50', 'ms', await medianTrip(await libp2pWire(ready)))
    note('link, round trip of 200 bytes, p50', 'ms', await medianTrip(linkWire(await dial())))
    note('raw TCP, one way', 'MB/s', await tcpFlood(ready))
    note(
      'link, one way in frames of 64 KiB',
      'MB/s',
      (await linkFlood(await dial(), BULK_BYTES, BULK_FRAME_BYTES)) / 1e6,
    )
    const rate = await linkFlood(await dial(), MESSAGES * MESSAGE_BYTES, MESSAGE_BYTES)
    note('link, one way in messages of 200 bytes', '1/s', rate / MESSAGE_BYTES)
    note('link, dial until it stands', 'ms', await dialTime(dial))
  }
  await endpoint.close()
  child.disconnect()
  return [...tables].map(([what, { unit, values }]) => row(what, unit, values))
}

export const medianTrip = async ({ roundTrip, close }: Wire): Promise<number> => {
  const times: number[] = []
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const before = performance.now()
    await roundTrip()
    times.push(performance.now() - before)
  }
  await close()
  return quantile(times, 0.5)
}

const message = new Uint8Array(MESSAGE_BYTES).fill(ECHO)

export const tcpWire = async ({ tcpPort }: Ready): Promise<Wire> => {
  const socket = connect({ port: tcpPort, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let answered = (): void => {}
  let came = 0
  socket.on('data', (data) => {
    came += data.length
    if (came < MESSAGE_BYTES) return
    came = 0
    answered()
  })
  return {
    roundTrip: () =>
      new Promise((resolve) => {
        answered = resolve
        socket.write(message)
      }),
    close: () => void socket.destroy(),
  }
}

export const libp2pWire = async ({ libp2pAddress }: Ready): Promise<Wire> => {
  const node = await createPlainNode(14)
  const stream = await node.dialProtocol(multiaddr(libp2pAddress), ECHO_PROTOCOL)
  let answered = (): void => {}
  let came = 0
  stream.addEventListener('message', (event) => {
    came += event.data.byteLength
    if (came < MESSAGE_BYTES) return
    came = 0
    answered()
  })
  return {
    roundTrip: () =>
      new Promise((resolve) => {
        answered = resolve
        stream.send(message)
      }),
    close: () => node.stop(),
  }
}

const linkWire = (link: Link): Wire => {
  const frames = link.frames[Symbol.asyncIterator]()
  return {
    roundTrip: async () => {
      link.send(message)
      await frames.next()
    },
    close: () => link.close(),
  }
}

/** Bytes a second, from the first until the other side has answered the last. */
const linkFlood = async (link: Link, bytes: number, frameBytes: number): Promise<number> => {
  const frame = new Uint8Array(frameBytes).fill(COUNT)
  const frames = link.frames[Symbol.asyncIterator]()
  const before = performance.now()
  for (let sent = 0; sent < bytes; sent += frameBytes) if (!link.send(frame)) await link.room()
  link.send(Uint8Array.of(SUM))
  await frames.next()
  const seconds = (performance.now() - before) / 1000
  link.close()
  return bytes / seconds
}

const tcpFlood = async ({ tcpPort }: Ready): Promise<number> => {
  const socket = connect({ port: tcpPort, host: '127.0.0.1' })
  await once(socket, 'connect')
  const chunk = new Uint8Array(BULK_FRAME_BYTES).fill(COUNT)
  const before = performance.now()
  for (let sent = 0; sent < BULK_BYTES; sent += chunk.length) if (!socket.write(chunk)) await once(socket, 'drain')
  socket.write(Uint8Array.of(SUM))
  await once(socket, 'data')
  const seconds = (performance.now() - before) / 1000
  socket.destroy()
  return BULK_BYTES / seconds / 1e6
}

const dialTime = async (dial: () => Promise<Link>): Promise<number> => {
  const before = performance.now()
  const link = await dial()
  const time = performance.now() - before
  link.close()
  return time
}

if (import.meta.main) console.table(await benchLink())
