import type {
  Connection as LibP2PConnection,
  Listener,
  MessageStream,
  MultiaddrConnection,
  Upgrader,
} from '@libp2p/interface'
import { networkInterfaces } from 'node:os'
import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import { byUsefulness, formatAddress, type HostAndPort } from '../address.ts'
import type { ListenRefusal } from '../server-port.ts'
import { addressOf, multiaddrOf } from './addresses.ts'
import { Connection, SWEEP_MILLIS, type StreamHandlers } from './connection.ts'
import { createCrowd } from './crowd.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { cutOffStrangers, handshake, HANDSHAKE_MILLIS_MAX } from './handshake.ts'
import { listenOn } from './listen.ts'
import { answerQuestion } from './question.ts'
import type { Parts } from './parts.ts'
import { connectTogether, type CallingPort } from './together.ts'

/** From the first packet until the other side is known, for one address. */
export const DIAL_MILLIS_MAX = 10_000

/** How many of whatever may be there at once. */
export type NodeLimits = {
  /** Connections whose other side has not yet proved who it is. */
  readonly handshakes: number
  /** Connections that others opened. */
  readonly connections: number
  /** Connections of one device; the oldest is closed for a newer one. */
  readonly connectionsPerDevice: number
}

/** A device on the network: what accepts, dials and keeps connections. It knows nothing of what is spoken on them. */
export type Node = {
  readonly device: Hex
  readonly port: number
  /** The addresses it can be reached at now, best first; the network cards may change at any time. */
  listening(): readonly HostAndPort[]
  /** Connects to an address; with `expected`, to that device alone. Each dial makes a connection of its own. */
  dial(input: {
    readonly address: HostAndPort
    readonly expected?: Hex
    /** The port to dial from; nobody may listen at it. */
    readonly localPort?: number
    /** Called when somebody answers, before the handshake. */
    readonly onAnswer?: (() => void) | undefined
    readonly signal: AbortSignal
  }): Promise<Result<Connection, Failure>>
  /**
   * Connects to a device that calls this one at the same moment. `client`: which part this side has in the handshake;
   * the other side must have the other one. `timeout` means that nothing came through.
   */
  punch(input: {
    readonly address: HostAndPort
    readonly localPort: CallingPort
    readonly expected: Hex
    readonly client: boolean
    readonly handlers: StreamHandlers
    readonly signal: AbortSignal
  }): Promise<Result<Connection, Failure>>
  /** Secures a stream that goes through a relay or over UDP, as if it were a wire. */
  secure(input: {
    readonly stream: MessageStream
    readonly dialled: boolean
    readonly address: string
    readonly expected?: Hex
    /** The connection to the server on which the stream is. */
    readonly carrier?: Connection
    readonly signal: AbortSignal
  }): Promise<Result<Connection, Failure>>
  /** The newest connection to a device that stands, if any. */
  standing(device: Hex): Connection | undefined
  /** Connections that stand, those still shaking hands included. */
  connections(): number
  close(): Promise<void>
}

export const createNode = async (
  parts: Parts,
  {
    listen,
    limits,
    handlers,
    answer,
  }: {
    readonly listen: { readonly port: number; readonly hosts: readonly string[] }
    readonly limits: NodeLimits
    readonly handlers: StreamHandlers
    /** What to say to somebody who begins as STUN does, before the connection is closed. */
    readonly answer?: (question: Uint8Array, from: HostAndPort) => Uint8Array | undefined
  },
): Promise<Result<Node, ListenRefusal>> => {
  const connections = new Map<Hex, Set<Connection>>()
  const shakingHands = createCrowd(limits.handshakes)
  const guests = createCrowd(limits.connections)
  const all = (): Connection[] => [...connections.values()].flatMap((same) => [...same])

  const keep = (connection: Connection, from: string): Connection => {
    const same = connections.get(connection.device) ?? new Set()
    const [oldest] = same
    if (same.size >= limits.connectionsPerDevice) oldest?.abort('a newer connection of this device took its place')
    connections.set(connection.device, same.add(connection))
    // Whom this device called itself is not one of a crowd.
    const place = connection.dialled ? undefined : guests.enter(from, () => connection.abort('there are too many'))
    void connection.closed.then(() => {
      place?.leave()
      same.delete(connection)
      if (same.size === 0 && connections.get(connection.device) === same) connections.delete(connection.device)
    })
    return connection
  }

  let state: 'open' | 'closing' = 'open'

  const inbound = async (wire: MultiaddrConnection, signal: AbortSignal): Promise<void> => {
    if (state === 'closing') throw new Error('closing')
    const from = addressOf(wire.remoteAddr)
    const place = shakingHands.enter(from.host, () => wire.abort(new Error('too many are shaking hands')))
    const deadline = createDeadline(HANDSHAKE_MILLIS_MAX, signal)
    // Before the handshake, which is given the same bytes.
    const asked = answer && answerQuestion(wire, (question) => answer(question, from))
    try {
      const secured = await handshake(wire, parts, { dialled: false, signal: deadline.signal })
      keep(new Connection(secured, { dialled: false, address: formatAddress(from) }, handlers), from.host)
    } catch (error) {
      await asked?.()
      // Whoever was answered is done with: libp2p forgets only a connection that failed or that closes later.
      throw error
    } finally {
      deadline.clear()
      place.leave()
    }
  }

  // What libp2p's TCP part asks of an upgrader: turn a bare connection into something, or throw.
  const upgrader = {
    upgradeInbound: (wire: MultiaddrConnection, { signal }: { signal: AbortSignal }) => inbound(wire, signal),
  } as unknown as Upgrader

  const listeners = await listenOn(() => parts.transport.createListener({ upgrader }), listen)
  if (!listeners.ok) return listeners

  const sweeper = setInterval(() => {
    for (const connection of all()) connection.sweep()
  }, SWEEP_MILLIS)
  // Looking after connections is no reason to keep a process alive.
  sweeper.unref()

  const dial: Node['dial'] = async ({ address, expected, localPort, onAnswer, signal }) => {
    const deadline = createDeadline(DIAL_MILLIS_MAX, signal)
    const stage: { now: Stage } = { now: 'connecting' }
    const upgradeOutbound = async (wire: MultiaddrConnection): Promise<LibP2PConnection> => {
      stage.now = 'shaking hands'
      onAnswer?.()
      const shaking = handshake(wire, parts, {
        dialled: true,
        signal: deadline.signal,
        ...(expected === undefined ? {} : { expected }),
      })
      cutOffStrangers(wire, () => (stage.now = 'with a stranger'))
      const secured = await shaking
      const connection = new Connection(secured, { dialled: true, address: formatAddress(address) }, handlers)
      return keep(connection, address.host) as unknown as LibP2PConnection
    }
    try {
      const options = {
        signal: deadline.signal,
        upgrader: { upgradeOutbound } as unknown as Upgrader,
        // libp2p passes on to the system what it does not know itself.
        ...(localPort !== undefined && { localPort }),
      }
      const connection = await parts.transport.dial(multiaddrOf(address), options)
      return accept(connection as unknown as Connection)
    } catch (error) {
      return refuse(dialFailure(error, { signal, deadline, stage: stage.now }))
    } finally {
      deadline.clear()
    }
  }

  const punch: Node['punch'] = async ({ address, localPort, expected, client, handlers: own, signal }) => {
    const secureWire = async (wire: MultiaddrConnection, until: AbortSignal): Promise<Connection> => {
      const secured = await handshake(wire, parts, { dialled: client, expected, signal: until })
      const from = addressOf(wire.remoteAddr)
      return keep(new Connection(secured, { dialled: client, address: formatAddress(from) }, own), from.host)
    }
    const { transport } = parts
    const called = await connectTogether({ transport, address, port: localPort, secure: secureWire, signal })
    if (called.ok) return called
    if (signal.aborted) return refuse({ kind: 'closed', detail: 'the dial was given up' })
    const failure = called.refusal
    const identified = failure.kind === 'wrong-device' || failure.kind === 'not-kith'
    return refuse(identified ? failure : { kind: 'timeout', detail: failure.detail })
  }

  const secure: Node['secure'] = async ({ stream, dialled, address, expected, carrier, signal }) => {
    const deadline = createDeadline(HANDSHAKE_MILLIS_MAX, signal)
    // A wire that ends on one side is at its end; a stream could go on in the other direction.
    stream.addEventListener('end', () => void stream.close().catch((error: Error) => stream.abort(error)))
    const place = shakingHands.enter(address, () => stream.abort(new Error('too many are shaking hands')))
    try {
      const secured = await handshake(stream, parts, {
        dialled,
        signal: deadline.signal,
        ...(expected === undefined ? {} : { expected }),
      })
      return accept(keep(new Connection(secured, { dialled, address, carrier }, handlers), address))
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      return refuse(dialFailure(error, { signal, deadline, stage: 'shaking hands' }))
    } finally {
      deadline.clear()
      place.leave()
    }
  }

  return accept({
    device: parts.device,
    port: portOf(listeners.value),
    listening: () => reachableAt(listeners.value, listen.hosts),
    dial,
    punch,
    secure,
    standing: (device) => [...(connections.get(device) ?? [])].findLast(({ left }) => !left),
    connections: () => shakingHands.size + all().length,
    close: async () => {
      state = 'closing'
      await Promise.all(all().map((connection) => connection.close()))
      // A listener cuts off whatever still came in through it, so it goes last.
      await Promise.all(listeners.value.map((listener) => listener.close()))
      clearInterval(sweeper)
    },
  })
}

type Stage = 'connecting' | 'shaking hands' | 'with a stranger'

const dialFailure = (
  error: unknown,
  { signal, deadline, stage }: { signal: AbortSignal; deadline: Deadline; stage: Stage },
): Failure => {
  if (stage === 'with a stranger') return { kind: 'not-kith', detail: 'another program answers there' }
  if (signal.aborted) return { kind: 'closed', detail: 'the dial was given up' }
  if (deadline.signal.aborted)
    return { kind: 'timeout', detail: stage === 'connecting' ? 'ETIMEDOUT' : 'no answer to the handshake' }
  const failure = failureOf(error)
  if (failure.kind === 'wrong-device') return { kind: 'wrong-device', detail: 'another device answers there' }
  return failure.kind === 'closed' && stage === 'shaking hands'
    ? { kind: 'closed', detail: `${failure.detail} during the handshake` }
    : failure
}

const portOf = (listeners: readonly Listener[]): number =>
  listeners.flatMap((listener) => listener.getAddrs()).map((address) => addressOf(address).port)[0] ?? 0

/** An address that means every network card is spelt out as the addresses that the cards have now. */
const reachableAt = (listeners: readonly Listener[], hosts: readonly string[]): readonly HostAndPort[] => {
  const port = portOf(listeners)
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? [])
  const bound = new Set(listeners.flatMap((listener) => listener.getAddrs()).map((address) => addressOf(address).host))
  const concrete = hosts.flatMap((host) => {
    if (host === '0.0.0.0') return cards.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
    // A link-local IPv6 address means nothing without the name of a card on the other machine.
    if (host === '::')
      return cards.filter((card) => card.family === 'IPv6' && card.scopeid === 0).map(({ address }) => address)
    return [host]
  })
  return [...new Set(concrete)]
    .filter((host) => bound.has(host) || hosts.includes(host))
    .sort(byUsefulness)
    .map((host) => ({ host, port }))
}
