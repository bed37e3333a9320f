import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { decodeBindingRequest, encodeBindingAnswer, encodeBindingRequest } from '../../../src/core/stun/message.ts'
import { createServerEndpoint } from '../../../src/link/libp2p/server.ts'
import { observe } from '../../../src/link/observe.ts'
import type { ServerEndpoint } from '../../../src/link/server-port.ts'
import type { Observation } from '../../../src/link/stun/observation.ts'
import { drain, join, LOOPBACK, never, place } from '../libp2p/places.ts'

const serverAt = async (context: TestContext, host?: string, port = 0): Promise<ServerEndpoint> => {
  const server = await createServerEndpoint({ privateKey: randomBytes(32), port, ...(host !== undefined && { host }) })
  if (!server.ok) throw new Error(server.refusal.kind)
  context.after(() => server.value.close())
  server.value.onLink((link) => void drain(link))
  return server.value
}

const inWords = (all: readonly Observation[]): readonly string[] =>
  all.map((each) =>
    each.at === 'failed'
      ? `${each.port} failed: ${each.failure.kind}`
      : `${each.port} saw ${each.outside.host}, ${each.outside.port === each.local.port ? 'the port kept' : 'another port'}`,
  )

for (const { family, host } of [
  { family: 4, host: '127.0.0.1' },
  { family: 6, host: '::1' },
] as const)
  test(`[SV204] [SV205] over IPv${family} a device learns from two ports, by TCP and UDP, where it is seen`, async (context) => {
    const server = await serverAt(context)
    const { port, stun } = server
    assert.deepEqual([stun, server.stunRefused], [{ tcp: [port, port + 1], udp: [port, port + 1] }, []])
    const observed = await observe({ host, family, ports: stun, signal: never })
    assert.ok(observed.ok)
    const seen = [`${port} saw ${host}, the port kept`, `${port + 1} saw ${host}, the port kept`]
    assert.deepEqual(
      [observed.value.host, inWords(observed.value.tcp), inWords(observed.value.udp)],
      [host, seen, seen],
    )
    for (const all of [observed.value.tcp, observed.value.udp])
      assert.equal(new Set(all.map((each) => each.at === 'seen' && each.local.port)).size, 1)
    assert.deepEqual(server.stunCounts(), { answered: { tcp: 2, udp: 2 }, dropped: 0 })
  })

test('[SV204] a port that is taken is named and done without', async (context) => {
  const probe = createServer().listen(0, LOOPBACK)
  await once(probe, 'listening')
  const { port: taken } = probe.address() as AddressInfo
  context.after(() => probe.close())
  const server = await serverAt(context, LOOPBACK, taken - 1)
  assert.deepEqual(server.stun, { tcp: [taken - 1], udp: [taken - 1, taken] })
  assert.deepEqual(server.stunRefused, [
    { transport: 'tcp', port: taken, because: { kind: 'port-in-use', port: taken } },
  ])
  const observed = await observe({ host: LOOPBACK, ports: server.stun, signal: never })
  assert.ok(observed.ok)
  assert.deepEqual(inWords(observed.value.tcp), [`${taken - 1} saw ${LOOPBACK}, the port kept`])
})

test('[SV205] a question that nobody answers ends, and one that is given up ends at once', async (context) => {
  const silent = createSocket('udp4')
  context.after(() => silent.close())
  silent.bind(0, LOOPBACK)
  await once(silent, 'listening')
  const { port } = silent.address()
  let asked = 0
  silent.on('message', () => (asked += 1))
  const observed = await observe({ host: LOOPBACK, ports: { tcp: [port], udp: [port] }, signal: never })
  assert.ok(observed.ok)
  assert.deepEqual(
    [inWords(observed.value.tcp), inWords(observed.value.udp), asked],
    [[`${port} failed: refused`], [`${port} failed: timeout`], 4],
  )
  const given = await observe({ host: LOOPBACK, ports: { tcp: [], udp: [port] }, signal: AbortSignal.abort() })
  assert.deepEqual(given.ok && inWords(given.value.udp), [`${port} failed: closed`])
})

test('[SV205] answers from elsewhere, to other questions, or that are none, are passed over', async (context) => {
  const [server, stranger] = [createSocket('udp4'), createSocket('udp4')]
  context.after(() => [server.close(), stranger.close()])
  for (const socket of [server, stranger]) {
    socket.bind(0, LOOPBACK)
    await once(socket, 'listening')
  }
  server.on('message', (question, { port }) => {
    const request = decodeBindingRequest(question)
    assert.ok(request)
    const lie = { ip: [203, 0, 113, 66], port: 66 }
    const other = { ...request, transaction: new Uint8Array(12) }
    stranger.send(encodeBindingAnswer(request, lie), port, LOOPBACK, () => {
      server.send(encodeBindingAnswer(other, lie), port, LOOPBACK)
      server.send('no answer', port, LOOPBACK)
      server.send(encodeBindingAnswer(request, { ip: [192, 0, 2, 7], port: 7 }), port, LOOPBACK)
    })
  })
  const { port } = server.address()
  const observed = await observe({ host: LOOPBACK, ports: { tcp: [], udp: [port] }, signal: never })
  assert.deepEqual(observed.ok && inWords(observed.value.udp), [`${port} saw 192.0.2.7, another port`])
})

test('[SV205] a host without an address of the family is named', async () => {
  const observed = await observe({ host: LOOPBACK, family: 6, ports: { tcp: [], udp: [] }, signal: never })
  assert.equal(!observed.ok && observed.refusal.kind, 'name-not-found')
})

/** All that comes back on a new connection before it ends. */
const throwAt = (port: number, bytes: Uint8Array | string): Promise<Buffer> =>
  new Promise((resolve) => {
    const got: Buffer[] = []
    const socket = connect(port, LOOPBACK, () => socket.write(bytes))
    socket.on('data', (chunk) => void got.push(chunk))
    socket.on('error', () => {}).on('close', () => resolve(Buffer.concat(got)))
  })

test('[SV207] what is no question gets no answer at any port, and devices go on connecting', async (context) => {
  const [server, ann] = [await serverAt(context, LOOPBACK), await place()]
  context.after(() => ann.close())
  const link = await join(ann, server)
  const question = encodeBindingRequest(new Uint8Array(12))
  const strange = ['\x00', '\x00\x01garbage', '\x03', new Uint8Array(600), question.subarray(0, 19)]
  for (const port of server.stun.tcp)
    for (const bytes of strange) assert.equal((await throwAt(port, bytes)).includes('\x01\x01'), false)
  const socket = createSocket('udp4')
  context.after(() => socket.close())
  for (const bytes of strange) socket.send(bytes, server.port, LOOPBACK)
  const answer = (await throwAt(server.port, question)).subarray(0, 2)
  assert.deepEqual([...answer], [1, 1])
  const observed = await observe({ host: LOOPBACK, ports: server.stun, signal: never })
  assert.deepEqual(observed.ok && observed.value.udp.map(({ at }) => at), ['seen', 'seen'])
  assert.deepEqual(server.stunCounts().answered, { tcp: 3, udp: 2 })
  assert.ok(link.send(Uint8Array.of(1)))
  const bob = await place()
  context.after(() => bob.close())
  await join(bob, server)
})

test('[SV202] an answer goes to where the question came from, and to no address that the question names', async (context) => {
  const server = await serverAt(context, LOOPBACK)
  const [asker, victim] = [createSocket('udp4'), createSocket('udp4')]
  context.after(() => [asker.close(), victim.close()])
  for (const socket of [asker, victim]) {
    socket.bind(0, LOOPBACK)
    await once(socket, 'listening')
  }
  let atVictim = 0
  victim.on('message', () => (atVictim += 1))
  // RESPONSE-ADDRESS (RFC 3489, 11.2.2), RESPONSE-PORT and CHANGE-REQUEST (RFC 5780) once sent answers elsewhere.
  const { port } = victim.address()
  const place = [0, 1, port >> 8, port & 255, 127, 0, 0, 1]
  const attributes = [0, 2, 0, 8, ...place, 0, 0x27, 0, 4, port >> 8, port & 255, 0, 0, 0, 3, 0, 4, 0, 0, 0, 6]
  const question = new Uint8Array(20 + attributes.length)
  question.set(encodeBindingRequest(new Uint8Array(12)))
  question.set(attributes, 20)
  question[3] = attributes.length
  const arriving = once(asker, 'message')
  asker.send(question, server.port, LOOPBACK)
  const [answer, from] = (await arriving) as [Buffer, { readonly port: number }]
  assert.deepEqual([from.port, answer.readUInt16BE(0), atVictim], [server.port, 0x0111, 0])
})
