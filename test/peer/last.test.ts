import assert from 'node:assert/strict'
import test from 'node:test'
import { foundGroup, friends, groupView, part, sayIn } from '../support/group.ts'
import { conversationOf, createTown, done, linesIn, say } from '../support/town.ts'

const HOUR_MILLIS = 3_600_000
const DECADES_MILLIS = 70 * 365 * 24 * HOUR_MILLIS

test('[PE210] who has a clock decades ahead has the last word only until somebody else speaks, also after a restart', async () => {
  const town = createTown(21)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  const uma = await town.home('Uma', { skew: DECADES_MILLIS })
  await town.time.advance(3_000)
  for (const one of [ann, bob, uma])
    for (const other of [ann, bob, uma])
      if (one !== other) done(await one.calls.decide({ person: other.person, standing: 'accepted' }))
  await town.time.advance(1_000)
  const conversation = await foundGroup(town, ann, { title: 'Club', others: [bob, uma] })
  const last = (): string | undefined => groupView(bob, conversation).last?.text
  const restart = async (): Promise<void> => {
    await bob.stop()
    await bob.start()
    await town.time.advance(5_000)
  }
  await sayIn(ann, conversation, 'at eight')
  await town.time.advance(5_000)
  await sayIn(uma, conversation, 'what a clock')
  await town.time.advance(5_000)
  assert.equal(last(), 'what a clock')
  await restart()
  assert.equal(last(), 'what a clock')
  await sayIn(ann, conversation, 'at nine')
  await town.time.advance(5_000)
  assert.equal(last(), 'at nine')
  const ahead = (await linesIn(bob, conversation)).find(
    (line) => line.kind === 'message' && line.text.startsWith('what'),
  )
  done(await ann.calls.react({ conversation, line: ahead?.id ?? assert.fail(), emoji: '⏰', on: true }))
  await town.time.advance(5_000)
  assert.equal(last(), 'at nine')
  await restart()
  assert.equal(last(), 'at nine')
})

test('[PE210] a conversation whose last line claims a time far ahead stands where it came, however long ago that was', async () => {
  const town = createTown(22)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  const uma = await town.home('Uma', { skew: 10 * HOUR_MILLIS })
  await town.time.advance(3_000)
  await say(uma, bob, 'from ten hours ahead')
  await town.time.advance(500)
  await say(bob, uma, 'and that is followed')
  await town.time.advance(60_000)
  await say(ann, bob, 'from now')
  await town.time.advance(HOUR_MILLIS)
  await bob.stop()
  await bob.start()
  await town.time.advance(5_000)
  const views = [...bob.screen.conversations.values()].toSorted((one, other) => other.active - one.active)
  assert.deepEqual(
    views.map(({ last }) => last?.text),
    ['from now', 'and that is followed'],
  )
  const ahead = bob.screen.conversations.get(await conversationOf(bob, uma))
  assert.ok((ahead?.last?.at ?? 0) < town.time.now() - HOUR_MILLIS)
})

test('[PE211] the list says that the last message was deleted', async () => {
  const town = createTown(23)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  await town.time.advance(3_000)
  const line = await say(ann, bob, 'too much')
  await town.time.advance(1_000)
  const conversation = await conversationOf(ann, bob)
  done(await ann.calls.unsay({ conversation, line }))
  await town.time.advance(1_000)
  for (const one of [ann, bob])
    assert.equal(one.screen.conversations.get(conversation)?.last?.text, 'This message was deleted')
})

test('[PE212] what does not count any more is not what was said last, but what was said before it', async () => {
  const town = createTown(23)
  const [ann, bob, uma] = await friends(town, ['Ann', 'Bob', 'Uma'])
  assert.ok(ann && bob && uma)
  const conversation = await foundGroup(town, ann, { title: 'Club', others: [bob, uma] })
  const last = (): string | undefined => groupView(bob, conversation).last?.text
  await sayIn(bob, conversation, 'at eight')
  await town.time.advance(5_000)
  const meet = part(town, [ann], [bob, uma])
  await sayIn(uma, conversation, 'or never')
  await town.time.advance(5_000)
  assert.equal(last(), 'or never')
  done(await ann.calls.remove({ conversation, person: uma.person }))
  meet()
  await town.time.advance(60_000)
  assert.ok((await linesIn(bob, conversation)).some((line) => line.kind === 'void'))
  assert.equal(last(), 'at eight')
  await bob.stop()
  await bob.start()
  await town.time.advance(5_000)
  assert.equal(last(), 'at eight')
})

test('[PE210] a last line that is ahead says what it was changed to', async () => {
  const town = createTown(24)
  const [bob, uma] = [await town.home('Bob'), await town.home('Uma', { skew: 10 * HOUR_MILLIS })]
  await town.time.advance(3_000)
  const line = await say(uma, bob, 'at eigth')
  await town.time.advance(1_000)
  const conversation = await conversationOf(bob, uma)
  done(await uma.calls.edit({ conversation, line, text: 'at eight' }))
  await town.time.advance(1_000)
  assert.equal(bob.screen.conversations.get(conversation)?.last?.text, 'at eight')
})

test('[PE440] the last words of a conversation are there after the clock was set back by a day', async () => {
  const town = createTown(25)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  await town.time.advance(3_000)
  await say(ann, bob, 'at eight')
  await town.time.advance(1_000)
  await bob.stop()
  bob.setSkew(-24 * HOUR_MILLIS)
  await bob.start()
  const view = bob.screen.conversations.get(await conversationOf(bob, ann))
  assert.equal(view?.last?.text, 'at eight')
})
