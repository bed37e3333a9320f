import assert from 'node:assert/strict'
import test from 'node:test'
import { conversationOf, createTown, done, refusalOf, say, storyOf, type Home, type Town } from '../support/town.ts'

const friends = async (seed: number): Promise<{ town: Town; alice: Home; bob: Home }> => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  return { town, alice, bob }
}

test('[PE11] who is blocked is hung up on, and nothing of theirs comes through', async () => {
  const { town, alice, bob } = await friends(1)
  done(await bob.calls.decide({ person: alice.person, standing: 'blocked' }))
  await town.time.advance(100)
  assert.equal(town.wires.links(), 0)
  await say(alice, bob, 'are you there?')
  await town.time.advance(60_000)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho'])
  assert.equal(bob.screen.conversations.get(await conversationOf(bob, alice))?.at, 'blocked')
  assert.equal(alice.screen.people.get(bob.person)?.presence.at, 'away')
  assert.equal(await refusalOf(bob.calls.say({ conversation: await conversationOf(bob, alice), text: 'x' })), 'blocked')
})

test('[PE11] blocking holds after a restart', async () => {
  const { town, alice, bob } = await friends(2)
  done(await bob.calls.decide({ person: alice.person, standing: 'blocked' }))
  bob.crash()
  await bob.start()
  await say(alice, bob, 'are you there?')
  await town.time.advance(120_000)
  assert.equal(bob.screen.people.get(alice.person)?.standing, 'blocked')
  assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho'])
})

test('[PE11] a rename is not told to somebody blocked', async () => {
  const { town, alice, bob } = await friends(3)
  done(await bob.calls.decide({ person: alice.person, standing: 'blocked' }))
  done(await bob.calls.rename({ name: 'Robert' }))
  await town.time.advance(60_000)
  assert.equal(alice.screen.people.get(bob.person)?.name, 'Bob')
})

test('[PE12] unblocking opens the conversation again, and what was said meanwhile arrives', async () => {
  const { town, alice, bob } = await friends(4)
  done(await bob.calls.decide({ person: alice.person, standing: 'blocked' }))
  await town.time.advance(1_000)
  await say(alice, bob, 'are you there?')
  await town.time.advance(60_000)
  done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
  await town.time.advance(60_000)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: hi', 'Bob: ho', 'Alice: are you there?'])
  await say(bob, alice, 'yes')
  await town.time.advance(1_000)
  assert.deepEqual((await storyOf(alice, bob)).slice(-2), ['Alice: are you there?', 'Bob: yes'])
})
