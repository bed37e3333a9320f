import assert from 'node:assert/strict'
import test from 'node:test'
import { MARKS_UNWRITTEN_MILLIS_MAX } from '../../src/peer/batches.ts'
import { withHeld, withRead } from '../../src/peer/marks.ts'
import { READ_MARK_MILLIS } from '../../src/peer/reading.ts'
import { deliveryOf } from '../../src/view/view.ts'
import { conversationOf, createTown, done, linesOf, say, type Home } from '../support/town.ts'

const friends = async (seed: number) => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(5_000)
  return { town, alice, bob }
}

const lastDelivery = async (one: Home, other: Home) => {
  const progress = one.screen.conversations.get(await conversationOf(one, other))?.progress ?? []
  const last = (await linesOf(one, other)).findLast((line) => line.mine)
  return last && deliveryOf(last, progress)
}

const commitsOf = async (home: Home, act: () => Promise<void>): Promise<number> => {
  const before = home.store.commits
  await act()
  return home.store.commits - before
}

test('[MK1] an acknowledgement is shown at once and costs its receiver no commit of its own', async () => {
  const { town, alice, bob } = await friends(1)
  await say(alice, bob, 'a turn')
  await town.time.advance(5_000)
  const talking = await commitsOf(alice, async () => {
    for (let index = 0; index < 5; index++) {
      await say(alice, bob, `${index}`)
      await town.time.advance(150)
      assert.equal(await lastDelivery(alice, bob), 'delivered')
    }
  })
  assert.equal(talking, 5)
  const resting = await commitsOf(alice, () => town.time.advance(MARKS_UNWRITTEN_MILLIS_MAX))
  assert.equal(resting, 1)
  assert.equal(await commitsOf(alice, () => town.time.advance(10_000)), 0)
})

test('[MK2] what was delivered just before the end shows as delivered after it, with nobody there', async () => {
  const { town, alice, bob } = await friends(2)
  await say(alice, bob, 'the last')
  await town.time.advance(150)
  assert.equal(await lastDelivery(alice, bob), 'delivered')
  await alice.stop()
  await bob.stop()
  await alice.start()
  await town.time.advance(100)
  assert.equal(await lastDelivery(alice, bob), 'delivered')
})

test('[MK3] a peer that was closed asks nothing more of its store', async () => {
  const { town, alice, bob } = await friends(3)
  for (const text of ['one', 'two']) {
    await say(alice, bob, text)
    await town.time.advance(150)
    const last = (await linesOf(bob, alice)).at(-1)
    if (last) done(await bob.calls.read({ conversation: await conversationOf(bob, alice), upTo: last.order }))
  }
  const { store } = bob
  const { lines, close } = store
  let asked = 0
  // The store closes once the peer has; while it does, time goes on.
  store.close = async () => {
    store.lines = (input) => {
      asked += 1
      return lines(input)
    }
    await town.time.advance(2 * READ_MARK_MILLIS)
    await close()
  }
  await bob.stop()
  assert.equal(asked, 0)
})

test('[MK440] what a device says it read or holds counts as far as it was written, and what was read stays read', () => {
  const [mine, bobs] = ['a1'.repeat(32), 'b0'.repeat(32)]
  const written = new Map([[mine, 3]])
  const nowhere = 'c0'.repeat(32)
  const read = withRead(
    new Map(),
    bobs,
    [
      [mine, 9],
      [nowhere, 1],
    ],
    written,
  )
  assert.deepEqual(read.get(bobs)?.read, new Map([[mine, 3]]))
  assert.deepEqual(withRead(read, bobs, [[mine, 1]], written).get(bobs)?.read, new Map([[mine, 3]]))
  const held = withHeld(
    read,
    bobs,
    new Map([
      [mine, 9],
      [nowhere, 1],
    ]),
    written,
  )
  assert.deepEqual(held.get(bobs), { held: new Map([[mine, 3]]), read: new Map([[mine, 3]]) })
  assert.deepEqual(
    withHeld(held, bobs, new Map([[mine, 1]]), written).get(bobs)?.held,
    new Map([[mine, 1]]),
    'it lost some',
  )
})
