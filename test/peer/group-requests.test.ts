import assert from 'node:assert/strict'
import test from 'node:test'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, groupStory, groupView, rosterOf, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, refusalOf, type Home, type Town } from '../support/town.ts'

/** Ann and Ben are friends; Mal added Ann, who never heard of him, to a group. */
const asked = async (town: Town) => {
  const homes = [await town.home('Ann'), await town.home('Ben'), await town.home('Mal')]
  const [ann, ben, mal] = homes as [Home, Home, Home]
  await town.time.advance(3_000)
  const group = await foundGroup(town, mal, { title: 'Buy now', others: [ann, ben] })
  await sayIn(mal, group, 'cheap!')
  await town.time.advance(2_000)
  return { homes, ann, ben, mal, group }
}

test('[GP11] a group to which a stranger adds me is a request: it has a title, and nothing of it is taken in', async () => {
  const town = createTown(1)
  const { ann, mal, group, homes } = await asked(town)
  const view = groupView(ann, group)
  assert.deepEqual([view.at, view.title, view.by, view.unread], ['request', 'Buy now', mal.person, 0])
  assert.deepEqual(await wordsIn(ann, group, homes), [])
  assert.equal(await refusalOf(ann.calls.say({ conversation: group, text: 'who?' })), 'arriving')
  await assertScreen(ann)
  // Nothing that Mal sees tells him whether she looked.
  assert.equal(groupView(mal, group).progress[0]?.delivered, 0)
})

test('[GP11] once it is accepted, everything since I was added is there', async () => {
  const town = createTown(2)
  const { ann, mal, group, homes } = await asked(town)
  ann.crash()
  await ann.start()
  assert.equal(groupView(ann, group).at, 'request')
  done(await ann.calls.answer({ conversation: group, standing: 'accepted' }))
  await town.time.advance(5_000)
  assert.equal(groupView(ann, group).at, 'open')
  assert.deepEqual(await wordsIn(ann, group, homes), ['Mal: cheap!'])
  assert.equal(await rosterOf(ann, group, homes), 'Ann Ben Mal*')
  await sayIn(ann, group, 'no, thanks')
  await town.time.advance(1_000)
  assert.deepEqual((await groupStory(mal, group, homes)).at(-1), 'Ann: no, thanks')
  // That the group is accepted says nothing about who made it.
  assert.equal(ann.screen.people.get(mal.person)?.standing, 'new')
})

test('[GP22] until anything of an accepted group is here, nothing can be said in it, and it says that it is arriving', async () => {
  const town = createTown(12)
  const { ann, mal, group, homes } = await asked(town)
  await mal.stop()
  done(await ann.calls.answer({ conversation: group, standing: 'accepted' }))
  await town.time.advance(5_000)
  const { at, role, arriving } = groupView(ann, group)
  assert.deepEqual([at, role, arriving], ['open', 'member', true])
  for (const call of [ann.calls.say({ conversation: group, text: 'hello?' }), ann.calls.leave({ conversation: group })])
    assert.equal(await refusalOf(call), 'arriving')
  await mal.start()
  await town.time.advance(5_000)
  assert.equal(groupView(ann, group).arriving, undefined)
  await sayIn(ann, group, 'hello')
  await town.time.advance(1_000)
  assert.deepEqual((await wordsIn(mal, group, homes)).at(-1), 'Ann: hello')
  await assertScreen(ann)
})

test('[GP11] a group that is ignored or blocked stays so; accepting it later brings what was said', async () => {
  const town = createTown(3)
  const { ann, ben, mal, group, homes } = await asked(town)
  done(await ann.calls.answer({ conversation: group, standing: 'ignored' }))
  done(await ben.calls.answer({ conversation: group, standing: 'blocked' }))
  await sayIn(mal, group, 'cheaper!')
  await town.time.advance(2_000)
  for (const each of [ann, ben]) {
    await each.stop()
    await each.start()
  }
  await town.time.advance(5_000)
  assert.deepEqual([groupView(ann, group).at, groupView(ben, group).at], ['ignored', 'blocked'])
  for (const each of [ann, ben]) assert.deepEqual(await wordsIn(each, group, homes), [])
  assert.equal(await refusalOf(ben.calls.say({ conversation: group, text: 'hm' })), 'blocked')
  done(await ann.calls.answer({ conversation: group, standing: 'accepted' }))
  await town.time.advance(5_000)
  assert.deepEqual(await wordsIn(ann, group, homes), ['Mal: cheap!', 'Mal: cheaper!'])
  // One that was accepted can be blocked as well: from then on nothing of it comes.
  done(await ann.calls.answer({ conversation: group, standing: 'blocked' }))
  await sayIn(mal, group, 'cheapest!')
  await town.time.advance(5_000)
  assert.deepEqual(await wordsIn(ann, group, homes), ['Mal: cheap!', 'Mal: cheaper!'])
  await assertScreen(ann)
})
