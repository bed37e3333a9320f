import assert from 'node:assert/strict'
import test from 'node:test'
import { conversationOf, createTown, done, linesOf, refusalOf, say, storyOf, type Home } from '../support/town.ts'
import { otherIn } from '../support/screen.ts'

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

const FULL = { kind: 'full' } as const

/** All that a window shows of people and conversations. */
const picture = ({ screen }: Home): string =>
  JSON.stringify([[...screen.people.values()], [...screen.conversations.values()]])

test('[PE30] while the disk is full, every change is refused, and nothing of it is to be seen anywhere', async () => {
  const { town, alice, bob } = await friends(1)
  const conversation = await conversationOf(alice, bob)
  const [first, answer] = await linesOf(alice, bob).then((lines) => lines.filter((line) => line.kind === 'message'))
  assert.ok(first && answer)
  const before = [picture(alice), picture(bob), await storyOf(bob, alice)]
  const frames = town.overheard.frames
  const person = bob.person

  alice.store.refuseWith(FULL)
  const refused = {
    say: () => alice.calls.say({ conversation, text: 'lost' }),
    edit: () => alice.calls.edit({ conversation, line: first.id, text: 'lost' }),
    unsay: () => alice.calls.unsay({ conversation, line: first.id }),
    react: () => alice.calls.react({ conversation, line: answer.id, emoji: '👍', on: true }),
    read: () => alice.calls.read({ conversation, upTo: answer.order }),
    draft: () => alice.calls.draft({ conversation, text: 'lost' }),
    rename: () => alice.calls.rename({ name: 'Lost' }),
    privately: () => alice.calls.namePrivately({ person, name: 'Lost' }),
    configure: () => alice.calls.configure({ readMarkers: false }),
    server: () => alice.calls.useServers({ addresses: ['example.org'] }),
    block: () => alice.calls.decide({ person, standing: 'blocked' }),
  }
  for (const [name, call] of Object.entries(refused)) assert.equal(await refusalOf(call()), 'disk-full', name)
  await town.time.advance(5_000)
  assert.deepEqual(alice.screen.status?.storeFailure, { kind: 'full', detail: '' })
  assert.deepEqual([picture(alice), picture(bob), await storyOf(bob, alice)], before)
  assert.equal(town.overheard.frames, frames)

  alice.store.refuseWith(undefined)
  await say(alice, bob, 'here again')
  await town.time.advance(500)
  assert.equal(alice.screen.status?.storeFailure, undefined)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho', 'Alice: here again'])
  assert.deepEqual((await alice.calls.status()).settings.readMarkers, true)
})

test('[PE30] what the disk refused once is written when it is asked for again', async () => {
  const { alice, bob } = await friends(2)
  const conversation = await conversationOf(alice, bob)
  const twice = async (call: () => ReturnType<typeof alice.calls.decide>): Promise<void> => {
    alice.store.refuseWith({ kind: 'failed', detail: 'EIO' })
    assert.equal(await refusalOf(call()), 'disk-failed')
    alice.store.refuseWith(undefined)
    done(await call())
  }
  const last = (await linesOf(alice, bob)).at(-1)
  assert.ok(last)
  await twice(() => alice.calls.decide({ person: bob.person, standing: 'blocked' }))
  await twice(() => alice.calls.namePrivately({ person: bob.person, name: 'Bobby' }))
  await twice(() => alice.calls.draft({ conversation, text: 'not yet' }))
  await twice(() => alice.calls.read({ conversation, upTo: last.order }))
  alice.crash()
  await alice.start()
  const person = alice.screen.people.get(bob.person)
  const room = alice.screen.conversations.get(conversation)
  assert.deepEqual(
    [person?.standing, person?.privateName, room?.draft, room?.unread],
    ['blocked', 'Bobby', 'not yet', 0],
  )
})

test('[PE31] what the disk of the receiver refuses is not delivered, and arrives once it is taken', async () => {
  const { town, alice, bob } = await friends(3)
  bob.store.refuseWith(FULL)
  await say(alice, bob, 'one')
  await town.time.advance(500)
  assert.deepEqual(bob.screen.status?.storeFailure, { kind: 'full', detail: '' })
  assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho'])
  const delivered = () => [...alice.screen.conversations.values()][0]?.progress[0]?.delivered
  const before = delivered()
  await town.time.advance(60_000)
  assert.equal(delivered(), before)

  bob.store.refuseWith(undefined)
  await town.time.advance(60_000)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho', 'Alice: one'])
  assert.equal(bob.screen.status?.storeFailure, undefined)
  assert.ok((delivered() ?? 0) > (before ?? 0))
})

test('[PE31] somebody whom the disk did not take is known after a restart all the same', async () => {
  const town = createTown(4)
  const alice = await town.home('Alice')
  alice.store.refuseWith(FULL)
  const bob = await town.home('Bob')
  await town.time.advance(2_000)
  alice.store.refuseWith(undefined)
  await say(bob, alice, 'may I?')
  await town.time.advance(500)
  assert.deepEqual(await storyOf(alice, bob), ['Bob: may I?'])
  bob.crash()
  alice.crash()
  await alice.start()
  const [request] = alice.screen.conversations.values()
  assert.equal(request?.at, 'request')
  assert.equal(alice.screen.people.get(otherIn(request))?.name, 'Bob')
  await say(alice, bob, 'yes')
  await bob.start()
  await town.time.advance(60_000)
  assert.deepEqual((await storyOf(bob, alice)).slice(-1), ['Alice: yes'])
})

test('[PE30] an acknowledgement of what was written before does not hide that the disk is full now', async () => {
  const { town, alice, bob } = await friends(5)
  await say(alice, bob, 'written')
  alice.store.refuseWith(FULL)
  const conversation = await conversationOf(alice, bob)
  assert.equal(await refusalOf(alice.calls.say({ conversation, text: 'lost' })), 'disk-full')
  await town.time.advance(10_000)
  assert.deepEqual(alice.screen.status?.storeFailure, { kind: 'full', detail: '' })
  assert.deepEqual((await storyOf(bob, alice)).at(-1), 'Alice: written')
})
