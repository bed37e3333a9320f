import assert from 'node:assert/strict'
import test from 'node:test'
import { refuse } from '../../../src/core/bytes/result.ts'
import { NEARBY_LINKED_MAX } from '../../../src/core/reach/sightings.ts'
import { openNetwork } from '../../../src/peer/network/network.ts'
import { createWorld, PLACES } from './world.ts'

test('[RC21] strangers on one network see each other and are linked, so that names can be told', async () => {
  const world = createWorld(1)
  const people = [world.person('alice'), world.person('bob'), world.person('carol')]
  for (const each of people) each.network.setNearby(true)
  await world.time.advance(1_000)
  assert.deepEqual(
    people.map((each) => [each.seen.map((seen) => seen.by), each.standing().length]),
    people.map(() => [['nearby', 'nearby'], 2]),
  )
  assert.deepEqual(people[0]?.network.nearby(), { at: 'on' })
  // Only the one with the smaller id dialled.
  assert.deepEqual(
    people.map((each) => each.dials.length),
    [2, 1, 0],
  )
})

test('[RC22] who went away is gone twenty seconds later', async () => {
  const world = createWorld(2)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) each.network.setNearby(true)
  await world.time.advance(100_000)
  world.wires.crash(bob.device)
  bob.network.close()
  await world.time.advance(19_000)
  assert.deepEqual(alice.gone, [])
  await world.time.advance(12_000)
  assert.deepEqual(alice.gone, [`${bob.device} nearby`])
  const dials = alice.dials.length
  await world.time.advance(100_000)
  assert.equal(alice.dials.length, dials)
})

test('[RC22] who looks no more sees nobody', async () => {
  const world = createWorld(3)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) each.network.setNearby(true)
  await world.time.advance(1_000)
  alice.network.setNearby(false)
  await world.time.advance(100_000)
  assert.deepEqual(alice.gone, [`${bob.device} nearby`])
  assert.deepEqual(alice.network.nearby(), { at: 'off' })
})

test('[RC21] of a crowd, sixty-four are linked', async () => {
  const world = createWorld(4)
  const alice = world.person('alice')
  for (let index = 0; index < NEARBY_LINKED_MAX + 20; index++) {
    const device = (0x5000 + index).toString(16).repeat(16)
    await world.wires.peer({ device, address: `192.168.2.${index + 1}:4001` }).near(true)
  }
  alice.network.setNearby(true)
  await world.time.advance(5_000)
  assert.equal(alice.seen.length, NEARBY_LINKED_MAX + 20)
  assert.equal(alice.standing().length, NEARBY_LINKED_MAX)
})

test('[RC21] the last word on being seen counts, and a failure is shown and tried again elsewhere', async () => {
  const world = createWorld(5)
  const endpoint = world.wires.peer(PLACES.alice)
  const told: boolean[] = []
  let addresses = ['192.168.1.11:4001']
  const failure = { kind: 'other', detail: 'EADDRINUSE' } as const
  const network = openNetwork({
    endpoint: {
      ...endpoint,
      addresses: () => addresses,
      near: async (on) => {
        told.push(on)
        return told.length < 2 ? refuse(failure) : endpoint.near(on)
      },
    },
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => true,
    isFamiliar: () => true,
  })
  network.setNearby(true)
  await world.time.advance(10)
  assert.deepEqual(network.nearby(), { at: 'failed', failure })
  addresses = ['10.0.0.1:4001']
  await world.time.advance(2_000)
  assert.deepEqual(network.nearby(), { at: 'on' })
  network.setNearby(false)
  network.setNearby(true)
  await world.time.advance(10)
  assert.deepEqual([told.at(-1), network.nearby()], [true, { at: 'on' }])
})
