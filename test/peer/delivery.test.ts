import assert from 'node:assert/strict'
import test from 'node:test'
import { deliveryOf, type Delivery } from '../../src/view/view.ts'
import { conversationOf, createTown, done, linesOf, say, storyOf, type Home } from '../support/town.ts'

/** How far what one said to another got, message by message, as their window shows it. */
const deliveries = async (one: Home, other: Home): Promise<readonly Delivery[]> => {
  const progress = one.screen.conversations.get(await conversationOf(one, other))?.progress ?? []
  return (await linesOf(one, other)).filter((line) => line.mine).map((line) => deliveryOf(line, progress))
}

const readAll = async (one: Home, other: Home): Promise<void> => {
  const last = (await linesOf(one, other)).at(-1)
  if (last) done(await one.calls.read({ conversation: await conversationOf(one, other), upTo: last.order }))
}

const friends = async (seed: number, options: { nearby: boolean } = { nearby: true }) => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  if (!options.nearby) for (const each of [alice, bob]) done(await each.calls.configure({ seenNearby: false }))
  await town.time.advance(100)
  return { town, alice, bob }
}

test('[PE13] kept, then delivered, then read', async () => {
  const { town, alice, bob } = await friends(1)
  town.wires.part(alice.device, bob.device)
  await say(alice, bob, 'one')
  await town.time.advance(1_000)
  assert.deepEqual((await deliveries(alice, bob)).at(-1), 'kept')
  town.wires.mend(alice.device, bob.device)
  await town.time.advance(30_000)
  assert.deepEqual((await deliveries(alice, bob)).at(-1), 'delivered')
  await readAll(bob, alice)
  await town.time.advance(1_000)
  assert.deepEqual(await deliveries(alice, bob), ['read', 'read'])
  await say(alice, bob, 'two')
  await town.time.advance(1_000)
  assert.deepEqual(await deliveries(alice, bob), ['read', 'read', 'delivered'])
})

test('[PE13] read marks of quick readers are gathered, and the last one counts', async () => {
  const { town, alice, bob } = await friends(2)
  for (let index = 0; index < 20; index++) {
    await say(alice, bob, `${index}`)
    await town.time.advance(100)
    await readAll(bob, alice)
  }
  await town.time.advance(2_000)
  assert.deepEqual([...new Set(await deliveries(alice, bob))], ['read'])
})

test('[PE13] what is read before somebody is accepted shows as read once they are', async () => {
  const town = createTown(3)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'may I?')
  await town.time.advance(500)
  await readAll(bob, alice)
  await town.time.advance(2_000)
  assert.deepEqual(await deliveries(alice, bob), ['delivered'])
  done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
  await town.time.advance(2_000)
  assert.deepEqual(await deliveries(alice, bob), ['read'])
})

test('[PE14] with read markers off nothing is told of what was read', async () => {
  const { town, alice, bob } = await friends(4)
  done(await bob.calls.configure({ readMarkers: false }))
  await say(alice, bob, 'one')
  await town.time.advance(500)
  const frames = town.overheard.frames
  await readAll(bob, alice)
  await town.time.advance(5_000)
  assert.deepEqual(await deliveries(alice, bob), ['delivered', 'delivered'])
  assert.equal(town.overheard.frames, frames)
  assert.equal(bob.screen.conversations.get(await conversationOf(bob, alice))?.unread, 0)
})

const endings: Record<string, (home: Home) => Promise<void>> = {
  restarted: (home) => home.stop(),
  killed: async (home) => home.crash(),
}

for (const [ending, end] of Object.entries(endings))
  test(`[PE15] a message waits for somebody away, and goes out by itself after both were ${ending}`, async () => {
    const { town, alice, bob } = await friends(5, { nearby: false })
    await end(bob)
    await town.time.advance(5_000)
    await say(alice, bob, 'when you are back')
    await end(alice)
    await bob.start()
    await town.time.advance(60_000)
    assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho'])
    await alice.start()
    await town.time.advance(60_000)
    assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho', 'Alice: when you are back'])
    assert.equal((await deliveries(alice, bob)).at(-1), 'delivered')
  })

test('[PE15] a first message to somebody who went away goes out when they are back', async () => {
  const town = createTown(6)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  bob.crash()
  await say(alice, bob, 'may I?')
  alice.crash()
  await alice.start()
  await town.time.advance(10_000)
  await bob.start()
  await town.time.advance(90_000)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: may I?'])
})

const reachOf = async (one: Home, other: Home) => done(await one.calls.reach({ person: other.person }))

test('[PE16] the reach view says how somebody is linked, and what was tried when they are not', async () => {
  const { town, alice, bob } = await friends(7)
  const linked = await reachOf(alice, bob)
  assert.deepEqual(
    [linked.presence.at, linked.link?.path, linked.waiting, linked.next],
    ['here', 'nearby', 0, undefined],
  )
  const before = town.time.now()
  bob.crash()
  await town.time.advance(1_000)
  await say(alice, bob, 'one')
  await say(alice, bob, 'two')
  await town.time.advance(10_000)
  const away = await reachOf(alice, bob)
  assert.deepEqual([away.presence.at, away.link, away.waiting], ['away', undefined, 2])
  const [attempt] = away.attempts
  assert.ok(attempt?.outcome.at === 'failed' && attempt.outcome.failure.kind === 'refused')
  assert.equal(attempt.address, bob.address)
  assert.ok((away.next ?? 0) > town.time.now() - 60_000)
  assert.ok(Math.abs((away.lastSeen ?? 0) - before) < 5_000)
  await bob.start()
  done(await alice.calls.tryNow({ person: bob.person }))
  await town.time.advance(1_000)
  assert.deepEqual([(await reachOf(alice, bob)).presence.at, (await reachOf(alice, bob)).waiting], ['here', 0])
})

test('[PE17] two people who write first at the same moment share one conversation', async () => {
  const town = createTown(8)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  town.wires.part(alice.device, bob.device)
  await say(alice, bob, 'hello Bob')
  await say(bob, alice, 'hello Alice')
  await say(alice, bob, 'odd that you are away')
  town.wires.mend(alice.device, bob.device)
  await town.time.advance(60_000)
  await say(alice, bob, 'together')
  await say(bob, alice, 'again')
  await town.time.advance(1_000)
  const story = await storyOf(alice, bob)
  assert.equal(story.length, 5)
  assert.deepEqual(await storyOf(bob, alice), story)
})

for (const first of ['Alice', 'Bob'] as const)
  test(`[PE15] both were killed while they were linked, and find each other again where they were; ${first} starts first`, async () => {
    const { town, alice, bob } = await friends(9, { nearby: false })
    alice.crash()
    bob.crash()
    const [one, other] = first === 'Alice' ? [alice, bob] : [bob, alice]
    await one.start()
    await say(one, other, 'where were we?')
    await town.time.advance(1_000)
    await other.start()
    await town.time.advance(90_000)
    assert.deepEqual((await storyOf(other, one)).at(-1), `${first}: where were we?`)
  })
