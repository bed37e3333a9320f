import assert from 'node:assert/strict'
import test from 'node:test'
import { PICTURE_BYTES_MAX } from '../../src/core/group/operation.ts'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, groupStory, groupView, rosterOf, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, refusalOf, type Home } from '../support/town.ts'

test('[GP1] whoever founds a group is its admin, and those who were added talk in it', async () => {
  const town = createTown(1)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: '  Hikers ', others: [ben, cid] })
  for (const each of homes) assert.equal(await rosterOf(each, group, homes), 'Ann* Ben Cid', each.name)
  for (const each of homes) {
    await sayIn(each, group, 'hello')
    await town.time.advance(1_000)
  }
  for (const each of homes)
    assert.deepEqual(
      await wordsIn(each, group, homes),
      homes.map(({ name }) => `${name}: hello`),
    )
  const { title, role, size, by, at, postQuantum } = groupView(cid, group)
  assert.deepEqual(
    { title, role, size, by, at, postQuantum },
    {
      title: 'Hikers',
      role: 'member',
      size: 3,
      by: ann.person,
      at: 'open',
      postQuantum: true,
    },
  )
  for (const each of homes) await assertScreen(each)
})

test('[GP2] everything that changes is a line for those who are in', async () => {
  const town = createTown(2)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid', 'Dot'])
  const [ann, ben, cid, dot] = homes as [Home, Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  done(await ann.calls.setRole({ conversation: group, person: ben.person, role: 'admin' }))
  await town.time.advance(1_000)
  done(await ben.calls.retitle({ conversation: group, title: 'Climbers' }))
  await town.time.advance(1_000)
  done(await ben.calls.setPicture({ conversation: group, picture: PICTURE }))
  await town.time.advance(1_000)
  done(await ben.calls.add({ conversation: group, person: dot.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(1_000)
  done(await ben.calls.remove({ conversation: group, person: cid.person }))
  await town.time.advance(1_000)
  done(await ben.calls.setRole({ conversation: group, person: ann.person, role: 'member' }))
  await town.time.advance(1_000)
  done(await dot.calls.leave({ conversation: group }))
  await town.time.advance(1_000)
  const since = [
    '(Ann made Ben admin)',
    '(Ben called it Climbers)',
    '(Ben gave it a picture)',
    '(Ben added Dot)',
    '(Ben removed Cid)',
    '(Ben made Ann member)',
    '(Dot left)',
  ]
  assert.deepEqual(await groupStory(ann, group, homes), [
    '(Ann founded Hikers)',
    '(Ann added Ben)',
    '(Ann added Cid)',
    ...since,
  ])
  // Who comes later begins with their coming, and who goes ends with their going.
  assert.deepEqual(await groupStory(ben, group, homes), ['(Ann added Ben)', '(Ann added Cid)', ...since])
  assert.deepEqual(await groupStory(cid, group, homes), ['(Ann added Cid)', ...since.slice(0, 5)])
  assert.deepEqual(await groupStory(dot, group, homes), since.slice(3))
  assert.equal(await rosterOf(ann, group, homes), 'Ann Ben*')
  assert.equal(done(await ann.calls.picture({ conversation: group })).picture, PICTURE)
  assert.deepEqual([groupView(cid, group).role, groupView(dot, group).role], ['gone', 'gone'])
  assert.equal(groupView(ann, group).title, 'Climbers')
  for (const each of homes) await assertScreen(each)
})

test('[GP3] what somebody may not do in a group, or cannot do, is refused with the reason', async () => {
  const town = createTown(3)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben] })
  const direct = done(await ann.calls.open({ person: cid.person })).conversation
  const [conversation, history] = [group, { share: 'none' }] as const
  const cases: readonly (readonly [string, Promise<string>])[] = [
    ['not-admin', refusalOf(ben.calls.retitle({ conversation, title: 'Mine' }))],
    ['not-admin', refusalOf(ben.calls.add({ conversation, person: cid.person, role: 'member', history }))],
    ['not-admin', refusalOf(ben.calls.remove({ conversation, person: ann.person }))],
    ['not-admin', refusalOf(ben.calls.setRole({ conversation, person: ben.person, role: 'admin' }))],
    ['member-already', refusalOf(ann.calls.add({ conversation, person: ben.person, role: 'member', history }))],
    ['not-a-member', refusalOf(ann.calls.remove({ conversation, person: cid.person }))],
    ['not-a-member', refusalOf(ann.calls.setRole({ conversation, person: cid.person, role: 'admin' }))],
    ['unknown-person', refusalOf(ann.calls.add({ conversation, person: '00'.repeat(32), role: 'member', history }))],
    ['unknown-person', refusalOf(ann.calls.found({ title: 'x', people: [ann.person] }))],
    ['title-empty', refusalOf(ann.calls.found({ title: ' ', people: [] }))],
    ['title-too-long', refusalOf(ann.calls.retitle({ conversation, title: 'x'.repeat(61) }))],
    ['title-forbidden', refusalOf(ann.calls.retitle({ conversation, title: 'a\u202eb' }))],
    ['picture-unknown', refusalOf(ann.calls.setPicture({ conversation, picture: 'data:image/gif;base64,AAAA' }))],
    ['picture-unknown', refusalOf(ann.calls.setPicture({ conversation, picture: 'data:image/png;base64,AAAA' }))],
    ['picture-too-large', refusalOf(ann.calls.setPicture({ conversation, picture: pictureOf(PICTURE_BYTES_MAX + 1) }))],
    ['not-a-group', refusalOf(ann.calls.members({ conversation: direct }))],
    ['not-a-group', refusalOf(ann.calls.leave({ conversation: direct }))],
    ['unknown-conversation', refusalOf(cid.calls.members({ conversation }))],
  ]
  for (const [expected, refused] of cases) assert.equal(await refused, expected)
  assert.equal(await rosterOf(ben, group, homes), 'Ann* Ben')
  // What is so already is no refusal, and no line.
  done(await ann.calls.retitle({ conversation, title: 'Hikers' }))
  done(await ann.calls.setRole({ conversation, person: ben.person, role: 'member' }))
  assert.deepEqual(await groupStory(ann, group, homes), ['(Ann founded Hikers)', '(Ann added Ben)'])
})

test('[GP4] without an admin the one who is in for longest becomes one', async () => {
  const town = createTown(4)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  done(await ann.calls.leave({ conversation: group }))
  await town.time.advance(1_000)
  for (const each of [ben, cid]) assert.equal(await rosterOf(each, group, homes), 'Ben* Cid')
  done(await ben.calls.retitle({ conversation: group, title: 'Without Ann' }))
  await town.time.advance(1_000)
  assert.equal(groupView(cid, group).title, 'Without Ann')
  assert.equal(groupView(ann, group).title, 'Hikers')
})

test('[GP5] names of members whom one never met come with the group, and those of newcomers are told in it', async () => {
  const town = createTown(5)
  const ann = await town.home('Ann')
  const others: Home[] = []
  // One at a time, so that nobody but Ann meets anybody.
  for (const name of ['Ben', 'Cid', 'Dot']) {
    const other = await town.home(name)
    await town.time.advance(2_000)
    done(await ann.calls.decide({ person: other.person, standing: 'accepted' }))
    done(await other.calls.decide({ person: ann.person, standing: 'accepted' }))
    await town.time.advance(1_000)
    others.push(other)
    if (name !== 'Dot') await other.stop()
  }
  const [ben, cid, dot] = others as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  done(await ann.calls.add({ conversation: group, person: dot.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(3_000)
  const everybody = [ann, ...others]
  assert.equal(await rosterOf(dot, group, everybody), 'Ann* Ben Cid Dot')
  assert.deepEqual(
    [ben, cid].map(({ person }) => dot.screen.people.get(person)?.name),
    ['Ben', 'Cid'],
  )
  await dot.stop()
  await cid.start()
  await town.time.advance(5_000)
  // Ben was introduced to Cid by Ann; Dot came later, and said it herself.
  assert.deepEqual(
    [ben, dot].map(({ person }) => cid.screen.people.get(person)?.name),
    ['Ben', 'Dot'],
  )
  await sayIn(cid, group, 'hello')
  await ann.stop()
  await dot.start()
  await town.time.advance(5_000)
  assert.deepEqual(await wordsIn(dot, group, everybody), ['Cid: hello'])
})

const pictureOf = (bytes: number): string => {
  const picture = Buffer.alloc(bytes, 7)
  picture.set([0x89, 0x50, 0x4e, 0x47])
  return `data:image/png;base64,${picture.toString('base64')}`
}

const PICTURE = pictureOf(PICTURE_BYTES_MAX)
