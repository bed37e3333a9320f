import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { RELAY_ANSWERS } from '../../src/link/libp2p/protocols.ts'
import { observe } from '../../src/link/observe.ts'
import { REASONS } from '../../src/core/rendezvous/mailbox-messages.ts'
import { BECAUSES } from '../../src/core/rendezvous/messages.ts'
import { startServer, type RunningServer } from '../../src/server/server.ts'
import { joinAsRawPeer, type RawPeer } from './raw.ts'

const start = async (t: TestContext): Promise<RunningServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-metrics-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const log = pino({ level: 'silent' })
  const server = await startServer({ port: 0, host: '127.0.0.1', folder, people: 'on', metrics: 0, name: 'Alder', log })
  assert.ok(server.ok)
  t.after(() => server.value.close())
  return server.value
}

const peerOf = async (t: TestContext, port: number): Promise<RawPeer> => {
  const peer = await joinAsRawPeer(port)
  t.after(() => peer.close())
  peer.say({ kind: 'hello', version: 1, visible: true, listing: Buffer.from('Annabel'), card: Buffer.from('a card') })
  await peer.hear('welcome')
  return peer
}

const LABELS: ReadonlyMap<string, readonly string[]> = new Map([
  ['because', [...BECAUSES, ...REASONS, ...RELAY_ANSWERS, 'other']],
  ['transport', ['tcp', 'udp']],
])

test('[SV216] no name, label or value of the metrics names anybody, whatever they did', async (t) => {
  const server = await start(t)
  const [ann, bob] = [await peerOf(t, server.port), await peerOf(t, server.port)]
  const { signal } = new AbortController()
  bob.endpoint.onLink((link) => void link.send(Uint8Array.of(1)))
  const relayed = await ann.endpoint.dial({ device: bob.endpoint.device, address: 'relay', signal })
  assert.ok(relayed.ok)
  await ann.endpoint.dial({ device: 'ab'.repeat(32), address: 'relay', signal })
  await Promise.all([
    ann.endpoint.dial({ device: bob.endpoint.device, address: 'punch', signal }),
    bob.endpoint.dial({ device: ann.endpoint.device, address: 'punch', signal }),
  ])
  await observe({ host: '127.0.0.1', ports: server.stun, signal })
  relayed.value.close('replaced')
  ann.say({ kind: 'call', to: bob.endpoint.device, offer: Buffer.from('an offer') })
  await bob.hear('called')
  while (server.counters().relayed.links > 0) await new Promise((resolve) => setImmediate(resolve))

  const text = await (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  assert.ok(lines.length > 40, `${lines.length} lines`)
  for (const line of lines) {
    const [, name = '', label, value = '', number = ''] = /^([a-z_]+)(?:\{(\w+)="([^"]*)"\})? (\S+)$/.exec(line) ?? []
    assert.ok(name.startsWith('kith_') || name.startsWith('process_'), line)
    assert.ok(Number.isFinite(Number(number)), line)
    if (label !== undefined) assert.ok(LABELS.get(label)?.includes(value), line)
  }
  const told = [ann.endpoint.device, bob.endpoint.device, server.device, 'Annabel', 'Alder', 'a card', 'an offer']
  for (const word of [...told, '127.0.0.1']) assert.equal(text.includes(word), false, word)
  for (const line of [
    'kith_relayed_links_total 1',
    'kith_relayed_pairs_total 1',
    'kith_relayed_links_replaced_total 1',
    'kith_relay_refused_total{because="not-registered"} 1',
    'kith_meetings_asked_total 2',
    'kith_meetings_met_total 1',
    'kith_met_unrelayed_total 0',
    'kith_stun_answered_total{transport="tcp"} 2',
    'kith_stun_answered_total{transport="udp"} 2',
  ])
    assert.ok(lines.includes(line), line)
})
