import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { encodeOffer } from '../../src/core/reach/offer.ts'
import { encodeBindingRequest } from '../../src/core/stun/message.ts'
import type { StunPorts } from '../../src/core/stun/ports.ts'
import { observe } from '../../src/link/observe.ts'
import { joinAsRawPeer, throwBytes, type RawPeer } from './raw.ts'

const start = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-weapon-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const child: ChildProcess = fork(new URL('server-process.ts', import.meta.url), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--import', new URL('outgoing.ts', import.meta.url).href],
  })
  t.after(() => child.kill('SIGKILL'))
  const outgoing: string[] = []
  child.on('message', (message) => {
    if (message instanceof Object && 'outgoing' in message) outgoing.push(String(message.outgoing))
  })
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ readonly port?: number; readonly stun: StunPorts }]
    if (message.port === undefined) continue
    const { port, stun } = message
    /** All that the server did towards others by now. */
    const done = async (): Promise<readonly string[]> => {
      const told = new Promise<void>((resolve) => {
        child.on('message', (each) => {
          if (each instanceof Object && 'told' in each) resolve()
        })
      })
      child.send('tell')
      await told
      return outgoing
    }
    return { port, stun, done }
  }
}

/** Somebody who listens at a port over TCP and UDP and has nothing to do with any of this. */
const bystander = async (t: TestContext) => {
  let reached = 0
  const server = createServer(() => (reached += 1)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = createSocket('udp4', () => (reached += 1))
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => {
    server.close()
    socket.close()
  })
  return { port, address: `127.0.0.1:${port}`, reached: () => reached }
}

const peerOf = async (t: TestContext, port: number, listing: string): Promise<RawPeer> => {
  const peer = await joinAsRawPeer(port)
  t.after(() => peer.close())
  peer.say({ kind: 'hello', version: 1, visible: true, listing: Buffer.from(listing), card: Buffer.from(listing) })
  await peer.hear('welcome')
  return peer
}

test('[SV220] whatever peers say, the server calls nobody and sends packets only to who asked', async (t) => {
  const server = await start(t)
  const victim = await bystander(t)
  const [ann, bob] = [await peerOf(t, server.port, victim.address), await peerOf(t, server.port, victim.address)]
  const { signal } = new AbortController()

  // Addresses wherever one can be named.
  ann.say({ kind: 'call', to: bob.endpoint.device, offer: encodeOffer('ask', [victim.address]) })
  await bob.hear('called')
  bob.endpoint.onLink((link) => link.close())
  const { device } = bob.endpoint
  await ann.endpoint.dial({ device, address: 'relay', signal })
  await Promise.all([
    ann.endpoint.dial({ device, address: 'punch', signal }),
    bob.endpoint.dial({ device: ann.endpoint.device, address: 'punch', signal }),
  ])
  const asker = createSocket('udp4')
  asker.bind(0, '127.0.0.1')
  await once(asker, 'listening')
  t.after(() => asker.close())
  const { port } = victim
  // RESPONSE-ADDRESS (RFC 3489, 11.2.2), to which servers of before sent their answer.
  const attribute = [0, 2, 0, 8, 0, 1, port >> 8, port & 255, 127, 0, 0, 1]
  const question = Buffer.concat([encodeBindingRequest(new Uint8Array(12)), Buffer.from(attribute)])
  question[3] = attribute.length
  const answered = once(asker, 'message')
  asker.send(question, server.stun.udp[0] ?? 0, '127.0.0.1')
  await answered
  await throwBytes(server.port, question)
  const observed = await observe({ host: '127.0.0.1', ports: server.stun, signal })
  assert.ok(observed.ok)

  const asked = [asker.address().port, ...observed.value.udp.map((each) => (each.at === 'seen' ? each.local.port : 0))]
  assert.deepEqual(
    await server.done(),
    asked.map((each) => `udp 127.0.0.1:${each}`),
  )
  assert.equal(victim.reached(), 0)
})
