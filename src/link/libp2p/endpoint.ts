import type { Stream } from '@libp2p/interface'
import { fromHex, type Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure, Path } from '../../view/view.ts'
import { formatAddress, parseAddress, pathOf, PUNCH_ADDRESS, RELAY_ADDRESS, UDP_ADDRESS } from '../address.ts'
import type { Endpoint, Link, Protocol, Sighting } from '../port.ts'
import type { ListenRefusal, RelayRefusal } from '../server-port.ts'
import { type Connection, type StreamHandler } from './connection.ts'
import { createDeadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { ALL_HOSTS } from './listen.ts'
import { createNear } from './near.ts'
import { BEHIND_PROTOCOL_BYTES_MAX, messagesOn } from './messages.ts'
import { createNode, type NodeLimits } from './node.ts'
import { outsideHosts } from './outside.ts'
import { createParts } from './parts.ts'
import { createPunch } from './punch.ts'
import {
  PEER_PROTOCOL,
  RELAY_ANSWERS,
  RELAY_PROTOCOL,
  RELAYED_PROTOCOL,
  REPLACED_PROTOCOL,
  SERVER_PROTOCOL,
  SIGNAL_PROTOCOL,
} from './protocols.ts'
import { createStreamLink } from './stream-link.ts'
import { createUdp } from '../webrtc/udp.ts'

/** From asking the server for a way until it has opened one; longer than the server takes to give up. */
export const RELAY_ANSWER_MILLIS_MAX = 12_000

/** How long it may take to tell a server that a relayed link was replaced. */
const REPLACED_MILLIS_MAX = 2_000

export const PEER_LIMITS: NodeLimits = { handshakes: 64, connections: 512, connectionsPerDevice: 4 }

/**
 * A device's place on a real network. `privateKey` is its Ed25519 seed (32 bytes). Port 0 takes one that is free;
 * without `hosts`, every address of the machine is listened on.
 */
export const createEndpoint = async ({
  privateKey,
  listen,
}: {
  readonly privateKey: Uint8Array
  readonly listen: { readonly port: number; readonly hosts?: readonly string[] }
}): Promise<Result<Endpoint, ListenRefusal>> => {
  const parts = await createParts(privateKey, 'tls-then-noise')
  const life = new AbortController()
  let onLink: (link: Link) => void = (link) => link.close()
  let onSighting: (sighting: Sighting) => void = () => {}
  /** The servers that are connected, by their keys. */
  const servers = new Map<Hex, Connection>()

  const tellReplaced = async (connection: Connection): Promise<void> => {
    const deadline = createDeadline(REPLACED_MILLIS_MAX)
    try {
      const stream = await connection.carrier?.stream(REPLACED_PROTOCOL, deadline.signal)
      await stream?.close({ signal: deadline.signal })
    } catch {
      // An earlier server does not know it, and nobody needs to: it is for the server's counters.
    } finally {
      deadline.clear()
    }
  }
  const linkOn = (stream: Stream, connection: Connection, facts: { protocol: Protocol; path: Path }): Link =>
    createStreamLink(stream, connection, { ...facts, onReplaced: () => tellReplaced(connection) })

  const serveLink = (stream: Stream, connection: Connection): void => {
    if (!connection.claim()) stream.abort(new Error('this connection has its link'))
    else onLink(linkOn(stream, connection, { protocol: 'peer', path: pathOf(connection.address) }))
  }
  const serveRelayed = (stream: Stream, through: Connection): void => {
    if (servers.get(through.device) !== through) stream.abort(new Error('only a server relays'))
    else void node.secure({ stream, dialled: false, address: RELAY_ADDRESS, carrier: through, signal: life.signal })
  }
  const handlers = new Map<string, StreamHandler>([
    [PEER_PROTOCOL, serveLink],
    [RELAYED_PROTOCOL, serveRelayed],
    [SIGNAL_PROTOCOL, (stream, connection) => udp.serve(stream, connection)],
  ])
  const listening = await createNode(parts, {
    listen: { port: listen.port, hosts: listen.hosts ?? ALL_HOSTS },
    limits: PEER_LIMITS,
    handlers,
  })
  if (!listening.ok) return listening
  const node = listening.value
  const udp = createUdp(node, { from: listen.hosts?.length === 1 ? listen.hosts[0] : undefined })

  /** The one link of a new connection. */
  const linkOver = async (
    connected: Result<Connection, Failure>,
    protocol: Protocol,
    signal: AbortSignal,
    path?: Path,
  ): Promise<Result<Link, Failure>> => {
    if (!connected.ok) return connected
    const connection = connected.value
    connection.claim()
    if (protocol === 'server' && isServed(connection)) {
      connection.abort('this server is connected already')
      return refuse({ kind: 'same-server', detail: connection.device })
    }
    try {
      const stream = await connection.stream(protocol === 'peer' ? PEER_PROTOCOL : SERVER_PROTOCOL, signal)
      if (protocol === 'server') beReachableThrough(connection)
      return accept(linkOn(stream, connection, { protocol, path: path ?? pathOf(connection.address) }))
    } catch (error) {
      connection.abort('no link came of it')
      return refuse(signal.aborted ? GIVEN_UP : failureOf(error))
    }
  }

  /** A server knows a device by one connection: a second one would end the first. */
  const isServed = ({ device }: Connection): boolean => servers.get(device)?.left === false

  const beReachableThrough = (connection: Connection): void => {
    servers.set(connection.device, connection)
    void connection.closed.then(() => {
      if (servers.get(connection.device) === connection) servers.delete(connection.device)
    })
  }

  const connectedServers = (through: readonly Hex[] | undefined): readonly Connection[] =>
    (through ?? [...servers.keys()]).flatMap((each) => servers.get(each) ?? [])

  /** Through the first of these servers at which the device is. */
  const dialRelay = async (
    device: Hex,
    through: readonly Hex[] | undefined,
    signal: AbortSignal,
  ): Promise<Result<Connection, Failure>> => {
    let last: Result<Connection, Failure> = refuse({ kind: 'unreachable', detail: 'no server is connected' })
    for (const server of connectedServers(through)) {
      last = await dialThrough(server, device, signal)
      if (last.ok || signal.aborted) return last
    }
    return last
  }

  const dialThrough = async (
    server: Connection,
    device: Hex,
    signal: AbortSignal,
  ): Promise<Result<Connection, Failure>> => {
    const deadline = createDeadline(RELAY_ANSWER_MILLIS_MAX, signal)
    try {
      const stream = await server.stream(RELAY_PROTOCOL, deadline.signal)
      const messages = messagesOn(stream, 1, BEHIND_PROTOCOL_BYTES_MAX)
      await messages.write(fromHex(device), { signal: deadline.signal })
      const code = (await messages.read({ signal: deadline.signal })).subarray()[0] ?? -1
      const answer = RELAY_ANSWERS[code] ?? 'unreachable'
      if (answer === 'open') {
        const wire = { stream: messages.unwrap(), dialled: true, address: RELAY_ADDRESS, expected: device }
        return await node.secure({ ...wire, carrier: server, signal })
      }
      stream.abort(new Error('the relay refused'))
      return refuse(relayFailureOf(answer))
    } catch (error) {
      return refuse(signal.aborted ? GIVEN_UP : failureOf(error))
    } finally {
      deadline.clear()
    }
  }

  const punch = createPunch(node)
  const dialPunch = async (
    device: Hex,
    through: readonly Hex[] | undefined,
    signal: AbortSignal,
  ): Promise<Result<Link, Failure>> => {
    // Both sides have to ask the same server: the one through which they heard of each other.
    const punched = await punch(device, connectedServers(through)[0], signal)
    if (!punched.ok) return punched
    const { connection } = punched.value
    const path = punchedPathOf(connection.address)
    if (punched.value.opens === 'this') return linkOver(accept(connection), 'peer', signal, path)
    return accept(createStreamLink(punched.value.stream, connection, { protocol: 'peer', path }))
  }

  const near = createNear({
    device: node.device,
    listening: node.listening,
    onSighting: (sighting) => onSighting(sighting),
  })

  return accept({
    device: node.device,
    addresses: () => node.listening().map(formatAddress),
    dial: async ({ device, address, through, onAnswer, signal }) => {
      if (device === node.device) return refuse({ kind: 'wrong-device', detail: 'this device itself' })
      if (signal.aborted) return refuse(GIVEN_UP)
      if (address === RELAY_ADDRESS) return linkOver(await dialRelay(device, through, signal), 'peer', signal)
      if (address === PUNCH_ADDRESS) return dialPunch(device, through, signal)
      if (address === UDP_ADDRESS) return linkOver(await udp.dial(device, signal), 'peer', signal)
      const where = parseAddress(address)
      if (where === undefined) return refuse({ kind: 'name-not-found', detail: 'not an address' })
      return linkOver(await node.dial({ address: where, expected: device, onAnswer, signal }), 'peer', signal)
    },
    dialServer: async ({ host, port, outside, signal }) => {
      if (signal.aborted) return refuse(GIVEN_UP)
      const hosts = outside === true ? await outsideHosts(host) : accept([host])
      if (!hosts.ok) return hosts
      let last: Result<Connection, Failure> = refuse(GIVEN_UP)
      for (const each of hosts.value) {
        if (last.ok || signal.aborted) break
        last = await node.dial({ address: { host: each, port }, signal })
      }
      return linkOver(last, 'server', signal)
    },
    onLink: (handler) => {
      onLink = handler
    },
    overUdp: udp.use,
    onSighting: (handler) => {
      onSighting = handler
    },
    near: (on) => near.set(on),
    close: async () => {
      life.abort()
      udp.close()
      await near.set(false)
      await node.close()
    },
  })
}

/** Two that meet on one network are nearby, however they met. */
const punchedPathOf = (address: string): Path => (pathOf(address) === 'nearby' ? 'nearby' : 'punched')

const GIVEN_UP: Failure = { kind: 'closed', detail: 'the dial was given up' }

const relayFailureOf = (answer: RelayRefusal): Failure => {
  switch (answer) {
    case 'not-registered':
    case 'unreachable':
      return { kind: answer, detail: 'the server says so' }
    case 'device-full':
      return { kind: 'relay-full', detail: 'this device has as many links through the server as one may have' }
    case 'address-full':
      return { kind: 'relay-full', detail: 'this network has as many links through the server as one may have' }
    case 'wanted-full':
      return { kind: 'relay-full', detail: 'this network has as many links to the other device as one may have' }
    case 'relay-full':
      return { kind: 'relay-full', detail: 'the server carries as many links as it can' }
    case 'too-often':
      return { kind: 'relay-full', detail: 'links were asked for too often' }
  }
}
