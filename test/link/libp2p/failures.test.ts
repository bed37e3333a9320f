import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createEndpoint } from '../../../src/link/libp2p/endpoint.ts'
import { HANDSHAKE_MILLIS_MAX } from '../../../src/link/libp2p/handshake.ts'
import { createServerEndpoint } from '../../../src/link/libp2p/server.ts'
import type { Endpoint } from '../../../src/link/port.ts'
import type { Failure } from '../../../src/view/view.ts'
import { addressOf, LOOPBACK, never, place, portOf, serverPlace } from './places.ts'

const BOB = 'b0'.repeat(32)

const alone = async (context: TestContext): Promise<Endpoint> => {
  const endpoint = await place()
  context.after(() => endpoint.close())
  return endpoint
}

const listening = async (context: TestContext, server: Server): Promise<number> => {
  server.listen(0, LOOPBACK)
  await once(server, 'listening')
  context.after(() => server.close())
  return (server.address() as AddressInfo).port
}

const dialFailure = async (from: Endpoint, address: string, device = BOB): Promise<Failure | 'connected'> => {
  const result = await from.dial({ device, address, signal: never })
  return result.ok ? 'connected' : result.refusal
}

test('[LK15] a port where nobody listens refuses', async (context) => {
  const server = createServer()
  const port = await listening(context, server)
  server.close()
  assert.deepEqual(await dialFailure(await alone(context), `${LOOPBACK}:${port}`), {
    kind: 'refused',
    detail: 'ECONNREFUSED',
  })
})

test('[LK15] a name that nobody knows is not found, and neither is a text that is no address', async (context) => {
  const alice = await alone(context)
  assert.equal(kindOf(await dialFailure(alice, 'nobody.invalid:4001')), 'name-not-found')
  for (const text of ['', 'no address', '[::1', 'host:99999', '%:1'])
    assert.notEqual(await dialFailure(alice, text), 'connected', text)
})

const kindOf = (failure: Failure | 'connected'): string => (failure === 'connected' ? failure : failure.kind)

test('[LK15] a program that is not Kith is told apart, whatever it answers', async (context) => {
  const alice = await alone(context)
  const web = createHttpServer((_, response) => response.end('hello'))
  const mail = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('220 mail.example.org ESMTP\r\n')
  })
  const noise = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(randomBytes(5_000))
  })
  for (const server of [web, mail, noise]) {
    const address = `${LOOPBACK}:${await listening(context, server)}`
    assert.deepEqual(await dialFailure(alice, address), { kind: 'not-kith', detail: 'another program answers there' })
  }
})

// The timeout only ends the test where the dial waits: the clock of the handshake stands still here.
test('[LK440] a greeting of another program ends a dial at once', { timeout: 20_000 }, async (context) => {
  const alice = await alone(context)
  const mail = createServer((socket) => {
    context.after(() => socket.destroy())
    socket.on('error', () => {})
    socket.write('220 mail\r\n')
  })
  const port = await listening(context, mail)
  context.mock.timers.enable({ apis: ['setTimeout'] })
  assert.equal(kindOf(await dialFailure(alice, `${LOOPBACK}:${port}`)), 'not-kith')
})

test('[LK15] a program that hangs up at once is closed, one that says nothing is a timeout', async (context) => {
  const alice = await alone(context)
  const rude = await listening(
    context,
    createServer((socket) => socket.destroy()),
  )
  assert.equal(kindOf(await dialFailure(alice, `${LOOPBACK}:${rude}`)), 'closed')
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const silent = createServer((socket) => {
    socket.on('error', () => {})
    context.after(() => socket.destroy())
    socket.once('data', () => context.mock.timers.tick(HANDSHAKE_MILLIS_MAX))
  })
  const port = await listening(context, silent)
  assert.deepEqual(await dialFailure(alice, `${LOOPBACK}:${port}`), {
    kind: 'timeout',
    detail: 'no answer to the handshake',
  })
})

test('[LK15] a peer is no server, and a server is no peer', async (context) => {
  const alice = await alone(context)
  const bob = await alone(context)
  const server = await serverPlace()
  context.after(() => server.close())
  const asServer = await alice.dialServer({ host: LOOPBACK, port: portOf(bob), signal: never })
  assert.equal(!asServer.ok && asServer.refusal.kind, 'not-kith')
  assert.equal(kindOf(await dialFailure(alice, `${LOOPBACK}:${server.port}`, server.device)), 'not-kith')
})

test('[LK22] a port that is taken is named, and port 0 takes a free one for every host', async (context) => {
  const alice = await alone(context)
  const port = portOf(alice)
  const privateKey = randomBytes(32)
  const taken = { ok: false, refusal: { kind: 'port-in-use', port } }
  assert.deepEqual(await createEndpoint({ privateKey, listen: { port, hosts: [LOOPBACK] } }), taken)
  assert.deepEqual(await createServerEndpoint({ privateKey, port, host: LOOPBACK }), taken)
  const nowhere = await createEndpoint({ privateKey, listen: { port: 0, hosts: ['203.0.113.77'] } })
  assert.deepEqual(nowhere, { ok: false, refusal: { kind: 'no-such-host', host: '203.0.113.77' } })
})

test('[LK22] an endpoint names concrete addresses, the loopback among them', async (context) => {
  const everywhere = await createEndpoint({ privateKey: randomBytes(32), listen: { port: 0 } })
  if (!everywhere.ok) throw new Error(everywhere.refusal.kind)
  context.after(() => everywhere.value.close())
  const addresses = everywhere.value.addresses()
  assert.equal(
    addresses.some((each) => each.startsWith('127.0.0.1:')),
    true,
  )
  assert.equal(
    addresses.some((each) => each.startsWith('0.0.0.0') || each.startsWith('[::]')),
    false,
  )
  assert.equal(new Set(addresses.map((each) => each.split(':').at(-1))).size, 1)
  const silent = await createEndpoint({ privateKey: randomBytes(32), listen: { port: 0, hosts: [] } })
  if (!silent.ok) throw new Error(silent.refusal.kind)
  context.after(() => silent.value.close())
  assert.deepEqual(silent.value.addresses(), [])
  const alice = await alone(context)
  const reached = await silent.value.dial({ device: alice.device, address: addressOf(alice), signal: never })
  assert.equal(reached.ok, true)
})
