import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { HANDSHAKE_MILLIS_MAX } from '../../../src/link/libp2p/handshake.ts'
import { PEER_LIMITS } from '../../../src/link/libp2p/endpoint.ts'
import { createNode, type Node } from '../../../src/link/libp2p/node.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { PEER_PROTOCOL, RELAYED_PROTOCOL } from '../../../src/link/libp2p/protocols.ts'
import { FRAME_BYTES_MAX, type Endpoint } from '../../../src/link/port.ts'
import { linked, LOOPBACK, never, nextLink, place, portOf } from './places.ts'

const closing = (context: TestContext, endpoint: Endpoint): Endpoint => {
  context.after(() => endpoint.close())
  return endpoint
}

const socketTo = async (context: TestContext, port: number): Promise<Socket> => {
  const socket = connect(port, LOOPBACK)
  context.after(() => socket.destroy())
  socket.on('error', () => {})
  socket.resume()
  await once(socket, 'connect')
  return socket
}

/** However it went: a reset is an error for `once`. */
const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))

/** Speaks libp2p well, and then whatever the test wants. */
const stranger = async (context: TestContext): Promise<Node> => {
  const parts = await createParts(randomBytes(32), 'noise')
  const limits = { handshakes: 8, connections: 8, connectionsPerDevice: 8 }
  const node = await createNode(parts, { listen: { port: 0, hosts: [] }, limits, handlers: new Map() })
  if (!node.ok) throw new Error(node.refusal.kind)
  context.after(() => node.value.close())
  return node.value
}

test('[LK12] garbage on the port is dropped and disturbs nobody', async (context) => {
  const [alice, bob] = [closing(context, await place()), closing(context, await place())]
  const [mine, theirs] = await linked(alice, bob)
  for (let round = 0; round < 50; round += 1) {
    const socket = await socketTo(context, portOf(bob))
    socket.write(randomBytes(1 + round * 100))
    socket.end('GET / HTTP/1.1\r\n\r\n')
    await gone(socket)
  }
  mine.send(Uint8Array.of(1))
  for await (const frame of theirs.frames) {
    assert.deepEqual([...frame], [1])
    break
  }
  assert.equal((await linked(alice, bob))[0].device, bob.device)
})

test('[LK12] a handshake that is never finished is cut off', async (context) => {
  const bob = closing(context, await place())
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const silent = await socketTo(context, portOf(bob))
  const slow = await socketTo(context, portOf(bob))
  // The other side has to have seen them before its time may pass.
  slow.write(Uint8Array.of(19))
  while (serverSockets() < 2) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  context.mock.timers.tick(HANDSHAKE_MILLIS_MAX - 1)
  assert.deepEqual([silent.closed, slow.closed], [false, false])
  context.mock.timers.tick(1)
  await Promise.all([gone(silent), gone(slow)])
})

/** Accepted sockets of this process: those that did not dial. */
const serverSockets = (): number =>
  process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length - 2

test('[LK12] whoever floods the handshakes pushes out themselves, and others still get in', async (context) => {
  const [alice, bob] = [closing(context, await place()), closing(context, await place())]
  const flood: Socket[] = []
  for (let index = 0; index < PEER_LIMITS.handshakes * 2; index += 1) {
    const socket = await socketTo(context, portOf(bob))
    flood.push(socket)
  }
  for (const socket of flood.slice(0, PEER_LIMITS.handshakes)) await gone(socket)
  assert.equal((await linked(alice, bob))[0].device, bob.device)
  assert.equal(flood.filter((socket) => !socket.closed).length < PEER_LIMITS.handshakes, true)
})

test('[LK13] a frame that is too large or empty ends the link as malformed', async (context) => {
  const bob = closing(context, await place())
  const mallory = await stranger(context)
  for (const size of [0, FRAME_BYTES_MAX + 1, 0xffff_ffff]) {
    const arriving = nextLink(bob)
    const connection = await mallory.dial({ address: { host: LOOPBACK, port: portOf(bob) }, signal: never })
    assert.equal(connection.ok, true)
    if (!connection.ok) return
    const stream = await connection.value.stream(PEER_PROTOCOL, never)
    const header = new DataView(new ArrayBuffer(4))
    header.setUint32(0, size)
    stream.send(new Uint8Array(header.buffer))
    const link = await arriving
    assert.deepEqual(await link.closed, { kind: 'malformed', detail: `a frame of ${size} bytes` })
    await connection.value.closed
  }
})

test('[LK13] a stream that ends inside a frame ends the link as malformed', async (context) => {
  const bob = closing(context, await place())
  const mallory = await stranger(context)
  const arriving = nextLink(bob)
  const connection = await mallory.dial({ address: { host: LOOPBACK, port: portOf(bob) }, signal: never })
  if (!connection.ok) throw new Error(connection.refusal.kind)
  const stream = await connection.value.stream(PEER_PROTOCOL, never)
  stream.send(Uint8Array.of(0, 0, 0, 9, 1, 2))
  await stream.close()
  assert.equal((await (await arriving).closed).kind, 'malformed')
})

test('[LK13] a connection carries one link, and only a server brings relayed ones', async (context) => {
  const bob = closing(context, await place())
  const mallory = await stranger(context)
  let links = 0
  bob.onLink(() => (links += 1))
  const connection = await mallory.dial({ address: { host: LOOPBACK, port: portOf(bob) }, signal: never })
  if (!connection.ok) throw new Error(connection.refusal.kind)
  await connection.value.stream(PEER_PROTOCOL, never)
  for (const protocol of [PEER_PROTOCOL, RELAYED_PROTOCOL]) {
    const refused = await connection.value.stream(protocol, never)
    if (refused.status === 'open') await new Promise((resolve) => refused.addEventListener('close', resolve))
    assert.equal(refused.status, 'reset')
  }
  assert.equal(links, 1)
})

test('[LK13] one device cannot hold more connections than its share', async (context) => {
  const [alice, bob] = [closing(context, await place()), closing(context, await place())]
  const [first] = await linked(alice, bob)
  for (let count = 0; count < PEER_LIMITS.connectionsPerDevice; count += 1) await linked(alice, bob)
  assert.equal((await first.closed).kind, 'lost')
})
