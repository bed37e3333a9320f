import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { randomBytes, randomInt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import type { Connection } from '../../../src/link/libp2p/connection.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { callingPort, connectTogether } from '../../../src/link/libp2p/together.ts'
import { LOOPBACK, never } from './places.ts'

/** Somebody who takes every connection and never says a word. */
const silent = async (context: TestContext): Promise<AddressInfo> => {
  const taken: Socket[] = []
  const server = createServer((socket) => void taken.push(socket.on('error', () => {})))
  server.listen(0, LOOPBACK)
  await once(server, 'listening')
  context.after(() => {
    for (const socket of taken) socket.destroy()
    server.close()
  })
  return server.address() as AddressInfo
}

test('[LK23] one call that comes to nothing keeps no other from being made from the same port', async (context) => {
  const { transport } = await createParts(randomBytes(32), 'noise')
  const port = callingPort(randomInt(20_000, 61_000))
  const [first, second] = await Promise.all([silent(context), silent(context)])
  const call = (to: AddressInfo, secure: Parameters<typeof connectTogether>[0]['secure']) =>
    connectTogether({ transport, address: { host: LOOPBACK, port: to.port }, port, secure, signal: never })

  const begun = Promise.withResolvers<void>()
  const waiting = call(first, (_, signal) => {
    begun.resolve()
    // As a handshake does with somebody who says nothing.
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new DOMException('too late', 'TimeoutError'))),
    )
  })
  await begun.promise
  while (!port.quiet) await nextTurn()
  const standing = { closed: new Promise<string>(() => {}) } as Connection
  assert.deepEqual(await call(second, () => Promise.resolve(standing)), { ok: true, value: standing })
  const nothing = await waiting
  assert.equal(nothing.ok || nothing.refusal.kind, 'timeout')
  assert.equal(port.callers.size, 0)
})
