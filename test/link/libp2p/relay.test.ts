import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { RELAY_ADDRESS } from '../../../src/link/address.ts'
import { createAllowance } from '../../../src/link/libp2p/allowance.ts'
import type { StreamHandler } from '../../../src/link/libp2p/connection.ts'
import { createNode } from '../../../src/link/libp2p/node.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { RELAY_PROTOCOL, SERVER_PROTOCOL } from '../../../src/link/libp2p/protocols.ts'
import { createPairs } from '../../../src/link/libp2p/pairs.ts'
import { DEVICE_QUOTA } from '../../../src/link/libp2p/quota.ts'
import { createRelay } from '../../../src/link/libp2p/relay.ts'
import { createSimulatedTime } from '../../../src/link/memory-time.ts'
import type { Endpoint, Link } from '../../../src/link/port.ts'
import { addressOf, dial, drain, join, linked, LOOPBACK, never, place, portOf, serverPlace } from './places.ts'

const people = async (context: TestContext, count: number): Promise<readonly Endpoint[]> => {
  const all = await Promise.all(Array.from({ length: count }, place))
  context.after(() => Promise.all(all.map((each) => each.close())))
  return all
}

const two = async (context: TestContext): Promise<readonly [Endpoint, Endpoint]> => {
  const [alice, bob] = await people(context, 2)
  if (alice === undefined || bob === undefined) throw new Error('unreachable')
  return [alice, bob]
}

const failure = async (from: Endpoint, device: string): Promise<string> => {
  const result = await from.dial({ device, address: RELAY_ADDRESS, signal: never })
  return result.ok ? 'connected' : result.refusal.kind
}

test('[LK17] without a server there is nobody to relay, and who is not registered is not found', async (context) => {
  const [alice, bob] = await two(context)
  const server = await serverPlace()
  context.after(() => server.close())
  assert.equal(await failure(alice, bob.device), 'unreachable')
  await join(alice, server)
  assert.equal(await failure(alice, bob.device), 'not-registered')
  const link = await join(bob, server)
  assert.equal(await failure(alice, bob.device), 'connected')
  link.close()
  await link.closed
  while ((await failure(alice, bob.device)) === 'connected') await new Promise((resolve) => setImmediate(resolve))
  assert.equal(await failure(alice, bob.device), 'not-registered')
})

test('[LK17] a device that does not want strangers through the relay still chooses whom it links with', async (context) => {
  const [alice, bob] = await two(context)
  const server = await serverPlace()
  context.after(() => server.close())
  await Promise.all([join(alice, server), join(bob, server)])
  bob.onLink((link) => link.close())
  const link = await dial(alice, bob, RELAY_ADDRESS)
  assert.deepEqual(await link.closed, { kind: 'theirs' })
})

test('[LK18] what the server carries is sealed: no byte of what was said is in it', async (context) => {
  const carried: Buffer[] = []
  const time = createSimulatedTime()
  const relay = createRelay(time, createPairs(time.now))
  const listen: StreamHandler = (stream, connection) => {
    const take = (event: { readonly data: { subarray(): Uint8Array } }): void =>
      void carried.push(Buffer.from(event.data.subarray()))
    stream.addEventListener('message', take)
    const send = stream.send.bind(stream)
    stream.send = (data) => {
      carried.push(Buffer.from(data.subarray()))
      return send(data)
    }
    relay.serve(stream, connection)
  }
  const serve: StreamHandler = (_, connection) => relay.register(connection)
  const node = await createNode(await createParts(randomBytes(32), 'noise'), {
    listen: { port: 0, hosts: [LOOPBACK] },
    limits: { handshakes: 8, connections: 8, connectionsPerDevice: 8 },
    handlers: new Map([
      [SERVER_PROTOCOL, serve],
      [RELAY_PROTOCOL, listen],
    ]),
  })
  if (!node.ok) throw new Error(node.refusal.kind)
  const [alice, bob] = await two(context)
  context.after(() => node.value.close())
  await Promise.all([join(alice, node.value), join(bob, node.value)])
  const [mine, theirs] = await linked(alice, bob, RELAY_ADDRESS)
  const secret = Buffer.from('nobody but Bob may read this '.repeat(50))
  mine.send(secret)
  theirs.send(secret)
  for (const link of [mine, theirs])
    for await (const frame of link.frames) {
      assert.deepEqual(Buffer.from(frame), secret)
      break
    }
  const all = Buffer.concat(carried)
  assert.equal(all.length > 2 * secret.length, true)
  assert.equal(all.includes('nobody but Bob'), false)
})

test('[LK18] a server that is gone ends what it relayed, and no link that does not need it', async (context) => {
  const [alice, bob] = await two(context)
  const server = await serverPlace()
  await Promise.all([join(alice, server), join(bob, server)])
  const [direct, directAtBob] = await linked(alice, bob)
  const [relayed] = await linked(alice, bob, RELAY_ADDRESS)
  direct.send(Uint8Array.of(1))
  const before = server.relayed()
  await server.close()
  assert.notEqual((await relayed.closed).kind, 'ours')
  direct.send(Uint8Array.of(2))
  const heard: number[] = []
  for await (const frame of directAtBob.frames) {
    heard.push(...frame)
    if (heard.length === 2) break
  }
  assert.deepEqual(heard, [1, 2])
  assert.deepEqual([before.links, before.linksTotal], [1, 1])
})

test('[LK18] the server counts what it carries, and nothing of a direct link', async (context) => {
  const [alice, bob] = await two(context)
  const server = await serverPlace()
  context.after(() => server.close())
  await Promise.all([join(alice, server), join(bob, server)])
  const [direct, directAtBob] = await linked(alice, bob)
  const reading = drain(directAtBob)
  direct.send(randomBytes(100_000))
  direct.close()
  assert.equal(await reading, 1)
  const nothing = server.relayed()
  assert.deepEqual([nothing.links, nothing.linksTotal, nothing.pairsTotal, nothing.bytesTotal], [0, 0, 0, 0])
  const [relayed, relayedAtBob] = await linked(alice, bob, RELAY_ADDRESS)
  relayed.send(randomBytes(100_000))
  for await (const frame of relayedAtBob.frames) {
    assert.equal(frame.length, 100_000)
    break
  }
  const { links, linksTotal, bytesTotal } = server.relayed()
  assert.deepEqual([links, linksTotal, bytesTotal > 100_000 && bytesTotal < 120_000], [1, 1, true])
})

test('[LK19] one device has so many relayed links and no more, and others still get theirs', async (context) => {
  const [alice, bob, ...carols] = await people(context, 2 + DEVICE_QUOTA.links / 4)
  if (alice === undefined || bob === undefined) throw new Error('unreachable')
  const server = await serverPlace()
  context.after(() => server.close())
  await Promise.all([alice, bob, ...carols].map((each) => join(each, server)))
  for (const each of carols) each.onLink((link) => void drain(link))
  const links: Link[] = []
  // A device lets nobody have more than four connections, so it takes several.
  for (const carol of carols)
    for (let count = 0; count < 4; count += 1) links.push(await dial(alice, carol, RELAY_ADDRESS))
  assert.equal(links.length, DEVICE_QUOTA.links)
  assert.equal(await failure(alice, bob.device), 'relay-full')
  assert.equal(await failure(bob, alice.device), 'connected')
  assert.equal(server.relayed().refused['device-full'], 1)
})

test('[LK19] an allowance is spent at once, comes back with time, and never grows beyond its burst', () => {
  let now = 0
  const allowance = createAllowance({ perSecond: 100, burst: 50, now: () => now })
  assert.equal(allowance.use(50), 0)
  assert.equal(allowance.use(10), 100)
  now = 100
  assert.equal(allowance.use(0), 0)
  now = 1_000_000
  assert.equal(allowance.use(50), 0)
  assert.equal(allowance.use(1), 10)
})

test('[LK6] a direct link to somebody who is relayed uses the direct address', async (context) => {
  const [alice, bob] = await two(context)
  const server = await serverPlace()
  context.after(() => server.close())
  await Promise.all([join(alice, server), join(bob, server)])
  const [relayed] = await linked(alice, bob, RELAY_ADDRESS)
  const carried = server.relayed().bytesTotal
  const [direct, directAtBob] = await linked(alice, bob, addressOf(bob))
  assert.deepEqual([relayed.path, direct.path, direct.address], ['relayed', 'nearby', `${LOOPBACK}:${portOf(bob)}`])
  direct.send(randomBytes(50_000))
  for await (const frame of directAtBob.frames) {
    assert.equal(frame.length, 50_000)
    break
  }
  // What passes the relay meanwhile is the relayed link's own bookkeeping.
  assert.equal(server.relayed().bytesTotal - carried < 1_000, true)
})
