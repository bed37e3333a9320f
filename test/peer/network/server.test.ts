import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeServerMessage } from '../../../src/core/rendezvous/messages.ts'
import { bytesOf, createWorld, PLACES, SERVER, textOf, type Person } from './world.ts'

const seenAt = (person: Person): string[] =>
  person.seen.map((each) => `${each.device.slice(0, 2)} ${each.by === 'server' ? textOf(each.listing) : each.by}`)

test('[RC28] whoever comes to the people list is seen, whoever leaves it is gone', async () => {
  const world = createWorld(1)
  world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  alice.join()
  await world.time.advance(2_000)
  bob.join()
  await world.time.advance(5_000)
  assert.deepEqual([seenAt(alice), seenAt(bob)], [['2b bob'], ['1a alice']])
  bob.network.useServers([])
  await world.time.advance(5_000)
  assert.deepEqual([alice.gone, bob.gone], [[`${bob.device} server`], [`${alice.device} server`]])
  assert.deepEqual(bob.network.servers(), [])
})

test('[RC28] without the server nobody is on its list', async () => {
  const world = createWorld(2)
  world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) each.join()
  await world.time.advance(5_000)
  world.wires.crash(SERVER.device)
  await world.time.advance(100)
  assert.deepEqual(alice.gone, [`${bob.device} server`])
})

test('[RC27] what is announced is told at each login and when it changes', async () => {
  const world = createWorld(3)
  world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  // Before anything is announced, the connection stands and nothing is said of its owner.
  alice.network.useServers([SERVER])
  bob.join()
  await world.time.advance(3_000)
  assert.equal(alice.network.servers()[0]?.at, 'connected')
  assert.deepEqual(seenAt(bob), [])
  alice.join('Alice')
  await world.time.advance(5_000)
  alice.join('Alicia')
  await world.time.advance(5_000)
  assert.deepEqual(seenAt(bob), ['1a Alice', '1a Alicia'])
  world.wires.breakLinks(alice.device, SERVER.device)
  await world.time.advance(10_000)
  assert.deepEqual(seenAt(bob).at(-1), '1a Alicia')
  assert.equal(textOf(await cardOf(world.time, bob, alice.device)), 'card of alice')
})

const cardOf = async (
  time: { advance(millis: number): Promise<void> },
  asker: Person,
  device: string,
): Promise<Uint8Array | undefined> => {
  const card = asker.network.card(device)
  await time.advance(6_000)
  return card
}

test('[RC26] a question for a card is answered, with nothing if need be', async () => {
  const world = createWorld(4)
  world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  assert.equal(await alice.network.card(bob.device), undefined)
  for (const each of [alice, bob]) each.join()
  await world.time.advance(2_000)
  assert.equal(textOf(await cardOf(world.time, alice, bob.device)), 'card of bob')
  assert.equal(await cardOf(world.time, alice, PLACES.carol.device), undefined)
  assert.equal(await alice.network.card('no device'), undefined)
})

test('[RC26] a server that does not answer is not waited for longer than five seconds', async () => {
  const world = createWorld(5)
  const silent = world.wires.server({ device: SERVER.device, address: `${SERVER.host}:${SERVER.port}` })
  silent.onLink(
    (link) => void link.send(encodeServerMessage({ kind: 'welcome', version: 1, observed: '', people: 'on' })),
  )
  const alice = world.person('alice')
  alice.join()
  await world.time.advance(1_000)
  assert.equal(alice.network.servers()[0]?.at, 'connected')
  const cards = [alice.network.card(PLACES.bob.device), alice.network.card(PLACES.bob.device)]
  await world.time.advance(5_000)
  assert.deepEqual(await Promise.all(cards), [undefined, undefined])
  const interrupted = alice.network.card(PLACES.bob.device)
  world.wires.crash(SERVER.device)
  await world.time.advance(100)
  assert.equal(await interrupted, undefined)
})

test('[RC19] an unreachable server shows since when, why, and when it is tried next', async () => {
  const world = createWorld(6)
  const alice = world.person('alice')
  alice.join()
  assert.deepEqual(alice.network.servers()[0], { at: 'connecting', address: '203.0.113.1:12345' })
  await world.time.advance(60_000)
  const state = alice.network.servers()[0]
  assert.ok(state?.at === 'unreachable')
  assert.equal(state.failure.kind, 'refused')
  assert.ok(state.since < 1_000_100 && state.next > world.time.now())
  world.server()
  await world.time.advance(31_000)
  assert.equal(alice.network.servers()[0]?.at, 'connected')
})

test('[RC18] a server that speaks nonsense is left', async () => {
  const nonsense = [
    bytesOf('hello'),
    encodeServerMessage({ kind: 'farewell', because: 'full' }),
    new Uint8Array(300 * 1024),
  ]
  for (const frame of nonsense) {
    const world = createWorld(7)
    world.wires
      .server({ device: SERVER.device, address: `${SERVER.host}:${SERVER.port}` })
      .onLink((link) => void link.send(frame))
    const alice = world.person('alice')
    alice.join()
    await world.time.advance(500)
    const state = alice.network.servers()[0]
    assert.equal(state?.at, 'unreachable')
    assert.equal(world.wires.links(), 0)
  }
})
