import assert from 'node:assert/strict'
import test from 'node:test'
import { GUEST_GRACE_MILLIS } from '../../../src/core/reach/guests.ts'
import type { ServerAddress } from '../../../src/core/reach/server-address.ts'
import { createRoutes, REPEATED_MILLIS_MAX, ROUTES_MAX } from '../../../src/peer/network/routes.ts'
import { bytesOf, createWorld, textOf, type Person, type World } from './world.ts'
import { serve } from '../../../src/server/serve.ts'

const PLACES = {
  one: { device: 'e1'.repeat(32), host: '203.0.113.1', port: 12_345 },
  two: { device: 'e2'.repeat(32), host: '203.0.113.2', port: 12_345 },
  three: { device: 'e3'.repeat(32), host: '203.0.113.3', port: 12_345 },
} as const
const { one, two, three } = PLACES

const serverAt = (world: World, { device, host, port }: (typeof PLACES)[keyof typeof PLACES]) =>
  serve({ endpoint: world.wires.server({ device, address: `${host}:${port}` }), people: 'on', time: world.time })

const use = (person: Person, servers: readonly ServerAddress[], name = person.device.slice(0, 2)): void => {
  person.network.announce({ card: bytesOf(`card of ${name}`), listing: bytesOf(name), visible: true })
  person.network.useServers(servers)
}

const at = ({ host, port }: ServerAddress): string => `${host}:${port}`

/** Alice and Bob, whom nobody can dial, so that all goes through servers. */
const setUp = (seed: number) => {
  const world = createWorld(seed)
  for (const place of Object.values(PLACES)) serverAt(world, place)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const { device } of [alice, bob]) world.wires.hide(device, true)
  return { world, alice, bob }
}

/** What the server is called that carries the link of these two. */
const carrierOf = ({ network }: Person, { device }: Person): string | undefined => network.reach(device).link?.server

const atsOf = ({ network }: Person): readonly string[] => network.servers().map(({ at }) => at)

test('[RC70] each server has a connection and a state of its own; those that stay are not touched by a change', async () => {
  const { world, alice } = setUp(1)
  use(alice, [one, two])
  await world.time.advance(1_000)
  assert.deepEqual(atsOf(alice), ['connected', 'connected'])
  const since = () => alice.network.servers().flatMap((each) => (each.at === 'connected' ? each.since : []))
  const [, before] = since()
  alice.network.useServers([two, three])
  await world.time.advance(1_000)
  assert.deepEqual(atsOf(alice), ['connected', 'connected'])
  assert.equal(since()[0], before)
  world.wires.crash(two.device)
  await world.time.advance(1_000)
  assert.deepEqual(atsOf(alice), ['unreachable', 'connected'])
})

test('[RC71] [RC72] [RC80] two who share two servers link through either, with one link, and through the other when it goes', async () => {
  const { world, alice, bob } = setUp(2)
  for (const each of [alice, bob]) use(each, [one, two])
  await world.time.advance(1_000)
  alice.network.want(bob.device, [])
  bob.network.want(alice.device, [])
  await world.time.advance(60_000)
  assert.deepEqual([alice.standing().length, bob.standing().length], [1, 1])
  for (const gone of [one, two] as const) {
    world.wires.crash(gone.device)
    await world.time.advance(30_000)
    const left = gone === one ? 1 : 0
    assert.deepEqual([alice.standing().length, bob.standing().length], [left, left])
    assert.deepEqual(
      [carrierOf(alice, bob), carrierOf(bob, alice)],
      left === 1 ? [at(two), at(two)] : [undefined, undefined],
    )
  }
})

test('[RC74] who is on two people lists is seen once, and gone when on neither', async () => {
  const { world, alice, bob } = setUp(3)
  for (const each of [alice, bob]) use(each, [one, two])
  await world.time.advance(5_000)
  const seen = () => alice.seen.map((each) => (each.by === 'server' ? textOf(each.listing) : each.by))
  assert.deepEqual(seen(), ['2b'])
  bob.network.useServers([two])
  await world.time.advance(5_000)
  assert.deepEqual([seen(), alice.gone], [['2b'], []])
  bob.network.useServers([])
  await world.time.advance(5_000)
  assert.deepEqual(alice.gone, [`${bob.device} server`])
})

test('[RC75] [RC79] [RC80] people on different servers find each other as guests, unseen on the lists there', async () => {
  const { world, alice, bob } = setUp(4)
  use(alice, [one])
  use(bob, [two])
  const carol = world.person('carol')
  use(carol, [two])
  await world.time.advance(1_000)
  alice.network.want(bob.device, [], [two])
  bob.network.want(alice.device, [], [one])
  await world.time.advance(60_000)
  assert.deepEqual([alice.standing().length, bob.standing().length], [1, 1])
  assert.deepEqual(atsOf(alice), ['connected'])
  const carrier = carrierOf(alice, bob)
  assert.ok(carrier === at(one) || carrier === at(two), `${carrier}`)
  assert.equal(carrierOf(bob, alice), carrier, 'a guest knows it as those do who live there')
  assert.deepEqual(
    carol.seen.map(({ device }) => device),
    [bob.device],
  )
  assert.deepEqual(alice.seen, [])
  // A relayed link keeps one of the two servers visited; what is wanted no longer is left after a minute.
  alice.network.release(bob.device)
  bob.network.release(alice.device)
  await world.time.advance(GUEST_GRACE_MILLIS + 5_000)
  assert.deepEqual(
    [alice, bob].flatMap(({ network }) => network.mailboxes.servers()),
    [],
  )
  assert.equal(world.wires.links(), 3)
})

test('[RC78] nobody who is not wanted leads anywhere, and what they name of this machine is not visited', async () => {
  const { world, alice, bob } = setUp(5)
  use(alice, [one])
  await world.time.advance(1_000)
  alice.network.foundAt(bob.device, [two])
  await world.time.advance(5_000)
  assert.equal(world.wires.links(), 1)
  alice.network.want(
    bob.device,
    [],
    [
      { host: '127.0.0.1', port: 22 },
      { host: '10.0.0.1', port: 80 },
    ],
  )
  await world.time.advance(60_000)
  assert.equal(world.wires.links(), 1)
  // Who is wanted may say later where they can be found now.
  alice.network.foundAt(bob.device, [three])
  await world.time.advance(5_000)
  assert.equal(world.wires.links(), 2)
})

test('[RC78] who connects to nobody directly visits nobody’s server, from that moment on', async () => {
  const { world, alice, bob } = setUp(7)
  use(alice, [one])
  alice.network.want(bob.device, [], [two])
  await world.time.advance(5_000)
  assert.equal(world.wires.links(), 2)
  alice.network.setDirectly(false)
  await world.time.advance(1_000)
  assert.equal(world.wires.links(), 1)
  alice.network.setDirectly(true)
  await world.time.advance(5_000)
  assert.equal(world.wires.links(), 2)
})

test('[RC26] a card is asked for at every server, and any of them answers', async () => {
  const { world, alice, bob } = setUp(6)
  use(alice, [one, two])
  use(bob, [two], 'bob')
  await world.time.advance(1_000)
  const card = alice.network.card(bob.device)
  await world.time.advance(6_000)
  assert.equal(textOf(await card), 'card of bob')
})

test('[RC72] [RC73] the same offer by two servers counts once, and only all that were asked can say that nobody is there', () => {
  let now = 0
  const routes = createRoutes(() => now)
  const offer = bytesOf('here I am')
  assert.deepEqual([routes.heard('bob', 'one', offer), routes.heard('bob', 'two', offer)], [true, false])
  assert.equal(routes.last('bob'), 'one')
  now = REPEATED_MILLIS_MAX
  assert.equal(routes.heard('bob', 'two', offer), true)
  routes.asked('bob', ['one', 'two'])
  assert.deepEqual(
    ['one', 'one', 'three', 'two'].map((each) => routes.absent('bob', each)),
    [false, false, false, true],
  )
  routes.asked('bob', ['one', 'two'])
  routes.absent('bob', 'one')
  routes.heard('bob', 'two', bytesOf('an answer'))
  assert.equal(routes.absent('bob', 'two'), false)
  for (let number = 0; number <= ROUTES_MAX; number++) routes.heard(`device ${number}`, 'one', offer)
  assert.equal(routes.last('bob'), undefined)
})
