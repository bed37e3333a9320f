import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, isIPv6, type Socket } from 'node:net'
import { answerQuestions } from './far.ts'

export type Carrier = 'tcp' | 'udp'
export type Spot = { readonly host: string; readonly port: number }

/** What somebody on the Internet, or behind a router, is asked to do. */
export type Prober = {
  /** Answers at this place over TCP and UDP, and tells whoever asks where they seem to be. */
  listen(at: Spot): true
  /** Calls from this port, and stays connected. Answers with where this side seems to be to the other. */
  call(how: { readonly by: Carrier; readonly from: number; readonly to: Spot }): Spot
  /** Calls from this host of the machine, where perhaps nobody answers. */
  knock(how: { readonly by: Carrier; readonly from: string; readonly to: Spot }): true
  /** Has dealt with all that was sent to it, or by it, before this was asked, through the cables of its own. */
  settle(): true
  /** Whether the last knock was answered so far. */
  answered(): boolean
}

type InputOf<Name extends keyof Prober> = Parameters<Prober[Name]>[0]

const QUESTION = 'where am I\n'
const MARKER = 'marker\n'
const MARKED = 'marked\n'
/** When the first of these has come back, what was sent before it has arrived; by the last, it was answered. */
const MARKERS = 3

/** The first connection over TCP, on which markers pass. */
let line: Socket | undefined
const bound = new Map<number, UdpSocket>()

const listen = async ({ host, port }: Spot): Promise<true> => {
  const server = createServer((socket) => {
    line ??= socket
    answerOn(socket)
  })
  server.listen({ host, port, ipv6Only: true })
  await Promise.all([once(server, 'listening'), bound.has(port) ? undefined : bind(host, port)])
  return true
}

const call = async ({ by, from, to: { host, port } }: InputOf<'call'>): Promise<Spot> => {
  if (by === 'udp') {
    const socket = bound.get(from) ?? (await bind(anyHost(host), from))
    bound.set(from, socket)
    socket.send(QUESTION, port, host)
    return spotIn(await once(socket, 'message'))
  }
  const socket = connect({ host, port, localPort: from })
  await once(socket, 'connect')
  socket.write(QUESTION)
  const seen = spotIn(await once(socket, 'data'))
  line ??= socket
  answerOn(socket)
  return seen
}

let heard = false
let endKnock = (): void => {}

const knock = async ({ by, from, to: { host, port } }: InputOf<'knock'>): Promise<true> => {
  endKnock()
  heard = false
  const hear = (): void => void (heard = true)
  if (by === 'tcp') {
    const socket = connect({ host, port, localAddress: from })
    socket.on('connect', hear).on('error', () => {})
    endKnock = () => void socket.destroy()
    return true
  }
  const socket = await bind(from, 0)
  socket.on('message', hear)
  endKnock = () => void socket.close()
  await new Promise((resolve) => socket.send(QUESTION, port, host, resolve))
  return true
}

/** Markers that were sent later, and took the same cables, have come back. */
const settle = async (): Promise<true> => {
  for (let left = MARKERS; left > 0 && line; left -= 1) {
    line.write(MARKER)
    while (!String((await once(line, 'data'))[0]).includes(MARKED));
  }
  return true
}

const answered = async (): Promise<boolean> => heard

const bind = async (host: string, port: number): Promise<UdpSocket> => {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  socket.on('message', (bytes, { address, port: from }) => {
    if (String(bytes) === QUESTION) socket.send(`${address} ${from}\n`, from, address)
  })
  await once(socket.bind(port, host), 'listening')
  return socket
}

/** What is asked comes in one piece: nobody sends a second question before the first is answered. */
const answerOn = (socket: Socket): void =>
  void socket
    .on('data', (bytes) => {
      if (String(bytes) === QUESTION) socket.write(`${socket.remoteAddress} ${socket.remotePort}\n`)
      if (String(bytes) === MARKER) socket.write(MARKED)
    })
    .on('error', () => {})

const spotIn = ([bytes]: readonly unknown[]): Spot => {
  const [host = '', port] = String(bytes).trim().split(' ')
  return { host, port: Number(port) }
}

const anyHost = (host: string): string => (isIPv6(host) ? '::' : '0.0.0.0')

/** Run as a child process on a machine of the lab: calls, and is called, to find out what the routers around it do. */
if (import.meta.main) await answerQuestions<Prober>({ listen, call, knock, settle, answered })
