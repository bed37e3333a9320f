import assert from 'node:assert/strict'
import test from 'node:test'
import { shownName } from '../../src/view/view.ts'
import { createTown, done, refusalOf, say, storyOf, type Home } from '../support/town.ts'

/** Everybody whom this person's window shows, as it shows them. */
const shownTo = (home: Home): readonly string[] => [...home.screen.people.values()].map(shownName).sort()

test('[PE1] without a name nobody is spoken to, and nobody sees who has none', async () => {
  const town = createTown(1)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob', { named: false })]
  await town.time.advance(30_000)
  assert.deepEqual([shownTo(alice), shownTo(bob), town.overheard.frames], [[], [], 0])
  assert.equal(bob.screen.status?.me, undefined)
  assert.equal(bob.screen.status?.suggestedName, 'Bob')

  done(await bob.calls.rename({ name: 'Bob' }))
  await town.time.advance(30_000)
  assert.deepEqual([shownTo(alice), shownTo(bob)], [['Bob'], ['Alice']])
})

test('[PE1] what is said without a name is refused', async () => {
  const town = createTown(2)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  // A disk on which the naming step was never answered, but which knows Bob.
  await say(alice, bob, 'hello')
  await alice.stop()
  const nameless = await town.home('Nameless', { named: false })
  assert.equal(await refusalOf(nameless.calls.open({ person: bob.person })), 'unknown-person')
  assert.equal(await refusalOf(nameless.calls.say({ conversation: '00', text: 'x' })), 'unknown-conversation')
  assert.equal((await nameless.calls.status()).me, undefined)
})

test('[PE2] a name that is not allowed is refused, and the old one stays', async () => {
  const town = createTown(3)
  const alice = await town.home('Alice')
  const refused = ['', '   ', 'x'.repeat(41), 'a\u202Eb', 'a\u0000'].map((name) =>
    refusalOf(alice.calls.rename({ name })),
  )
  assert.deepEqual(await Promise.all(refused), [
    'name-empty',
    'name-empty',
    'name-too-long',
    'name-forbidden',
    'name-forbidden',
  ])
  assert.equal((await alice.calls.status()).me?.name, 'Alice')
  assert.deepEqual(done(await alice.calls.rename({ name: '  Alice   B. ' })), { name: 'Alice B.' })
  await alice.stop()
  await alice.start()
  assert.equal((await alice.calls.status()).me?.name, 'Alice B.')
})

test('[PE3] a rename is a line on both sides, and everybody linked shows the new name', async () => {
  const town = createTown(4)
  const [alice, bob, carol] = [await town.home('Alice'), await town.home('Bob'), await town.home('Carol')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(200)
  await say(bob, alice, 'ho')
  await town.time.advance(200)
  done(await bob.calls.rename({ name: 'Robert' }))
  await town.time.advance(200)
  assert.deepEqual(shownTo(alice), ['Carol', 'Robert'])
  assert.deepEqual(shownTo(carol), ['Alice', 'Robert'])
  assert.deepEqual((await storyOf(bob, alice)).slice(-1), ['Bob: (Bob is now Robert)'])
  assert.deepEqual((await storyOf(alice, bob)).slice(-1), ['Bob: (Bob is now Robert)'])
  // A name is no message: nothing to be read.
  assert.equal([...alice.screen.conversations.values()][0]?.unread, 1)
})

test('[PE3] a rename holds although the clock was set back before it', async () => {
  const town = createTown(5)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob', { skew: 3_600_000 })]
  await town.time.advance(2_000)
  bob.setSkew(0)
  done(await bob.calls.rename({ name: 'Robert' }))
  await town.time.advance(2_000)
  assert.deepEqual(shownTo(alice), ['Robert'])
})

test('[PE4] a private name is shown, survives a restart, is told to nobody and can be taken away', async () => {
  const town = createTown(6)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  const frames = town.overheard.frames
  done(await alice.calls.namePrivately({ person: bob.person, name: ' Bobby ' }))
  await town.time.advance(2_000)
  assert.deepEqual([shownTo(alice), town.overheard.frames - frames], [['Bobby (Bob)'], 0])
  assert.equal(
    await refusalOf(alice.calls.namePrivately({ person: bob.person, name: 'x'.repeat(41) })),
    'name-too-long',
  )
  await alice.stop()
  await alice.start()
  await town.time.advance(30_000)
  assert.deepEqual(shownTo(alice), ['Bobby (Bob)'])
  done(await alice.calls.namePrivately({ person: bob.person, name: '' }))
  await town.time.advance(0)
  assert.deepEqual(shownTo(alice), ['Bob'])
})

test('[PE5] people who are called alike are shown with their tags until they are not any more', async () => {
  const town = createTown(7)
  const [alice, bob, other] = [await town.home('Alice'), await town.home('Bob'), await town.home('B\u043Eb')]
  await town.time.advance(2_000)
  assert.ok(shownTo(alice).every((name) => /·[0-9a-z]{6}$/.test(name)))
  // Bob sees somebody who is called like himself.
  assert.match(shownTo(bob)[1] ?? '', /·[0-9a-z]{6}$/)
  done(await other.calls.rename({ name: 'Dora' }))
  await town.time.advance(2_000)
  assert.deepEqual(
    [shownTo(alice), shownTo(bob)],
    [
      ['Bob', 'Dora'],
      ['Alice', 'Dora'],
    ],
  )
  done(await alice.calls.namePrivately({ person: other.person, name: 'Bob' }))
  await town.time.advance(0)
  assert.ok(shownTo(alice).every((name) => /·[0-9a-z]{6}$/.test(name)))
})

test("[PE5] who takes a name that looks like somebody else's sees their tag, and loses it with the name", async () => {
  const town = createTown(8)
  const [alice] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  done(await alice.calls.rename({ name: 'BOB' }))
  await town.time.advance(100)
  assert.match(shownTo(alice)[0] ?? '', /^Bob ·[0-9a-z]{6}$/)
  done(await alice.calls.rename({ name: 'Alice' }))
  await town.time.advance(100)
  assert.deepEqual(shownTo(alice), ['Bob'])
})
