import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { startServer, type RunningServer } from '../../src/server/server.ts'
import { joinAsRawPeer, throwBytes, type RawPeer } from './raw.ts'

const temporary = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-server-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const start = async (t: TestContext, lines: string[] = []): Promise<RunningServer> => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    folder: temporary(t),
    people: 'on',
    metrics: 0,
    log,
  })
  assert.ok(server.ok, JSON.stringify(server))
  t.after(() => server.value.close())
  return server.value
}

const peerOf = async (t: TestContext, port: number): Promise<RawPeer> => {
  const peer = await joinAsRawPeer(port)
  t.after(() => peer.close())
  peer.say({ kind: 'hello', version: 1, visible: true, listing: Uint8Array.of(1), card: Uint8Array.of(2) })
  await peer.hear('welcome')
  return peer
}

test('[SV60] two peers find each other on a real server, and one is called', async (t) => {
  const server = await start(t)
  const [ann, bob] = [await peerOf(t, server.port), await peerOf(t, server.port)]
  ann.say({ kind: 'watch', on: true })
  const { here } = await ann.hear('people')
  assert.deepEqual(here.map(({ device }) => device).sort(), [ann.endpoint.device, bob.endpoint.device].sort())
  ann.say({ kind: 'card', device: bob.endpoint.device })
  assert.deepEqual((await ann.hear('card')).card, Uint8Array.of(2))
  ann.say({ kind: 'call', to: bob.endpoint.device, offer: Uint8Array.of(9) })
  const called = await bob.hear('called')
  assert.deepEqual([called.from, called.offer], [ann.endpoint.device, Uint8Array.of(9)])
  assert.equal(ann.link.device, server.device)
})

test('[SV204] the welcome names the ports at which STUN is answered', async (t) => {
  const server = await start(t)
  const peer = await joinAsRawPeer(server.port)
  t.after(() => peer.close())
  peer.say({ kind: 'hello', version: 1, visible: false, listing: new Uint8Array() })
  const { stun } = await peer.hear('welcome')
  assert.deepEqual(stun, server.stun)
  assert.equal(stun?.tcp[0], server.port)
})

test('[SV61] what peers say through the relay is counted, and what they say directly is not', async (t) => {
  const server = await start(t)
  const [ann, bob] = [await peerOf(t, server.port), await peerOf(t, server.port)]
  bob.endpoint.onLink((link) => void echo(link.frames, (frame) => void link.send(frame)))
  const speak = async (address: string): Promise<void> => {
    const dialled = await ann.endpoint.dial({
      device: bob.endpoint.device,
      address,
      signal: new AbortController().signal,
    })
    assert.ok(dialled.ok, JSON.stringify(dialled))
    dialled.value.send(new Uint8Array(5_000))
    for await (const frame of dialled.value.frames) {
      assert.equal(frame.length, 5_000)
      break
    }
    dialled.value.close()
    await dialled.value.closed
  }
  await speak(bob.endpoint.addresses()[0] ?? '')
  assert.deepEqual([server.counters().relayed.linksTotal, server.counters().relayed.bytesTotal], [0, 0])
  await speak('relay')
  assert.equal(server.counters().relayed.linksTotal, 1)
  assert.ok(server.counters().relayed.bytesTotal >= 10_000)
})

const echo = async (frames: AsyncIterable<Uint8Array>, send: (frame: Uint8Array) => void): Promise<void> => {
  for await (const frame of frames) send(frame)
}

test('[SV62] a server in use keeps its port, and says which', async (t) => {
  const server = await start(t)
  const log = pino({ level: 'silent' })
  const second = await startServer({ port: server.port, host: '127.0.0.1', folder: temporary(t), people: 'on', log })
  assert.deepEqual(second, { ok: false, refusal: { kind: 'port-in-use', port: server.port } })
  assert.ok(server.metricsPort)
  const third = await startServer({
    port: 0,
    host: '127.0.0.1',
    folder: temporary(t),
    people: 'on',
    metrics: server.metricsPort,
    log,
  })
  assert.equal(!third.ok && third.refusal.kind, 'metrics-failed')
})

test('[SV62] the same folder is the same server', async (t) => {
  const folder = temporary(t)
  const log = pino({ level: 'silent' })
  const devices: string[] = []
  for (const people of ['on', 'off'] as const) {
    const server = await startServer({ port: 0, host: '127.0.0.1', folder, people, log })
    assert.ok(server.ok)
    devices.push(server.value.device)
    await server.value.close()
  }
  assert.equal(devices[0], devices[1])
})

test('[SV63] the log holds counts, and no key, address or listing', async (t) => {
  const lines: string[] = []
  const server = await start(t, lines)
  const peer = await peerOf(t, server.port)
  peer.say({ kind: 'call', to: 'ab'.repeat(32), offer: new Uint8Array() })
  await peer.hear('absent')
  peer.sendRaw(Uint8Array.of(0xff))
  assert.equal((await peer.hear('farewell')).because, 'malformed')
  await server.close()
  const written = lines.join('')
  assert.match(written, /listening/)
  assert.match(written, /stopped/)
  for (const secret of [server.device, peer.endpoint.device]) assert.ok(!written.includes(secret.slice(0, 8)))
})

test('[SV64] garbage at the port is cut off, and peers go on', async (t) => {
  const server = await start(t)
  const peer = await peerOf(t, server.port)
  const seed = Date.now()
  t.diagnostic(`seed ${seed}`)
  const garbage = [
    ...fc.sample(fc.uint8Array({ minLength: 1, maxLength: 4_096 }), { seed, numRuns: 100 }),
    Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n'),
    Buffer.from('\x13/multistream/1.0.0\n\x07/noise\nnot a handshake at all'),
    new Uint8Array(1_000_000).fill(0xff),
  ]
  await Promise.all(garbage.map((bytes) => throwBytes(server.port, new Uint8Array(bytes))))
  peer.say({ kind: 'card', device: peer.endpoint.device })
  assert.deepEqual((await peer.hear('card')).card, Uint8Array.of(2))
})

test('[SV64] random frames of a peer end its own link alone', async (t) => {
  const server = await start(t)
  const witness = await peerOf(t, server.port)
  const seed = Date.now()
  t.diagnostic(`seed ${seed}`)
  for (const frame of fc.sample(fc.uint8Array({ minLength: 1, maxLength: 64 }), { seed, numRuns: 20 })) {
    const stranger = await joinAsRawPeer(server.port)
    stranger.sendRaw(frame)
    stranger.sendRaw(Uint8Array.of(0xff))
    assert.equal((await stranger.hear('farewell')).because, 'malformed')
    await stranger.close()
  }
  witness.say({ kind: 'card', device: witness.endpoint.device })
  assert.ok((await witness.hear('card')).card)
})

test('[SV65] the server runs as a process, and killing it ends links and nothing else', async (t) => {
  const child = fork(new URL('server-process.ts', import.meta.url), [temporary(t)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.after(() => child.kill('SIGKILL'))
  const port = await listeningPort(child)
  const [ann, bob] = [await peerOf(t, port), await peerOf(t, port)]
  const dialled = await ann.endpoint.dial({
    device: bob.endpoint.device,
    address: bob.endpoint.addresses()[0] ?? '',
    signal: new AbortController().signal,
  })
  assert.ok(dialled.ok)
  child.kill('SIGKILL')
  assert.equal((await ann.link.closed).kind, 'lost')
  const arrived = new Promise<Uint8Array>((resolve) => {
    bob.endpoint.onLink((link) => void echo(link.frames, resolve))
  })
  const again = await ann.endpoint.dial({
    device: bob.endpoint.device,
    address: bob.endpoint.addresses()[0] ?? '',
    signal: new AbortController().signal,
  })
  assert.ok(again.ok)
  again.value.send(Uint8Array.of(42))
  assert.deepEqual([...(await arrived)], [42])
})

const listeningPort = async (child: ChildProcess): Promise<number> => {
  const [message] = (await once(child, 'message')) as [{ port: number }]
  return message.port
}
