import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { after, test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { lpStream } from '@libp2p/utils'
import { cleanup } from 'node-datachannel'
import { RELAY_ADDRESS, UDP_ADDRESS } from '../../../src/link/address.ts'
import type { Connection, StreamHandler } from '../../../src/link/libp2p/connection.ts'
import { createNode, type Node } from '../../../src/link/libp2p/node.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { PEER_PROTOCOL, SIGNAL_PROTOCOL } from '../../../src/link/libp2p/protocols.ts'
import type { Endpoint } from '../../../src/link/port.ts'
import { decodeSignal, encodeSignal } from '../../../src/link/webrtc/signal.ts'
import { CALLS_PER_MINUTE, createUdp, NEGOTIATIONS_MAX } from '../../../src/link/webrtc/udp.ts'
import { mutated } from '../../core/bytes/mutated.ts'
import { signals } from '../../vectors/signal.ts'
import { addressOf, join, linked, LOOPBACK, never, nextLink, place, portOf, serverPlace } from '../libp2p/places.ts'
import { createLibrary } from './library.ts'

// The library may lose its last word about a connection that was closed, and then keeps this process for it. A program ends
// all the same, by its own clock.
after(() => cleanup())

const EVERYBODY = { answers: () => true, stun: () => [] }

/** Alice and Bob, whom a server connects. */
const relayed = async (context: TestContext) => {
  const [alice, bob, server] = await Promise.all([place(), place(), serverPlace()])
  context.after(async () => {
    await Promise.all([alice.close(), bob.close()])
    await server.close()
  })
  await Promise.all([join(alice, server), join(bob, server)])
  const [link] = await linked(alice, bob, RELAY_ADDRESS)
  return { alice, bob, server, link }
}

const failure = async (from: Endpoint, to: { readonly device: string }): Promise<string> => {
  const dialled = await from.dial({ device: to.device, address: UDP_ADDRESS, signal: never })
  if (!dialled.ok) return dialled.refusal.kind
  dialled.value.close()
  await dialled.value.closed
  return 'connected'
}

const firstOf = async (link: { readonly frames: AsyncIterable<Uint8Array> }): Promise<string> => {
  for await (const frame of link.frames) return Buffer.from(frame).toString()
  return 'nothing'
}

test('[LK40] a link over UDP says where the other side is, and lives on when what it was agreed on is gone', async (context) => {
  const { alice, bob, server, link } = await relayed(context)
  for (const each of [alice, bob]) each.overUdp(EVERYBODY)
  const [mine, theirs] = await linked(alice, bob, UDP_ADDRESS)
  for (const each of [mine, theirs]) assert.match(each.address, /^udp 127\.0\.0\.1:\d+$/)
  await server.close()
  await link.closed
  mine.send(Buffer.from('without a server'))
  assert.equal(await firstOf(theirs), 'without a server')
})

test('[LK41] without a connection that stands there is nobody to agree with', async (context) => {
  const [alice, bob] = await Promise.all([place(), place()])
  context.after(() => Promise.all([alice.close(), bob.close()]))
  for (const each of [alice, bob]) each.overUdp(EVERYBODY)
  assert.equal(await failure(alice, bob), 'unreachable')
  await linked(alice, bob, addressOf(bob))
  assert.equal(await failure(alice, bob), 'connected')
})

/** A device that speaks as it likes, and to which Alice has a connection. `serve`: what it does when it is called. */
const intruder = async (
  context: TestContext,
  alice: Endpoint,
  serve?: StreamHandler,
): Promise<{ readonly node: Node; readonly connection: Connection }> => {
  const node = await createNode(await createParts(randomBytes(32), 'tls-then-noise'), {
    listen: { port: 0, hosts: [LOOPBACK] },
    limits: { handshakes: 8, connections: 64, connectionsPerDevice: 64 },
    handlers: new Map(serve ? [[SIGNAL_PROTOCOL, serve]] : []),
  })
  if (!node.ok) throw new Error(node.refusal.kind)
  const address = { host: LOOPBACK, port: portOf(alice) }
  const dialled = await node.value.dial({ address, expected: alice.device, signal: never })
  if (!dialled.ok) throw new Error(JSON.stringify(dialled.refusal))
  const connection = dialled.value
  context.after(() => node.value.close())
  const arriving = nextLink(alice)
  await connection.stream(PEER_PROTOCOL, never)
  await arriving
  return { node: node.value, connection }
}

/** Everything that Alice says to somebody who offers, until she ends it. */
const answersTo = async (connection: Connection, ...said: readonly Uint8Array[]): Promise<readonly string[]> => {
  const stream = await connection.stream(SIGNAL_PROTOCOL, never)
  const messages = lpStream(stream)
  const kinds: string[] = []
  try {
    for (const each of said) await messages.write(each)
    for (;;) {
      const signal = decodeSignal((await messages.read()).subarray())
      if (!signal.ok) return assert.fail(signal.refusal.detail)
      kinds.push(signal.value.kind === 'refused' ? signal.value.because : signal.value.kind)
    }
  } catch {
    return kinds
  }
}

const OFFER = encodeSignal(signals[0] ?? assert.fail())

test('[LK41] who was not accepted is told so, and nothing of where this device is', async (context) => {
  const alice = await place()
  context.after(() => alice.close())
  const { node, connection } = await intruder(context, alice)
  assert.deepEqual(await answersTo(connection, OFFER), ['not-accepted'])
  alice.overUdp({ answers: (device) => device !== node.device, stun: () => [] })
  assert.deepEqual(await answersTo(connection, OFFER), ['not-accepted'])
  connection.abort('the test is over')
})

test('[LK42] whatever a device says that may call, it harms nobody but its own call', async (context) => {
  const { alice, bob } = await relayed(context)
  for (const each of [alice, bob]) each.overUdp(EVERYBODY)
  const seed = Math.floor(Math.random() * 2 ** 31)
  context.diagnostic(`seed ${seed}`)
  const { connection } = await intruder(context, alice)
  const odd = [...mutated(signals.map(encodeSignal), { seed, count: 300 })].flatMap(({ bytes }) =>
    decodeSignal(bytes).ok ? [] : [bytes],
  )
  for (let calls = 0; calls < 3; calls += 1)
    assert.deepEqual(await answersTo(connection, ...odd.slice(calls * 50, calls * 50 + 50)), [])
  assert.equal(await failure(bob, alice), 'connected')
  connection.abort('the test is over')
})

test('[LK46] one device is answered six times at once, and others still are', async (context) => {
  const { alice, bob } = await relayed(context)
  for (const each of [alice, bob]) each.overUdp(EVERYBODY)
  const { connection } = await intruder(context, alice)
  // Each call is cut off by the next word, which is no signal.
  const nonsense = Uint8Array.of(0xff)
  const answers: string[] = []
  for (let calls = 0; calls < CALLS_PER_MINUTE + 2; calls += 1)
    answers.push((await answersTo(connection, nonsense)).join())
  assert.deepEqual(answers, [...Array<string>(CALLS_PER_MINUTE).fill(''), 'busy', 'busy'])
  assert.equal(await failure(bob, alice), 'connected')
  connection.abort('the test is over')
})

/** A device that is connected to somebody by a connection that answers nothing. */
const standing = (answer: () => Promise<never>): Node =>
  ({ standing: () => ({ stream: answer }), listening: () => [] }) as unknown as Node

test('[LK46] thirty-two calls are negotiated at once, and the next one is refused', async (context) => {
  const udp = createUdp(
    standing(() => new Promise(() => {})),
    { load: async () => createLibrary([]).native },
  )
  context.after(() => udp.close())
  const giving = new AbortController()
  for (let calls = 0; calls < NEGOTIATIONS_MAX; calls += 1) void udp.dial('ab'.repeat(32), giving.signal)
  assert.deepEqual(await udp.dial('ab'.repeat(32), never), {
    ok: false,
    refusal: { kind: 'other', detail: 'too many calls over UDP' },
  })
})

test('[LK47] a system without the library goes on without UDP, and says so on both sides', async (context) => {
  const lacking = { load: async () => undefined }
  const here = createUdp(
    standing(() => assert.fail('nobody is asked')),
    lacking,
  )
  context.after(() => here.close())
  const dialled = await here.dial('ab'.repeat(32), never)
  assert.deepEqual(dialled, { ok: false, refusal: { kind: 'unsupported', detail: 'this system has no UDP links' } })
  const alice = await place()
  context.after(() => alice.close())
  const { node, connection } = await intruder(context, alice, (stream, from) => there.serve(stream, from))
  const there = createUdp(node, lacking)
  context.after(() => there.close())
  there.use(EVERYBODY)
  assert.equal(await failure(alice, node), 'unsupported')
  connection.abort('the test is over')
})

test('[LK47] a version that knows nothing of UDP is named as such', async (context) => {
  const alice = await place()
  context.after(() => alice.close())
  alice.overUdp(EVERYBODY)
  const { node, connection } = await intruder(context, alice)
  assert.equal(await failure(alice, node), 'version')
  connection.abort('the test is over')
})

test('[LK48] a program that made links over UDP ends by itself once its devices are closed', async () => {
  const file = new URL('exits.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 })
  assert.equal(stdout, 'ours ours\n')
})
