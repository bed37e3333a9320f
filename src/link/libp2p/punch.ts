import type { Stream } from '@libp2p/interface'
import { randomInt } from 'node:crypto'
import { isIP } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import { parseAddress, type HostAndPort } from '../address.ts'
import { CALLING_PORT_LEAST, CALLING_PORT_MOST } from '../calling-port.ts'
import { addressFor } from '../lookup.ts'
import type { Connection, StreamHandler } from './connection.ts'
import { createDeadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { decodeAnswer, encodeMeeting, MEETING_ANSWER_BYTES_MAX, type MeetingAnswer } from './meeting-bytes.ts'
import { messagesOn } from './messages.ts'
import type { Node } from './node.ts'
import { MEET_PROTOCOL, PEER_PROTOCOL } from './protocols.ts'
import { callingPort, type CallingPort } from './together.ts'

/** How often another port is tried because the first is in use. */
const PORT_TRIES_MAX = 4
/** From asking the server until it has answered; longer than the server waits for the other side. */
export const MEETING_ANSWER_MILLIS_MAX = 6_000
/** From the handshake until the other side, whose part it is, opens the link. */
const OPENING_MILLIS_MAX = 5_000

/** A connection to the server from a port that this device then calls others from. */
type Probe = { readonly port: CallingPort; readonly connection: Connection; readonly roundTrip: number }

/** What became of a connection that both called for: this side is to open the link on it, or the other has opened it. */
export type Punched =
  | { readonly opens: 'this'; readonly connection: Connection }
  | { readonly opens: 'other'; readonly connection: Connection; readonly stream: Stream }

/** Connects to a device by calling it at the moment at which it calls this one: see PROTOCOL, "Through two routers". */
export type Punch = (
  device: Hex,
  server: Connection | undefined,
  signal: AbortSignal,
) => Promise<Result<Punched, Failure>>

export const createPunch = (node: Node): Punch => {
  /** One for all that are called at a time: from one port, any number of devices can be called. */
  let probe:
    | {
        readonly opening: Promise<Result<Probe, Failure>>
        readonly server: Connection
        readonly family: 4 | undefined
        users: number
      }
    | undefined

  const withProbe = async <Value>(
    server: Connection,
    family: 4 | undefined,
    use: (probe: Probe) => Promise<Result<Value, Failure | OtherFamily>>,
  ): Promise<Result<Value, Failure | OtherFamily>> => {
    if (probe?.server !== server || probe.family !== family)
      probe = { opening: openProbe(node, server, family), server, family, users: 0 }
    const mine = probe
    mine.users += 1
    try {
      const opened = await mine.opening
      if (!opened.ok) return opened
      const used = await use(opened.value)
      // Whoever comes later needs another port.
      if (opened.value.port.worn && probe === mine) probe = undefined
      return used
    } finally {
      mine.users -= 1
      if (mine.users === 0) {
        if (probe === mine) probe = undefined
        void mine.opening.then((opened) => {
          if (opened.ok) opened.value.connection.abort('it has served its turn')
        })
      }
    }
  }

  const callThrough = (server: Connection, family: 4 | undefined, device: Hex, signal: AbortSignal) =>
    withProbe(server, family, async (opened) => {
      const { port } = opened
      const met = await meet(opened, device, signal)
      if (!met.ok) return met
      const { millis, own, other } = met.value
      const address = parseAddress(other)
      if (!address || isIP(address.host) === 0)
        return refuse({ kind: 'not-kith', detail: 'the server names no address' })
      await pause(millis, undefined, { signal }).catch(() => undefined)
      const called = await callTogether(node, { device, address, port, signal })
      if (called.ok || called.refusal.kind !== 'timeout') return called
      return refuse({ kind: 'not-let-in', detail: `called ${other} from ${describe(own, port.number)}` })
    })

  return async (device, server, signal) => {
    if (!server) return refuse({ kind: 'unreachable', detail: 'no server is connected' })
    const called = await callThrough(server, undefined, device, signal)
    if (called.ok) return called
    if (called.refusal.kind !== 'other-family') return refuse(called.refusal)
    // One of the two may have both: the one that is seen over IPv6 comes again over IPv4, where the other waits.
    const again = await callThrough(server, 4, device, signal)
    if (again.ok) return again
    if (again.refusal.kind === 'not-let-in') return refuse(again.refusal)
    const { own } = called.refusal
    const detail = `the server sees this device over IPv${own} and the other over IPv${own === 4 ? 6 : 4}`
    return refuse(
      signal.aborted ? { kind: 'closed', detail: 'the dial was given up' } : { kind: 'unreachable', detail },
    )
  }
}

/** The other came as well, and cannot be called from where this device is seen. */
type OtherFamily = Extract<MeetingAnswer, { readonly kind: 'other-family' }>

/** What a router makes of the port says what kind it is: one that changes it may change it for each connection. */
const describe = (own: string, port: number): string =>
  parseAddress(own)?.port === port
    ? `${own}, a port that the router keeps`
    : `${own}, which the router made of port ${port}`

const openProbe = async (node: Node, server: Connection, family: 4 | undefined): Promise<Result<Probe, Failure>> => {
  const known = parseAddress(server.address)
  if (!known) return refuse({ kind: 'name-not-found', detail: 'not an address' })
  const host = family === undefined ? accept(known.host) : await addressFor(known.host, family)
  if (!host.ok) return host
  const address = { host: host.value, port: known.port }
  for (let left = PORT_TRIES_MAX; ; left -= 1) {
    const port = randomInt(CALLING_PORT_LEAST, CALLING_PORT_MOST + 1)
    const { signal } = new AbortController()
    const dialled = await node.dial({ address, expected: server.device, localPort: port, signal })
    if (dialled.ok) return greet(dialled.value, callingPort(port))
    if (dialled.refusal.detail !== 'EADDRINUSE' || left <= 1) return dialled
  }
}

/** One stream by itself first: a multiplexer gives up on many that come before the other side is ready for them. */
const greet = async (connection: Connection, port: CallingPort): Promise<Result<Probe, Failure>> => {
  const deadline = createDeadline(MEETING_ANSWER_MILLIS_MAX)
  try {
    // Agreeing on a protocol takes a round trip.
    const asked = performance.now()
    const stream = await connection.stream(MEET_PROTOCOL, deadline.signal)
    const roundTrip = performance.now() - asked
    stream.abort(new Error('it has served its turn'))
    return accept({ port, connection, roundTrip })
  } catch (error) {
    connection.abort('it cannot be asked')
    const failure = failureOf(error)
    // An earlier server does not know the protocol.
    return refuse(failure.kind === 'not-kith' ? { kind: 'version', detail: 'the server cannot do it' } : failure)
  } finally {
    deadline.clear()
  }
}

type Met = Extract<MeetingAnswer, { readonly kind: 'meet' }>

const meet = async (
  { connection, roundTrip }: Probe,
  device: Hex,
  signal: AbortSignal,
): Promise<Result<Met, Failure | OtherFamily>> => {
  const deadline = createDeadline(MEETING_ANSWER_MILLIS_MAX, signal)
  try {
    const stream = await connection.stream(MEET_PROTOCOL, deadline.signal)
    const messages = messagesOn(stream, MEETING_ANSWER_BYTES_MAX)
    await messages.write(encodeMeeting({ device, roundTrip }), { signal: deadline.signal })
    const answer = decodeAnswer((await messages.read({ signal: deadline.signal })).subarray())
    switch (answer?.kind) {
      case 'meet':
        return accept(answer)
      case 'full':
        return refuse({ kind: 'relay-full', detail: 'the server brings nobody else together now' })
      case 'other-family':
        return refuse(answer)
      case 'alone':
        return refuse({ kind: 'not-called', detail: 'the other side did not call at this moment' })
      case undefined:
        return refuse({ kind: 'not-kith', detail: 'no answer that makes sense' })
    }
  } catch (error) {
    return refuse(signal.aborted ? { kind: 'closed', detail: 'the dial was given up' } : failureOf(error))
  } finally {
    deadline.clear()
  }
}

/** Who is client and who server in the handshake is not up to the system: the device with the smaller id is client. */
const callTogether = async (
  node: Node,
  call: {
    readonly device: Hex
    readonly address: HostAndPort
    readonly port: CallingPort
    readonly signal: AbortSignal
  },
): Promise<Result<Punched, Failure>> => {
  const { device, address, port, signal } = call
  const client = node.device < device
  const arriving = Promise.withResolvers<Stream>()
  const open: StreamHandler = (stream, connection) => {
    if (connection.claim()) arriving.resolve(stream)
    else stream.abort(new Error('this connection has its link'))
  }
  const handlers = new Map<string, StreamHandler>(client ? [] : [[PEER_PROTOCOL, open]])
  const connected = await node.punch({ address, localPort: port, expected: device, client, handlers, signal })
  if (!connected.ok) return connected
  const connection = connected.value
  if (client) return accept({ opens: 'this', connection })
  const deadline = createDeadline(OPENING_MILLIS_MAX, signal)
  deadline.signal.addEventListener('abort', () => connection.abort('no link came of it'))
  try {
    const stream = await Promise.race([arriving.promise, connection.closed.then(() => undefined)])
    if (stream) return accept({ opens: 'other', connection, stream })
    return refuse({ kind: 'closed', detail: 'no link came of it' })
  } finally {
    deadline.clear()
  }
}
