import assert from 'node:assert/strict'
import test from 'node:test'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, groupStory, groupView, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, type Home, type Town } from '../support/town.ts'

const DAY = 24 * 60 * 60 * 1000

/** A group of Ann and Ben with three days by all clocks behind it, to which Cid comes. */
const longGroup = async (town: Town) => {
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben] })
  const first = await sayIn(ben, group, 'long ago')
  await town.time.advance(1_000)
  done(await ann.calls.react({ conversation: group, line: first, emoji: '👍', on: true }))
  for (const on of [true, false]) done(await ann.calls.react({ conversation: group, line: first, emoji: '🎉', on }))
  for (const each of homes) each.setSkew(3 * DAY)
  const edited = await sayIn(ann, group, 'yesterda')
  await town.time.advance(1_000)
  for (const text of ['yesterdax', 'yesterday']) done(await ann.calls.edit({ conversation: group, line: edited, text }))
  const deleted = await sayIn(ben, group, 'nothing')
  await town.time.advance(1_000)
  done(await ben.calls.unsay({ conversation: group, line: deleted }))
  await town.time.advance(1_000)
  for (const each of homes) each.setSkew(3.5 * DAY)
  return { homes, ann, ben, cid, group }
}

const add = async (town: Town, by: Home, who: Home, group: string, days?: number) => {
  const history = days === undefined ? ({ share: 'all' } as const) : ({ share: 'days', days } as const)
  done(await by.calls.add({ conversation: group, person: who.person, role: 'member', history }))
  await town.time.advance(5_000)
}

test('[GP12] a newcomer sees the group from joining on, and no line of what was before', async () => {
  const town = createTown(1)
  const { homes, ann, cid, group } = await longGroup(town)
  done(await ann.calls.add({ conversation: group, person: cid.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(5_000)
  await sayIn(cid, group, 'hello')
  await town.time.advance(1_000)
  assert.deepEqual(await groupStory(cid, group, homes), ['(Ann added Cid)', 'Cid: hello'])
})

test('[GP13] history that is shared reads as for everybody else, without what was taken back; the group is told how much it was', async () => {
  const town = createTown(2)
  const { homes, ann, ben, cid, group } = await longGroup(town)
  await add(town, ann, cid, group)
  const words = ['Ben: long ago 👍', 'Ann: yesterday (edited)']
  assert.deepEqual(await groupStory(cid, group, homes), [...words, '(Ann added Cid)', '(Ann shared 2 with Cid)'])
  assert.deepEqual((await groupStory(ben, group, homes)).at(-1), '(Ann shared 2 with Cid)')
  // Nobody has to read what was said before they came.
  assert.equal(groupView(cid, group).unread, 0)
  const [found] = done(await ben.calls.search({ text: 'ago', limit: 1 }))
  done(await ben.calls.react({ conversation: group, line: found?.line.id ?? '', emoji: '🎉', on: true }))
  await town.time.advance(1_000)
  assert.deepEqual((await wordsIn(cid, group, homes))[0], 'Ben: long ago 👍 🎉')
  assert.equal(groupView(cid, group).unread, 0)
  cid.crash()
  await cid.start()
  assert.deepEqual((await wordsIn(cid, group, homes)).length, 2)
  await assertScreen(cid)
})

test('[GP13] of the last days only what was said in them is shared', async () => {
  const town = createTown(3)
  const { homes, ann, cid, group } = await longGroup(town)
  await add(town, ann, cid, group, 1)
  assert.deepEqual(await wordsIn(cid, group, homes), ['Ann: yesterday (edited)'])
  assert.equal((await groupStory(ann, group, homes)).at(-1), '(Ann shared 1 with Cid)')
})

test('[GP13] thousands of messages are shared in batches, while others go on talking', async () => {
  const town = createTown(4)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben] })
  const long = 'x'.repeat(1_000)
  for (let index = 0; index < 500; index++) void ann.calls.say({ conversation: group, text: `${index} ${long}` })
  await sayIn(ann, group, 'enough')
  await town.time.advance(2_000)
  void ann.calls.add({ conversation: group, person: cid.person, role: 'member', history: { share: 'all' } })
  await town.time.advance(500)
  await sayIn(ben, group, 'still here')
  await town.time.advance(10_000)
  assert.equal((await wordsIn(cid, group, homes)).length, 502)
  assert.deepEqual((await wordsIn(cid, group, homes)).toSorted(), (await wordsIn(ben, group, homes)).toSorted())
})
