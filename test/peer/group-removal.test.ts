import assert from 'node:assert/strict'
import test from 'node:test'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, groupStory, groupView, part, rosterOf, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, refusalOf, type Home } from '../support/town.ts'

test('[GP6] whoever was removed learns so, hears nothing more and can say nothing more; added again, they are back', async () => {
  const town = createTown(1)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  await sayIn(ben, group, 'before')
  await town.time.advance(1_000)
  done(await ann.calls.remove({ conversation: group, person: cid.person }))
  await town.time.advance(1_000)
  await sayIn(ben, group, 'after')
  await town.time.advance(1_000)
  assert.equal(groupView(cid, group).role, 'gone')
  assert.equal((await groupStory(cid, group, homes)).at(-1), '(Ann removed Cid)')
  assert.equal(await refusalOf(cid.calls.say({ conversation: group, text: 'hey!' })), 'gone')
  assert.equal(await refusalOf(cid.calls.leave({ conversation: group })), 'gone')
  for (const each of [ann, ben]) assert.equal(await rosterOf(each, group, homes), 'Ann* Ben')

  done(await ann.calls.add({ conversation: group, person: cid.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(3_000)
  await sayIn(cid, group, 'back again')
  await town.time.advance(1_000)
  for (const each of [ann, ben])
    assert.deepEqual(await wordsIn(each, group, homes), ['Ben: before', 'Ben: after', 'Cid: back again'])
  assert.deepEqual((await groupStory(cid, group, homes)).slice(-4), [
    'Ben: before',
    '(Ann removed Cid)',
    '(Ann added Cid)',
    'Cid: back again',
  ])
  for (const each of homes) await assertScreen(each)
})

test('[GP7] what somebody says before they hear that they were removed does not count, whoever hears it first', async () => {
  const town = createTown(2)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  const early = await sayIn(cid, group, 'hello')
  await town.time.advance(1_000)
  // Ann is alone when she removes Cid; Ben hears Cid for a while.
  const mend = part(town, [ann], [ben, cid])
  await town.time.advance(60_000)
  done(await ann.calls.remove({ conversation: group, person: cid.person }))
  await town.time.advance(10)
  await sayIn(cid, group, 'anybody?')
  await town.time.advance(1_000)
  done(await ben.calls.react({ conversation: group, line: early, emoji: '👍', on: true }))
  await town.time.advance(1_000)
  done(await cid.calls.react({ conversation: group, line: early, emoji: '🎉', on: true }))
  await town.time.advance(1_000)
  assert.deepEqual(await wordsIn(ben, group, homes), ['Cid: hello 👍 🎉', 'Cid: anybody?'])
  mend()
  await town.time.advance(90_000)
  for (const each of [ann, ben]) {
    assert.deepEqual(await wordsIn(each, group, homes), ['Cid: hello 👍'], each.name)
    const story = await groupStory(each, group, homes)
    assert.deepEqual(story.slice(story.indexOf('Cid: hello 👍')), [
      'Cid: hello 👍',
      '(Ann removed Cid)',
      '(void of Cid)',
    ])
    await assertScreen(each)
  }
  assert.equal(groupView(cid, group).role, 'gone')
})

test('[GP8] two admins who remove each other at once: the more senior stays, and so do all others', async () => {
  const town = createTown(3)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  done(await ann.calls.setRole({ conversation: group, person: ben.person, role: 'admin' }))
  await town.time.advance(1_000)
  const mend = part(town, [ann], [ben, cid])
  await town.time.advance(60_000)
  done(await ann.calls.remove({ conversation: group, person: ben.person }))
  await town.time.advance(10)
  done(await ben.calls.remove({ conversation: group, person: ann.person }))
  await town.time.advance(1_000)
  done(await ben.calls.retitle({ conversation: group, title: 'Ours' }))
  await town.time.advance(1_000)
  assert.equal(groupView(cid, group).title, 'Ours')
  assert.equal(await rosterOf(cid, group, homes), 'Ben* Cid')
  mend()
  await town.time.advance(90_000)
  for (const each of [ann, cid]) {
    assert.equal(await rosterOf(each, group, homes), 'Ann* Cid', each.name)
    assert.equal(groupView(each, group).title, 'Hikers', each.name)
  }
  // What Ben did without knowing that he was out is told as what does not count.
  assert.deepEqual((await groupStory(cid, group, homes)).slice(-3), [
    '(Ann removed Ben)',
    '(void of Ben)',
    '(void of Ben)',
  ])
  await sayIn(cid, group, 'phew')
  await town.time.advance(2_000)
  assert.deepEqual(await wordsIn(ann, group, homes), ['Cid: phew'])
  assert.equal(groupView(ben, group).role, 'gone')
  for (const each of homes) await assertScreen(each)
})
