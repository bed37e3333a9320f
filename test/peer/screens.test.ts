import assert from 'node:assert/strict'
import test from 'node:test'
import { DRAFT_CHARACTERS_MAX } from '../../src/peer/calls/talking.ts'
import { CARD_KEY_MILLIS } from '../../src/peer/self.ts'
import { UNREAD_COUNTED_MAX } from '../../src/peer/room.ts'
import { foundGroup, groupView, sayIn } from '../support/group.ts'
import { conversationOf, createTown, done, linesIn, linesOf, refusalOf, say, type Home } from '../support/town.ts'
import { listenForReuse } from '../support/wiretap.ts'

const friends = async (seed: number) => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  return { town, alice, bob }
}

const viewOf = async (one: Home, other: Home) => one.screen.conversations.get(await conversationOf(one, other))

test('[PE22] messages of others are unread until they are read here, also after a restart', async () => {
  const { town, alice, bob } = await friends(1)
  const conversation = await conversationOf(alice, bob)
  await say(bob, alice, 'two')
  await say(bob, alice, 'three')
  await town.time.advance(500)
  assert.equal((await viewOf(alice, bob))?.unread, 3)
  const lines = (await linesOf(alice, bob)).filter((line) => line.kind === 'message' && !line.mine)
  done(await alice.calls.read({ conversation, upTo: lines[1]?.order ?? assert.fail() }))
  await alice.stop()
  await alice.start()
  assert.deepEqual([(await viewOf(alice, bob))?.unread, (await viewOf(alice, bob))?.readUpTo], [1, lines[1]?.order])
  // Reading does not go back.
  done(await alice.calls.read({ conversation, upTo: lines[0]?.order ?? assert.fail() }))
  assert.equal((await viewOf(alice, bob))?.unread, 1)
})

test('[PE90] what comes late is unread although it lies before what was read, also after a restart', async () => {
  const { town, alice, bob } = await friends(4)
  const conversation = await conversationOf(alice, bob)
  town.wires.part(alice.device, bob.device)
  await town.time.advance(5_000)
  done(await bob.calls.say({ conversation, text: 'before' }))
  await town.time.advance(60_000)
  done(await alice.calls.say({ conversation, text: 'after' }))
  const newest = (await linesOf(alice, bob)).at(-1) ?? assert.fail()
  const read = async (): Promise<unknown> => done(await alice.calls.read({ conversation, upTo: newest.order }))
  await read()
  assert.equal((await viewOf(alice, bob))?.unread, 0)
  town.wires.mend(alice.device, bob.device)
  await town.time.advance(120_000)
  const texts = (await linesOf(alice, bob)).flatMap((line) => (line.kind === 'message' ? [line.text] : []))
  assert.deepEqual(texts.slice(-2), ['before', 'after'])
  assert.equal((await viewOf(alice, bob))?.unread, 1)
  await alice.stop()
  await alice.start()
  assert.equal((await viewOf(alice, bob))?.unread, 1)
  await read()
  assert.equal((await viewOf(alice, bob))?.unread, 0)
  await alice.stop()
  await alice.start()
  assert.equal((await viewOf(alice, bob))?.unread, 0)
})

test('[PE90] one message of a time that is far ahead silences nobody', async () => {
  const town = createTown(5)
  const decades = 70 * 365 * 86_400_000
  const ann = await town.home('Ann')
  const bob = await town.home('Bob')
  const uma = await town.home('Uma', { skew: decades })
  await town.time.advance(3_000)
  for (const one of [ann, bob, uma])
    for (const other of [ann, bob, uma])
      if (one !== other) done(await one.calls.decide({ person: other.person, standing: 'accepted' }))
  await town.time.advance(1_000)
  const conversation = await foundGroup(town, ann, { title: 'Club', others: [bob, uma] })
  await sayIn(uma, conversation, 'what a clock')
  await town.time.advance(5_000)
  const newest = (await linesIn(bob, conversation)).at(-1) ?? assert.fail()
  assert.ok(newest.order.time > town.time.now() + decades / 2)
  const read = async (): Promise<unknown> => done(await bob.calls.read({ conversation, upTo: newest.order }))
  await read()
  assert.equal(groupView(bob, conversation).unread, 0)
  await sayIn(ann, conversation, 'at nine')
  await town.time.advance(5_000)
  assert.equal(groupView(bob, conversation).unread, 1)
  await read()
  assert.equal(groupView(bob, conversation).unread, 0)
})

test(`[PE22] more than ${UNREAD_COUNTED_MAX} unread messages are not counted`, async () => {
  const { town, alice, bob } = await friends(2)
  const conversation = await conversationOf(alice, bob)
  await Promise.all(
    Array.from({ length: UNREAD_COUNTED_MAX + 50 }, (_, index) => alice.calls.say({ conversation, text: `${index}` })),
  )
  await town.time.advance(20_000)
  assert.equal((await viewOf(bob, alice))?.unread, UNREAD_COUNTED_MAX)
  assert.equal((await linesOf(bob, alice)).filter((line) => line.kind === 'message').length, UNREAD_COUNTED_MAX + 52)
})

test('[PE23] a draft is kept for each conversation and survives a restart', async () => {
  const { alice, bob } = await friends(3)
  const conversation = await conversationOf(alice, bob)
  done(await alice.calls.draft({ conversation, text: 'what I wanted to s' }))
  assert.equal(
    await refusalOf(alice.calls.draft({ conversation, text: 'x'.repeat(DRAFT_CHARACTERS_MAX + 1) })),
    'text-too-long',
  )
  assert.equal(await refusalOf(alice.calls.draft({ conversation: 'nowhere', text: 'x' })), 'unknown-conversation')
  alice.crash()
  await alice.start()
  assert.equal((await viewOf(alice, bob))?.draft, 'what I wanted to s')
  done(await alice.calls.draft({ conversation, text: '' }))
  await alice.stop()
  await alice.start()
  assert.equal((await viewOf(alice, bob))?.draft, '')
})

test('[PE24] typing is told while it is open on both sides, at most once a second', async () => {
  const { town, alice, bob } = await friends(4)
  const conversation = await conversationOf(alice, bob)
  const wiretap = listenForReuse(town.overheard)
  for (let index = 0; index < 30; index++) {
    done(await alice.calls.typing({ conversation }))
    await town.time.advance(100)
  }
  assert.ok(bob.screen.typing >= 2 && bob.screen.typing <= 4, `told ${bob.screen.typing} times`)
  assert.equal(wiretap.events.size, 0)
  done(await bob.calls.decide({ person: alice.person, standing: 'ignored' }))
  const before = bob.screen.typing
  await town.time.advance(2_000)
  done(await alice.calls.typing({ conversation }))
  await town.time.advance(500)
  assert.equal(bob.screen.typing, before)
})

test('[PE25] settings hold after a restart, and who does not want to be seen is not announced', async () => {
  const town = createTown(5)
  const alice = await town.home('Alice')
  done(await alice.calls.configure({ seenNearby: false, readMarkers: false }))
  done(await alice.calls.useServers({ addresses: ['chat.example.org:4000'] }))
  assert.equal(await refusalOf(alice.calls.useServers({ addresses: ['http://x'] })), 'server-address')
  alice.crash()
  await alice.start()
  const status = await alice.calls.status()
  assert.deepEqual(status.settings, {
    readMarkers: false,
    seenNearby: false,
    seenOnServer: true,
    directly: true,
    mapPorts: true,
  })
  assert.deepEqual(
    status.servers.map(({ address }) => address),
    ['chat.example.org:4000'],
  )
  const bob = await town.home('Bob')
  await town.time.advance(60_000)
  assert.deepEqual([bob.screen.people.size, alice.screen.people.size], [0, 0])
  done(await alice.calls.configure({ seenNearby: true }))
  await town.time.advance(30_000)
  assert.deepEqual([bob.screen.people.size, alice.screen.people.size], [1, 1])
})

test('[PE41] a card whose key is a day old is replaced, and who is linked hears of it', async () => {
  const town = createTown(6)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  const before = alice.store.commits
  await town.time.advance(CARD_KEY_MILLIS + 10_000)
  assert.ok(alice.store.commits > before)
  // The first message is sealed for the new key, and the old one would open as well.
  await say(bob, alice, 'still there?')
  await town.time.advance(500)
  assert.equal((await viewOf(alice, bob))?.last?.text, 'still there?')
})
