import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Link } from '../../../src/link/port.ts'
import { drain, LOOPBACK, never, place, portOf, serverPlace } from './places.ts'

const ROUNDS = 150

/** A handshake and the first frames, both ways, are about this long. */
const REACH_BYTES = 3_000

const fresh = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Left a connection behind that broke while its handshake ended, so that its endpoint never closed. */
const BROKE_IN_THE_LAST_PROMISE = 11

/** Park and Miller's generator. */
const seeded = (state: number) => (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647

/** A wire on which one byte, somewhere in either direction, is not what was sent. */
const flippingWire = async (context: TestContext, random: () => number, port: () => number): Promise<number> => {
  const server = createServer((near) => {
    const far = connect(port(), LOOPBACK)
    const place = Math.floor(random() * REACH_BYTES)
    const bit = 1 << Math.floor(random() * 8)
    const victim = random() < 0.5 ? near : far
    let passed = 0
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.on('data', (data) => {
        if (from === victim) {
          const at = place - passed
          if (at >= 0 && at < data.length) data[at] = (data[at] ?? 0) ^ bit
          passed += data.length
        }
        to.write(data)
      })
    }
  })
  server.listen(0, LOOPBACK)
  await once(server, 'listening')
  context.after(() => server.close())
  return (server.address() as AddressInfo).port
}

const story = async (context: TestContext, seed: number): Promise<void> => {
  const [alice, bob, server] = await Promise.all([place(), place(), serverPlace()])
  context.after(() => Promise.all([alice.close(), bob.close(), server.close()]))
  const heard: string[] = []
  const echo = async (link: Link): Promise<void> => {
    for await (const frame of link.frames) {
      heard.push(Buffer.from(frame).toString())
      link.send(frame)
    }
  }
  bob.onLink((link) => void echo(link))
  let target = portOf(bob)
  const port = await flippingWire(context, seeded(seed || 1), () => target)
  for (let round = 0; round < ROUNDS; round += 1) {
    const toServer = round % 3 === 0
    target = toServer ? server.port : portOf(bob)
    const dialled = toServer
      ? alice.dialServer({ host: LOOPBACK, port, signal: AbortSignal.timeout(500) })
      : alice.dial({ device: bob.device, address: `${LOOPBACK}:${port}`, signal: AbortSignal.timeout(500) })
    const result = await dialled
    if (!result.ok) continue
    result.value.send(Buffer.from('hello'))
    result.value.close()
    await drain(result.value)
    await result.value.closed
  }
  assert.deepEqual(
    [...new Set(heard)].filter((each) => each !== 'hello'),
    [],
  )
  const again = await alice.dial({ device: bob.device, address: `${LOOPBACK}:${portOf(bob)}`, signal: never })
  assert.equal(again.ok, true)
  assert.equal((await alice.dialServer({ host: LOOPBACK, port: server.port, signal: never })).ok, true)
}

for (const seed of [BROKE_IN_THE_LAST_PROMISE, fresh])
  test(`[LK12] a flipped bit anywhere ends that one connection and nothing else (SEED=${seed})`, (context) =>
    story(context, seed))
