import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../core/reach/random.ts'
import { createWorld, PLACES, SERVER, type Person } from './world.ts'

const paths = (...people: Person[]): string[][] => people.map((each) => each.standing().map((link) => link.path))

test('[RC3] Alice is linked to Bob where he answered before', async () => {
  const world = createWorld(1)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  alice.network.want(bob.device, [bob.address])
  await world.time.advance(500)
  assert.deepEqual(paths(alice, bob), [['nearby'], ['nearby']])
  alice.say('hello')
  bob.say('hi')
  await world.time.advance(100)
  assert.deepEqual([alice.heard, bob.heard], [['hi'], ['hello']])
  assert.equal(alice.network.reach(bob.device).link?.path, 'nearby')
  assert.equal(alice.network.reach(bob.device).attempts[0]?.outcome.at, 'connected')
  assert.deepEqual(alice.network.remembered(bob.device), [bob.address])
})

test('[RC10] of two who meet at a server and reach each other, the server carries nothing', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = createWorld(seed)
    const server = world.server()
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    for (const each of [alice, bob]) each.join()
    await world.time.advance(world.random() * 2_000)
    alice.network.want(bob.device, [])
    if (world.random() < 0.5) bob.network.want(alice.device, [])
    await world.time.advance(20_000)
    assert.deepEqual(paths(alice, bob), [['nearby'], ['nearby']], `seed ${seed}`)
    assert.deepEqual(
      [server.counters().relayed.linksTotal, server.counters().relayed.bytesTotal],
      [0, 0],
      `seed ${seed}`,
    )
  }
})

test('[RC11] [RC62] who can meet only through the server does, and moves off it without losing a word', async () => {
  const world = createWorld(2)
  const server = world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) {
    world.wires.hide(each.device, true)
    each.join()
  }
  await world.time.advance(1_000)
  alice.network.want(bob.device, [])
  await world.time.advance(3_000)
  assert.deepEqual(paths(alice, bob), [['relayed'], ['relayed']])
  const said: string[] = []
  for (let word = 0; word < 900; word++) {
    if (word === 100) world.wires.hide(bob.device, false)
    if (alice.say(`word ${word}`)) said.push(`word ${word}`)
    await world.time.advance(100)
  }
  await world.time.advance(10_000)
  assert.deepEqual(paths(alice, bob), [['nearby'], ['nearby']])
  assert.equal(said.length, 900)
  assert.deepEqual(bob.heard.toSorted(), said.toSorted())
  const { links, linksTotal, replacedTotal } = server.counters().relayed
  assert.deepEqual([links, linksTotal, replacedTotal], [0, 1, 1])
})

test('[RC20] a server that is killed interrupts nothing that is direct', async () => {
  const world = createWorld(3)
  world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) each.join()
  alice.network.want(bob.device, [])
  await world.time.advance(3_000)
  const [link] = alice.standing()
  world.wires.crash(SERVER.device)
  await world.time.advance(120_000)
  assert.deepEqual(alice.standing(), [link])
  assert.equal(alice.links.length, 1)
  assert.equal(alice.network.servers()[0]?.at, 'unreachable')
  alice.say('still here')
  await world.time.advance(100)
  assert.deepEqual(bob.heard, ['still here'])
})

test('[RC4] Bob who went away and came back is reached again', async () => {
  const world = createWorld(4)
  const alice = world.person('alice')
  world.person('bob')
  alice.network.want(PLACES.bob.device, [PLACES.bob.address])
  await world.time.advance(1_000)
  world.wires.crash(PLACES.bob.device)
  await world.time.advance(20_000)
  assert.deepEqual(paths(alice), [[]])
  const reach = alice.network.reach(PLACES.bob.device)
  assert.equal(reach.attempts[0]?.outcome.at === 'failed' && reach.attempts[0].outcome.failure.kind, 'refused')
  assert.ok((reach.next ?? 0) > world.time.now())
  const bob = world.person('bob')
  alice.network.tryNow(bob.device)
  await world.time.advance(1_000)
  assert.deepEqual(paths(alice, bob), [['nearby'], ['nearby']])
})

test('[RC30] a device that is released is not dialled again', async () => {
  const world = createWorld(5)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  alice.network.want(bob.device, [bob.address])
  await world.time.advance(1_000)
  alice.network.release(bob.device)
  await world.time.advance(60_000)
  assert.deepEqual(paths(alice, bob), [[], []])
  assert.equal(alice.dials.length, 1)
})

test('[RC9] whatever breaks, two who want each other end with one link and the server with none', async (context) => {
  const base = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  context.diagnostic(`seed ${base}`)
  for (let seed = base; seed < base + 12; seed++) {
    const world = createWorld(seed)
    const random = seededRandom(seed + 7)
    const server = world.server()
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    for (const each of [alice, bob]) each.join()
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const)
      one.network.want(other.device, random() < 0.5 ? [other.address] : [])
    for (let trouble = 0; trouble < 25; trouble++) {
      const dice = random()
      if (dice < 0.3) world.wires.breakLinks(alice.device, bob.device)
      else if (dice < 0.5) world.wires.part(alice.device, bob.device)
      else if (dice < 0.7) world.wires.mend(alice.device, bob.device)
      else if (dice < 0.8) world.wires.hide(alice.device, random() < 0.5)
      else if (dice < 0.9) world.wires.breakLinks(bob.device, SERVER.device)
      await world.time.advance(random() * 8_000)
    }
    world.wires.mend(alice.device, bob.device)
    world.wires.hide(alice.device, false)
    await world.time.advance(200_000)
    assert.deepEqual(paths(alice, bob), [['nearby'], ['nearby']], `seed ${seed}`)
    assert.equal(server.counters().relayed.links, 0, `seed ${seed}`)
    assert.equal(world.wires.links(), 3, `seed ${seed}: one between them and two to the server`)
  }
})
