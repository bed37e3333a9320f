import assert from 'node:assert/strict'
import test from 'node:test'
import { foundGroup, friends, groupStory, groupView, rosterOf, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, refusalOf } from '../support/town.ts'

test('[GP1] whoever founds a group is its admin, and those who were added talk in it', async () => {
  const town = createTown(1)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes
  if (!ann || !ben || !cid) assert.fail()
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  for (const each of homes) assert.equal(await rosterOf(each, group, homes), 'Ann* Ben Cid', each.name)
  await sayIn(ann, group, 'hello')
  await town.time.advance(1_000)
  await sayIn(ben, group, 'hi')
  await town.time.advance(1_000)
  await sayIn(cid, group, 'hey')
  await town.time.advance(1_000)
  for (const each of homes) assert.deepEqual(await wordsIn(each, group, homes), ['Ann: hello', 'Ben: hi', 'Cid: hey'])
  assert.deepEqual(await groupStory(ann, group, homes), [
    '(Ann founded Hikers)',
    '(Ann added Ben)',
    '(Ann added Cid)',
    'Ann: hello',
    'Ben: hi',
    'Cid: hey',
  ])
  assert.equal(groupView(cid, group).title, 'Hikers')
  assert.equal(groupView(cid, group).by, ann.person)
  void done
  void refusalOf
})
