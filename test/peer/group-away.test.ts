import assert from 'node:assert/strict'
import test from 'node:test'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, groupStory, groupView, part, rosterOf, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, type Home } from '../support/town.ts'

test('[GP9] who was away catches up from any other member, also from one who only heard of it', async () => {
  const town = createTown(1)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid', 'Dot'])
  const [ann, ben, cid, dot] = homes as [Home, Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid, dot] })
  await dot.stop()
  await sayIn(ann, group, 'one')
  await town.time.advance(1_000)
  done(await ann.calls.remove({ conversation: group, person: cid.person }))
  await town.time.advance(1_000)
  await sayIn(ann, group, 'two')
  await town.time.advance(1_000)
  // Ann is gone when Dot comes back: Ben has all of it.
  await ann.stop()
  await dot.start()
  await town.time.advance(10_000)
  assert.deepEqual(await wordsIn(dot, group, homes), ['Ann: one', 'Ann: two'])
  assert.equal(await rosterOf(dot, group, homes), 'Ann* Ben Dot')
  await sayIn(dot, group, 'three')
  await town.time.advance(1_000)
  await ben.stop()
  await ann.start()
  await town.time.advance(10_000)
  assert.deepEqual(await wordsIn(ann, group, homes), ['Ann: one', 'Ann: two', 'Dot: three'])
  for (const each of [ann, dot]) await assertScreen(each)
})

test('[GP9] halves of a group that go on each for themselves hear all of each other when they meet', async () => {
  const town = createTown(2)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid', 'Dot', 'Eve'])
  const [ann, ben, cid, dot, eve] = homes as [Home, Home, Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid, dot] })
  done(await ann.calls.setRole({ conversation: group, person: cid.person, role: 'admin' }))
  await town.time.advance(1_000)
  const mend = part(town, [ann, ben], [cid, dot, eve])
  await town.time.advance(60_000)
  await sayIn(ann, group, 'we are here')
  done(await cid.calls.add({ conversation: group, person: eve.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(5_000)
  await sayIn(eve, group, 'and I am new')
  done(await ann.calls.retitle({ conversation: group, title: 'Climbers' }))
  await town.time.advance(5_000)
  mend()
  await town.time.advance(90_000)
  await sayIn(dot, group, 'there you are')
  await town.time.advance(2_000)
  for (const each of [ann, ben, cid, dot])
    assert.deepEqual(
      await wordsIn(each, group, homes),
      ['Ann: we are here', 'Eve: and I am new', 'Dot: there you are'],
      each.name,
    )
  // What Ann said without knowing of Eve was sealed for the others alone.
  assert.deepEqual(await wordsIn(eve, group, homes), ['Eve: and I am new', 'Dot: there you are'])
  for (const each of homes) {
    assert.equal(await rosterOf(each, group, homes), 'Ann* Ben Cid* Dot Eve', each.name)
    assert.equal(groupView(each, group).title, 'Climbers', each.name)
    await assertScreen(each)
  }
})

test('[GP10] a group is the same after everybody was killed and began again', async () => {
  const town = createTown(3)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  await sayIn(ann, group, 'before')
  done(await ann.calls.setRole({ conversation: group, person: ben.person, role: 'admin' }))
  await town.time.advance(1_000)
  const stories = await Promise.all(homes.map((each) => groupStory(each, group, homes)))
  for (const each of homes) each.crash()
  for (const each of homes) await each.start()
  await town.time.advance(10_000)
  for (const [index, each] of homes.entries()) assert.deepEqual(await groupStory(each, group, homes), stories[index])
  done(await ben.calls.retitle({ conversation: group, title: 'Climbers' }))
  await town.time.advance(1_000)
  await sayIn(cid, group, 'after')
  await town.time.advance(1_000)
  for (const each of homes) {
    assert.deepEqual(await wordsIn(each, group, homes), ['Ann: before', 'Cid: after'], each.name)
    assert.equal(groupView(each, group).title, 'Climbers')
    await assertScreen(each)
  }
})

test('[GP10] whoever is killed at any commit while bringing somebody in ends with them in and knowing it, or out', async () => {
  for (const [commit, when] of DEATHS) {
    const town = createTown(100 + commit)
    const homes = await friends(town, ['Ann', 'Ben'])
    const [ann, ben] = homes as [Home, Home]
    const group = await foundGroup(town, ann, { title: 'Hikers', others: [] })
    ann.store.dieAt(ann.store.commits + commit, when, () => ann.crash())
    void ann.calls.add({ conversation: group, person: ben.person, role: 'member', history: { share: 'none' } })
    await town.time.advance(2_000)
    if (!ann.running) await ann.start()
    await town.time.advance(10_000)
    const roster = await rosterOf(ann, group, homes)
    const isIn = roster === 'Ann* Ben'
    assert.ok(isIn || roster === 'Ann*', roster)
    assert.equal(ben.screen.conversations.has(group), isIn, `died ${when} commit ${commit}`)
    if (!isIn) continue
    await sayIn(ben, group, 'here I am')
    await town.time.advance(1_000)
    assert.deepEqual(await wordsIn(ann, group, homes), ['Ben: here I am'])
  }
})

/** Every commit that adding somebody takes, and some after it. */
const DEATHS = Array.from({ length: 6 }, (_, index) => index + 1).flatMap((commit) =>
  (['before', 'after'] as const).map((when) => [commit, when] as const),
)
