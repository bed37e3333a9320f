import assert from 'node:assert/strict'
import test from 'node:test'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, groupStory, groupView, rosterOf, sayIn, wordsIn } from '../support/group.ts'
import { conversationOf, createTown, done, refusalOf, say, storyOf, type Home } from '../support/town.ts'

test('[PE46] a conversation that was deleted is gone here for good, and begins anew with the next message', async () => {
  const town = createTown(1)
  const [ann, ben] = [await town.home('Ann'), await town.home('Ben')]
  await town.time.advance(2_000)
  const first = await say(ann, ben, 'our secret')
  await say(ben, ann, 'is safe')
  await town.time.advance(1_000)
  const conversation = await conversationOf(ann, ben)
  done(await ann.calls.draft({ conversation, text: 'half a' }))
  done(await ann.calls.forget({ conversation }))
  await town.time.advance(1_000)
  assert.equal(ann.screen.conversations.has(conversation), false)
  await assertScreen(ann)
  assert.deepEqual(done(await ann.calls.search({ text: 'secret', limit: 9 })), [])
  const event = await ann.store.event(first)
  assert.deepEqual([event !== undefined, event?.content], [true, undefined])

  ann.crash()
  await ann.start()
  await town.time.advance(10_000)
  await assertScreen(ann)
  assert.equal(ann.screen.conversations.has(conversation), false)
  // Ben has all of it still, and sends none of it again.
  assert.deepEqual(await storyOf(ben, ann), ['Ann: our secret', 'Ben: is safe'])
  done(await ben.calls.react({ conversation, line: first, emoji: '👍', on: true }))
  await town.time.advance(1_000)
  assert.equal(ann.screen.conversations.has(conversation), false)
  await say(ben, ann, 'still there?')
  await town.time.advance(1_000)
  const view = ann.screen.conversations.get(conversation)
  assert.deepEqual([view?.at, view?.unread, view?.draft, view?.last?.text], ['open', 1, '', 'still there?'])
  assert.deepEqual(await storyOf(ann, ben), ['Ben: still there?'])
  await say(ann, ben, 'yes')
  await town.time.advance(1_000)
  assert.equal((await storyOf(ben, ann)).at(-1), 'Ann: yes')
  await assertScreen(ann)
})

test('[PE46] a group is left first; being added again shows what is said from then on', async () => {
  const town = createTown(2)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  await sayIn(ben, group, 'our secret')
  await town.time.advance(1_000)
  done(await cid.calls.forget({ conversation: group }))
  await town.time.advance(2_000)
  assert.equal(cid.screen.conversations.has(group), false)
  assert.equal((await groupStory(ann, group, homes)).at(-1), '(Cid left)')
  for (const each of [ann, ben]) assert.equal(await rosterOf(each, group, homes), 'Ann* Ben')
  await sayIn(ben, group, 'without Cid')
  cid.crash()
  await cid.start()
  await town.time.advance(5_000)
  await assertScreen(cid)
  assert.equal(cid.screen.conversations.has(group), false)

  done(await ann.calls.add({ conversation: group, person: cid.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(5_000)
  assert.equal(groupView(cid, group).at, 'open')
  await sayIn(cid, group, 'hello again')
  await town.time.advance(1_000)
  assert.deepEqual(await groupStory(cid, group, homes), ['(Ann added Cid)', 'Cid: hello again'])
  assert.deepEqual(await wordsIn(ann, group, homes), ['Ben: our secret', 'Ben: without Cid', 'Cid: hello again'])
})

test('[PE46] while the disk refuses, nothing is deleted; what is not there cannot be', async () => {
  const town = createTown(3)
  const [ann, ben] = [await town.home('Ann'), await town.home('Ben')]
  await town.time.advance(2_000)
  await say(ann, ben, 'kept')
  const conversation = await conversationOf(ann, ben)
  ann.store.refuseWith({ kind: 'full' })
  assert.equal(await refusalOf(ann.calls.forget({ conversation })), 'disk-full')
  ann.store.refuseWith(undefined)
  assert.deepEqual(await storyOf(ann, ben), ['Ann: kept'])
  assert.equal(await refusalOf(ann.calls.forget({ conversation: '00'.repeat(32) })), 'unknown-conversation')
})
