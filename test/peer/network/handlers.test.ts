import assert from 'node:assert/strict'
import test from 'node:test'
import { accept } from '../../../src/core/bytes/result.ts'
import type { Endpoint } from '../../../src/link/port.ts'
import { openNetwork } from '../../../src/peer/network/network.ts'
import { createWorld, PLACES } from './world.ts'

test('[RC25] handlers that throw harm nobody, and the link that was not taken is closed', async () => {
  const world = createWorld(1)
  const bob = world.person('bob')
  const logged: string[] = []
  const alice = openNetwork({
    endpoint: world.wires.peer(PLACES.alice),
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
    log: (message, error) => logged.push(`${message}: ${String(error)}`),
  })
  const fail = (): never => {
    throw new Error('no')
  }
  alice.onLink(fail)
  alice.onSeen(fail)
  alice.onGone(fail)
  alice.onChange(fail)
  alice.setNearby(true)
  bob.network.setNearby(true)
  alice.want(bob.device, [bob.address])
  await world.time.advance(500)
  assert.equal(bob.standing().length, 0)
  assert.equal(alice.reach(bob.device).attempts.at(-1)?.outcome.at, 'connected')
  assert.deepEqual([...new Set(logged)], ['a handler of the network failed: Error: no'])
  // It goes on: a handler that has recovered gets the next link.
  let links = 0
  alice.onLink(() => (links += 1))
  await world.time.advance(20_000)
  assert.equal(links, 1)
})

test('[RC14] a dial that throws is a failed attempt', async () => {
  const world = createWorld(2)
  const endpoint: Endpoint = {
    ...world.wires.peer(PLACES.alice),
    dial: () => Promise.reject(new Error('unforeseen')),
    dialServer: () => Promise.reject(new Error('unforeseen')),
  }
  const alice = openNetwork({
    endpoint,
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  alice.want(PLACES.bob.device, [PLACES.bob.address])
  alice.useServers([{ host: '203.0.113.1', port: 12_345 }])
  await world.time.advance(100)
  const [attempt] = alice.reach(PLACES.bob.device).attempts
  assert.equal(attempt?.outcome.at, 'failed')
  assert.equal(alice.servers()[0]?.at, 'unreachable')
})

test('[RC14] a link that comes after closing is closed', async () => {
  const world = createWorld(3)
  const bob = world.person('bob')
  const endpoint = world.wires.peer(PLACES.alice)
  const deaf: Endpoint = {
    ...endpoint,
    // Takes no notice of being given up.
    dial: (input) => endpoint.dial({ ...input, signal: new AbortController().signal }),
  }
  const alice = openNetwork({
    endpoint: deaf,
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  alice.onLink(() => assert.fail('a link after closing'))
  alice.want(bob.device, [bob.address])
  alice.close()
  await world.time.advance(1_000)
  assert.equal(world.wires.links(), 0)
})

test('[RC7] a link that ends while it is handed over leaves no trace', async () => {
  const world = createWorld(4)
  const bob = world.person('bob')
  const endpoint = world.wires.peer(PLACES.alice)
  const hasty: Endpoint = {
    ...endpoint,
    dial: async (input) => {
      const dialled = await endpoint.dial(input)
      if (dialled.ok) dialled.value.close()
      return dialled.ok ? accept(dialled.value) : dialled
    },
  }
  const alice = openNetwork({
    endpoint: hasty,
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  alice.onLink((link) => link.close())
  alice.want(bob.device, [bob.address])
  await world.time.advance(500)
  assert.equal(alice.reach(bob.device).link, undefined)
  assert.ok((alice.reach(bob.device).next ?? 0) > world.time.now())
})

test('[RC29] on another network, the links of the old one are closed and tried anew', async () => {
  const world = createWorld(5)
  const bob = world.person('bob')
  const endpoint = world.wires.peer(PLACES.alice)
  let addresses = ['192.168.1.11:4001']
  const alice = openNetwork({
    endpoint: { ...endpoint, addresses: () => addresses },
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  let links = 0
  alice.onLink(() => (links += 1))
  alice.want(bob.device, [bob.address])
  await world.time.advance(11_000)
  addresses = ['10.0.0.1:4001']
  await world.time.advance(4_000)
  assert.equal(links, 2)
  assert.equal(bob.standing().length, 1)
})

test('[RC25] calls after closing, and for what is no device, do nothing', async () => {
  const world = createWorld(6)
  const alice = world.person('alice')
  alice.network.want('nobody', ['10.0.0.1:1'])
  alice.network.want(alice.device, [alice.address])
  await world.time.advance(100)
  alice.network.close()
  alice.network.close()
  alice.network.want(PLACES.bob.device, [PLACES.bob.address])
  alice.network.setNearby(true)
  alice.network.useServers([{ host: '203.0.113.1', port: 12_345 }])
  alice.network.tryNow(PLACES.bob.device)
  await world.time.advance(10_000)
  assert.deepEqual(alice.dials, [])
  assert.deepEqual(alice.network.reach(PLACES.bob.device), { shown: 'everywhere', candidates: [], attempts: [] })
  assert.deepEqual(alice.network.servers(), [])
})

test('[RC33] a clock that is set back delays nothing', async () => {
  const world = createWorld(7)
  let back = 0
  const alice = openNetwork({
    endpoint: world.wires.peer(PLACES.alice),
    scheduler: { now: () => world.time.now() - back, after: world.time.after },
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  alice.onLink(() => {})
  alice.want(PLACES.bob.device, [PLACES.bob.address])
  await world.time.advance(500)
  back = 3_600_000
  await world.time.advance(10_000)
  const bob = world.person('bob')
  await world.time.advance(20_000)
  assert.equal(bob.standing().length, 1)
})
