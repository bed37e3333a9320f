import assert from 'node:assert/strict'
import test from 'node:test'
import type { SignedEvent } from '../../src/core/event/event.ts'
import { KIND } from '../../src/core/event/kinds.ts'
import { vectorOf } from '../../src/core/event/graph.ts'
import { createPuppet, type Puppet } from '../support/puppet.ts'
import { createTown, done, say, storyOf, type Home, type Town } from '../support/town.ts'

/** Alice, and Mallory who was accepted by her and speaks by hand. */
const meet = async (seed: number): Promise<{ town: Town; alice: Home; mallory: Puppet }> => {
  const town = createTown(seed)
  const alice = await town.home('Alice', { nearby: false })
  const mallory = await createPuppet(town, 'Mallory')
  await mallory.meet(alice)
  mallory.send(await mallory.say('hello'))
  await town.time.advance(500)
  done(await alice.calls.decide({ person: mallory.person, standing: 'accepted' }))
  await town.time.advance(500)
  return { town, alice, mallory }
}

/** What Alice's window shows of Mallory. */
const story = async (alice: Home, mallory: Puppet): Promise<readonly string[]> =>
  (await storyOf(alice, mallory)).map((line) => line.replace('Mallory: ', ''))

const last = (events: readonly SignedEvent[]): SignedEvent => events.at(-1) ?? assert.fail()

test('[PE26] a missing event shows as a gap, and the gap goes when it arrives', async () => {
  const { town, alice, mallory } = await meet(1)
  const [one, two, three] = [await mallory.say('one'), await mallory.say('two'), await mallory.say('three')]
  mallory.send(one)
  mallory.send(three)
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-3), ['one', '(1 missing)', 'three'])
  const four = await mallory.say('four')
  const five = await mallory.say('five')
  mallory.send(five)
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-4), ['(1 missing)', 'three', '(1 missing)', 'five'])
  mallory.send(two)
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-5), ['one', 'two', 'three', '(1 missing)', 'five'])
  // The window that watched knows that the gap has gone.
  const lines = [...alice.screen.lines.values()].flatMap((each) => [...each.values()])
  assert.equal(lines.filter((line) => line.kind === 'gap').length, 1)
  mallory.send(four)
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-5), ['one', 'two', 'three', 'four', 'five'])
})

test('[PE26] a gap is there after a restart, and is filled by the next link', async () => {
  const { town, alice, mallory } = await meet(2)
  const [one, two] = [await mallory.say('one'), await mallory.say('two')]
  mallory.send(two)
  await town.time.advance(500)
  alice.crash()
  await alice.start()
  assert.deepEqual((await story(alice, mallory)).slice(-2), ['(1 missing)', 'two'])
  await mallory.meet(alice)
  mallory.send([...one, ...two])
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-2), ['one', 'two'])
})

test('[PE27] two events with one sequence show once as forked, and the conversation goes on', async () => {
  const { town, alice, mallory } = await meet(3)
  const before = mallory.replica
  const here = await mallory.say('I was here')
  mallory.replica = before
  const there = await mallory.say('I was there')
  mallory.send(here)
  mallory.send(there)
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-2).sort(), ['(forked)', 'I was here'])
  mallory.replica = before
  mallory.send(await mallory.say('no, elsewhere'))
  await town.time.advance(500)
  assert.equal((await story(alice, mallory)).filter((line) => line === '(forked)').length, 1)
  await say(alice, mallory, 'which is it?')
  await town.time.advance(500)
  assert.equal((await story(alice, mallory)).at(-1), 'Alice: which is it?')
  assert.ok(mallory.heard.some(({ kind }) => kind === KIND.sealed))
  alice.crash()
  await alice.start()
  assert.equal((await story(alice, mallory)).filter((line) => line === '(forked)').length, 1)
})

test('[PE28] what cannot be opened shows as sealed', async () => {
  const { town, alice, mallory } = await meet(4)
  const spoilt = last(await mallory.say('never to be read'))
  const [epoch, index, commitment, ciphertext] = spoilt.body as [Uint8Array, number, Uint8Array, Uint8Array]
  const { id: _id, bytes: _bytes, ...header } = spoilt
  mallory.send([
    await mallory.sign({ ...header, body: [epoch, index, commitment, ciphertext.map((byte) => byte ^ 1)] }),
  ])
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-1), ['(sealed)'])
  assert.equal([...alice.screen.conversations.values()][0]?.unread, 2)
})

test('[PE28] who lost a key says so, and what they could not read is said again', async () => {
  const town = createTown(8)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  const slotKeys = (await bob.store.records('secret')).filter(({ key }) => key.endsWith('/own'))
  assert.equal(slotKeys.length, 1)
  await bob.store.commit(slotKeys.map(({ key }) => ({ drop: 'record', space: 'secret', key })))
  bob.crash()
  await say(alice, bob, 'one')
  await say(alice, bob, 'two')
  await bob.start()
  await town.time.advance(60_000)
  assert.deepEqual((await storyOf(bob, alice)).slice(-2), ['Alice: one', 'Alice: two'])
  await say(bob, alice, 'three')
  await say(alice, bob, 'four')
  await town.time.advance(1_000)
  assert.deepEqual((await storyOf(alice, bob)).slice(-4).sort(), [
    'Alice: four',
    'Alice: one',
    'Alice: two',
    'Bob: three',
  ])
  assert.deepEqual(
    await storyOf(bob, alice),
    (await storyOf(alice, bob)).filter((line) => !line.includes('(joined)')),
  )
})

test('[PE29] a kind of event that this version does not know is kept, shown as something newer, and harms nothing', async () => {
  const { town, alice, mallory } = await meet(5)
  const { id: _id, bytes: _bytes, ...header } = last(await mallory.say('in a new way'))
  const newer = await mallory.sign({ ...header, kind: 99, body: ['a poll', 1, 2, 3] })
  mallory.send([newer])
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-1), ['(something newer: kind 99)'])
  assert.equal((await alice.store.event(newer.id))?.bytes.length, newer.bytes.length)
})

test('[PE29] something said in a way that this version does not know is shown as something newer', async () => {
  const { town, alice, mallory } = await meet(6)
  mallory.send(await mallory.write({ kind: 'newer', number: 42 }))
  await town.time.advance(500)
  assert.deepEqual((await story(alice, mallory)).slice(-1), ['(something newer: 42)'])
})

test('[PE36] a replay changes nothing, and an event of another conversation or author is refused', async () => {
  const { town, alice, mallory } = await meet(7)
  const bob = await createPuppet(town, 'Bob', 2)
  await bob.meet(alice)
  const bobs = await bob.say('for Alice alone')
  bob.send(bobs)
  await town.time.advance(500)
  const own = await mallory.say('once')
  for (let times = 0; times < 5; times++) mallory.send(own)
  await town.time.advance(500)
  const before = await story(alice, mallory)
  const held = alice.store.commits
  mallory.send(own)
  // Bob's events, in Mallory's conversation with Alice and by their own conversation's name.
  mallory.send(bobs)
  mallory.send(bobs, bob.replica.conversation)
  // Mallory's next event, said to be Bob's, and for Bob's conversation.
  const { id: _id, bytes: _bytes, ...header } = last(await mallory.say('next'))
  mallory.send([await mallory.sign({ ...header, author: bob.device })])
  mallory.send([await mallory.sign({ ...header, conversation: bob.replica.conversation })])
  mallory.send([await mallory.sign({ ...header, conversation: bob.replica.conversation })], bob.replica.conversation)
  await town.time.advance(500)
  assert.deepEqual(await story(alice, mallory), before)
  assert.equal(alice.store.commits, held)
  assert.deepEqual([...vectorOf(bob.replica.graph).values()], [bobs.length])
  assert.deepEqual(
    (await storyOf(alice, bob)).map((line) => line.replace('Bob: ', '')),
    ['for Alice alone'],
  )
})
