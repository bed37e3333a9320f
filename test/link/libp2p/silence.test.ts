import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import {
  IDLE_MILLIS_MAX,
  KEEP_ALIVE_MILLIS,
  SILENCE_MILLIS_MAX,
  SWEEP_MILLIS,
} from '../../../src/link/libp2p/connection.ts'
import { createNode } from '../../../src/link/libp2p/node.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { linked, LOOPBACK, never, place, portOf } from './places.ts'

/** A wire between two programs that can be made dead: it stays open and nothing passes, as when a cable is pulled. */
const wireTo = async (
  context: TestContext,
  port: number,
): Promise<{ readonly address: string; cut(): void; bytes(): number }> => {
  const sockets: Socket[] = []
  let state: 'alive' | 'dead' = 'alive'
  let bytes = 0
  const server = createServer((near) => {
    const far = connect(port, LOOPBACK)
    sockets.push(near, far)
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      from.on('data', (data) => {
        bytes += data.length
        if (state === 'alive') to.write(data)
      })
      from.on('error', () => {})
    }
  })
  server.listen(0, LOOPBACK)
  await once(server, 'listening')
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    address: `${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    cut: () => void (state = 'dead'),
    bytes: () => bytes,
  }
}

/** Lets the sweep run as often as it would in that time, and what each sets off. */
const pass = async (context: TestContext, millis: number): Promise<void> => {
  for (let passed = 0; passed < millis; passed += SWEEP_MILLIS) {
    context.mock.timers.tick(SWEEP_MILLIS)
    for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  }
}

test('[LK14] thirty seconds of silence end a link on both sides', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const [alice, bob] = [await place(), await place()]
  context.after(() => Promise.all([alice.close(), bob.close()]))
  const wire = await wireTo(context, portOf(bob))
  const [mine, theirs] = await linked(alice, bob, wire.address)
  wire.cut()
  await pass(context, SILENCE_MILLIS_MAX + SWEEP_MILLIS)
  assert.deepEqual([(await mine.closed).kind, (await theirs.closed).kind], ['lost', 'lost'])
})

test('[LK14] a link on which nobody says anything stays, and costs a few bytes', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const [alice, bob] = [await place(), await place()]
  context.after(() => Promise.all([alice.close(), bob.close()]))
  const wire = await wireTo(context, portOf(bob))
  const [mine, theirs] = await linked(alice, bob, wire.address)
  const before = wire.bytes()
  const quiet = SILENCE_MILLIS_MAX * 10
  await pass(context, quiet)
  mine.send(Uint8Array.of(1))
  for await (const frame of theirs.frames) {
    assert.deepEqual([...frame], [1])
    break
  }
  const asked = quiet / KEEP_ALIVE_MILLIS
  assert.equal(wire.bytes() - before < asked * 200, true, `${wire.bytes() - before} bytes`)
})

test('[LK14] a connection on which nothing is asked for is closed', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const bob = await place()
  const parts = await createParts(new Uint8Array(32).fill(3), 'noise')
  const limits = { handshakes: 8, connections: 8, connectionsPerDevice: 8 }
  const node = await createNode(parts, { listen: { port: 0, hosts: [] }, limits, handlers: new Map() })
  if (!node.ok) throw new Error(node.refusal.kind)
  context.after(() => Promise.all([bob.close(), node.value.close()]))
  const connection = await node.value.dial({ address: { host: LOOPBACK, port: portOf(bob) }, signal: never })
  if (!connection.ok) throw new Error(connection.refusal.kind)
  await pass(context, IDLE_MILLIS_MAX + SWEEP_MILLIS)
  assert.equal(typeof (await connection.value.closed), 'string')
})
