import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { serveMetrics } from '../../src/server/http.ts'
import type { Counters } from '../../src/server/serve.ts'
import { emptyTally } from '../../src/server/tally.ts'

const noneRefused: Counters['relayed']['refused'] = {
  'not-registered': 0,
  unreachable: 0,
  'device-full': 0,
  'address-full': 0,
  'wanted-full': 0,
  'relay-full': 0,
  'too-often': 0,
}

const counters = (): Counters => ({
  connections: 3,
  here: 2,
  visible: 1,
  rendezvous: { ...emptyTally(), calls: 5, farewells: { ...emptyTally().farewells, crowded: 4 } },
  relayed: {
    links: 0,
    linksTotal: 6,
    pairs: 13,
    pairsTotal: 14,
    metUnrelayedTotal: 15,
    bytesTotal: 789,
    waitingBytes: 16,
    refused: { ...noneRefused, 'device-full': 17 },
    replacedTotal: 18,
  },
  meetings: { asked: 19, met: 20, alone: 21, refused: 22, otherFamily: 23 },
  stun: { answered: { tcp: 10, udp: 11 }, dropped: 12 },
  mailboxes: { mailboxes: 7, blobs: 8, bytes: 9_000 },
})

const start = async (t: TestContext): Promise<number> => {
  const running = await serveMetrics(0, counters)
  assert.ok(running.ok)
  t.after(() => running.value.close())
  return running.value.port
}

const ask = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', path, headers, method }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asking.on('error', reject).end()
  })

test('[SV51] Prometheus reads the counters, and a health check is answered', async (t) => {
  const port = await start(t)
  assert.deepEqual(await ask(port, '/health'), { status: 200, body: 'ok\n' })
  const { status, body } = await ask(port, '/metrics')
  assert.equal(status, 200)
  const lines = body.split('\n')
  for (const line of [
    'kith_connections 3',
    'kith_here 2',
    'kith_calls_total 5',
    'kith_relayed_links_total 6',
    'kith_relayed_bytes_total 789',
    'kith_relayed_pairs 13',
    'kith_relayed_pairs_total 14',
    'kith_met_unrelayed_total 15',
    'kith_relay_waiting_bytes 16',
    'kith_relay_refused_total{because="device-full"} 17',
    'kith_relayed_links_replaced_total 18',
    'kith_meetings_asked_total 19',
    'kith_meetings_met_total 20',
    'kith_meetings_alone_total 21',
    'kith_meetings_refused_total 22',
    'kith_meetings_other_family_total 23',
    'kith_farewells_total{because="crowded"} 4',
    'kith_stun_answered_total{transport="tcp"} 10',
    'kith_stun_answered_total{transport="udp"} 11',
    'kith_stun_dropped_total 12',
    'kith_mailboxes 7',
    'kith_mailbox_bytes 9000',
    'kith_mailbox_refused_total{because="full-server"} 0',
  ])
    assert.ok(lines.includes(line), line)
})

test('[SV51] another name, method or path gets nothing', async (t) => {
  const port = await start(t)
  assert.equal((await ask(port, '/metrics', { host: 'evil.example' })).status, 421)
  assert.equal((await ask(port, '/metrics', {}, 'POST')).status, 405)
  assert.equal((await ask(port, '/')).status, 404)
})

test('[SV51] what is no HTTP does not disturb it', async (t) => {
  const port = await start(t)
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from('\x16\x03\x01garbage\r\n\r\n')))
    socket.on('error', () => {}).on('close', () => resolve())
    socket.resume()
  })
  assert.equal((await ask(port, '/health')).status, 200)
})

test('[SV51] a port in use is refused with its number', async (t) => {
  const port = await start(t)
  const second = await serveMetrics(port, counters)
  assert.ok(!second.ok)
  assert.deepEqual([second.refusal.kind, second.refusal.port], ['metrics-failed', port])
})
