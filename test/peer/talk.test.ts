import assert from 'node:assert/strict'
import test from 'node:test'
import { PAGE_LINES_MAX } from '../../src/peer/calls/talking.ts'
import type { LineView } from '../../src/view/view.ts'
import { conversationOf, createTown, done, linesOf, refusalOf, say, storyOf, type Home } from '../support/town.ts'

const friends = async (seed: number) => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  return { town, alice, bob, conversation: await conversationOf(alice, bob) }
}

const messages = async (one: Home, other: Home): Promise<readonly LineView[]> =>
  (await linesOf(one, other)).filter((line) => line.kind === 'message')

test('[PE19] edits, deletions and reactions show on both sides', async () => {
  const { town, alice, bob, conversation } = await friends(1)
  const [first, second] = await messages(alice, bob)
  assert.ok(first && second)
  const third = await say(alice, bob, 'oops')
  done(await alice.calls.edit({ conversation, line: first.id, text: 'hi there' }))
  done(await alice.calls.unsay({ conversation, line: third }))
  done(await bob.calls.react({ conversation, line: first.id, emoji: '👍', on: true }))
  done(await alice.calls.react({ conversation, line: second.id, emoji: '🎉', on: true }))
  done(await alice.calls.react({ conversation, line: second.id, emoji: '🎉', on: false }))
  await town.time.advance(1_000)
  const told = ['Alice: hi there (edited) 👍', 'Bob: ho', 'Alice: (deleted)']
  const said = async (one: Home, other: Home) =>
    (await storyOf(one, other)).filter((line) => !line.includes('(joined)'))
  assert.deepEqual([await said(alice, bob), await said(bob, alice)], [told, told])
  // And in the windows that watched.
  for (const each of [alice, bob]) assert.deepEqual(each.screen.lines.get(conversation)?.get(third)?.kind, 'deleted')
})

test('[PE91] a change of a message that was deleted, and a reaction to it, are refused as that', async () => {
  const { town, alice, bob, conversation } = await friends(14)
  const line = await say(alice, bob, 'oops')
  await town.time.advance(1_000)
  done(await alice.calls.unsay({ conversation, line }))
  await town.time.advance(1_000)
  assert.deepEqual(
    await Promise.all(
      [
        alice.calls.edit({ conversation, line, text: 'better' }),
        bob.calls.react({ conversation, line, emoji: '👍', on: true }),
        bob.calls.edit({ conversation, line, text: 'mine now' }),
      ].map(refusalOf),
    ),
    ['message-deleted', 'message-deleted', 'not-yours'],
  )
  done(await alice.calls.unsay({ conversation, line }))
})

test('[PE19] what is not my own, not known or not allowed is refused', async () => {
  const { alice, bob, conversation } = await friends(2)
  const [, second] = await messages(alice, bob)
  assert.ok(second)
  const nowhere = 'ab'.repeat(32)
  const { calls } = alice
  const answers = [
    calls.edit({ conversation, line: second.id, text: 'what I said' }),
    calls.unsay({ conversation, line: second.id }),
    calls.edit({ conversation, line: nowhere, text: 'x' }),
    calls.edit({ conversation, line: 'gap/x', text: 'x' }),
    calls.edit({ conversation, line: second.id, text: '  ' }),
    calls.react({ conversation, line: second.id, emoji: 'x', on: true }),
    calls.react({ conversation: nowhere, line: second.id, emoji: '👍', on: true }),
    calls.say({ conversation, text: 'x'.repeat(64 * 1024 + 1) }),
    calls.say({ conversation, text: 'x', reply: 'y' }),
    calls.open({ person: nowhere }),
    calls.open({ person: alice.person }),
    calls.reach({ person: nowhere }),
    calls.decide({ person: nowhere, standing: 'blocked' }),
  ]
  assert.deepEqual(await Promise.all(answers.map(refusalOf)), [
    'not-yours',
    'not-yours',
    'unknown-line',
    'unknown-line',
    'text-empty',
    'unknown-line',
    'unknown-conversation',
    'text-too-long',
    'unknown-line',
    'unknown-person',
    'unknown-person',
    'unknown-person',
    'unknown-person',
  ])
})

test('[PE19] an answer shows what it answers, also when that was changed', async () => {
  const { town, alice, bob, conversation } = await friends(3)
  const [first] = await messages(alice, bob)
  done(await bob.calls.say({ conversation, text: 'hi yourself', reply: first?.id ?? '' }))
  await town.time.advance(500)
  const reply = (await messages(alice, bob)).at(-1)
  assert.deepEqual(reply?.kind === 'message' && reply.reply, {
    kind: 'message',
    id: first?.id,
    person: alice.person,
    text: 'hi',
  })
})

test('[PE81] an answer quotes what it answers as that stands: changed, deleted, or not here', async () => {
  const { town, alice, bob, conversation } = await friends(15)
  const line = await say(alice, bob, 'a secret')
  await town.time.advance(500)
  for (const reply of [line, 'ab'.repeat(32)]) done(await bob.calls.say({ conversation, text: 'indeed', reply }))
  await town.time.advance(500)
  const quotes = async (one: Home, other: Home) =>
    (await messages(one, other)).slice(-2).map((each) => each.kind === 'message' && each.reply)
  const unknown = { kind: 'unknown', id: 'ab'.repeat(32) }
  done(await alice.calls.edit({ conversation, line, text: 'no secret' }))
  await town.time.advance(500)
  const changed = { kind: 'message', id: line, person: alice.person, text: 'no secret' }
  assert.deepEqual(await quotes(bob, alice), [changed, unknown])
  done(await alice.calls.unsay({ conversation, line }))
  await town.time.advance(500)
  const deleted = [{ kind: 'deleted', id: line, person: alice.person }, unknown]
  assert.deepEqual([await quotes(alice, bob), await quotes(bob, alice)], [deleted, deleted])
})

test('[PE20] a page ends before or begins after a place, and says whether there is more', async () => {
  const { town, alice, bob, conversation } = await friends(4)
  await Promise.all(Array.from({ length: 600 }, (_, index) => alice.calls.say({ conversation, text: `${index}` })))
  await town.time.advance(10_000)
  const all = await linesOf(bob, alice)
  const newest = done(await bob.calls.history({ conversation, limit: 1_000 }))
  assert.deepEqual([newest.lines.length, newest.more], [PAGE_LINES_MAX, true])
  assert.deepEqual(newest.lines, all.slice(-PAGE_LINES_MAX))
  const before = done(await bob.calls.history({ conversation, limit: 10, before: all[5]?.order ?? assert.fail() }))
  assert.deepEqual([before.lines, before.more], [all.slice(0, 5), false])
  const after = done(await bob.calls.history({ conversation, limit: 10, after: all[5]?.order ?? assert.fail() }))
  assert.deepEqual([after.lines, after.more], [all.slice(6, 16), true])
})

test('[PE20] a page of long messages ends by its bytes, and the pages together are everything', async () => {
  const { town, alice, bob, conversation } = await friends(5)
  for (let index = 0; index < 60; index++)
    done(await alice.calls.say({ conversation, text: `${index} ${'x'.repeat(60_000)}` }))
  await town.time.advance(10_000)
  const page = done(await bob.calls.history({ conversation, limit: 500 }))
  assert.ok(page.more && page.lines.length < 62)
  const texts = (await messages(bob, alice)).map((line) => (line.kind === 'message' ? line.text.split(' ')[0] : ''))
  assert.deepEqual(texts, ['hi', 'ho', ...Array.from({ length: 60 }, (_, index) => `${index}`)])
  let [forward, place] = [0, (await linesOf(bob, alice))[0]?.order]
  for (let more = true; more && place;) {
    const next = done(await bob.calls.history({ conversation, limit: 500, after: place }))
    forward += next.lines.length
    place = next.lines.at(-1)?.order
    more = next.more
  }
  assert.equal(forward, (await linesOf(bob, alice)).length - 1)
})

test('[PE21] search finds what was said, newest first, and no more what was taken back', async () => {
  const { town, alice, bob, conversation } = await friends(6)
  await say(alice, bob, 'the Café at noon')
  const gone = await say(alice, bob, 'the cafe at night')
  await town.time.advance(500)
  await say(bob, alice, 'cafes are closed')
  await town.time.advance(500)
  const found = async (text: string) =>
    done(await bob.calls.search({ text, limit: 10 })).map(({ line }) => line.kind === 'message' && line.text)
  assert.deepEqual(await found('caf'), ['cafes are closed', 'the cafe at night', 'the Café at noon'])
  assert.deepEqual(await found('cafe the n'), ['the cafe at night', 'the Café at noon'])
  done(await alice.calls.unsay({ conversation, line: gone }))
  await town.time.advance(500)
  assert.deepEqual(await found('cafe the n'), ['the Café at noon'])
  assert.deepEqual(done(await bob.calls.search({ text: 'caf', conversation: 'ab'.repeat(32), limit: 10 })), [])
})

test('[PE18] somebody who is only on the list of the server can be written to', async () => {
  const town = createTown(7)
  const address = town.serve()
  const [alice, bob] = [await town.home('Alice', { nearby: false }), await town.home('Bob', { nearby: false })]
  for (const each of [alice, bob]) done(await each.calls.useServers({ addresses: [address] }))
  await town.time.advance(5_000)
  assert.deepEqual(
    [...alice.screen.people.values()].map(({ name, foundBy }) => [name, foundBy]),
    [['Bob', ['server']]],
  )
  const conversation = await conversationOf(alice, bob)
  const saying = alice.calls.say({ conversation, text: 'found you' })
  await town.time.advance(5_000)
  done(await saying)
  await town.time.advance(5_000)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: found you'])
})

test('[PE18] without their card nothing can be sealed, and it is said so', async () => {
  const town = createTown(8)
  const address = town.serve()
  const [alice, bob] = [await town.home('Alice', { nearby: false }), await town.home('Bob', { nearby: false })]
  for (const each of [alice, bob]) done(await each.calls.useServers({ addresses: [address] }))
  await town.time.advance(5_000)
  bob.crash()
  const conversation = await conversationOf(alice, bob)
  const saying = refusalOf(alice.calls.say({ conversation, text: 'too late' }))
  await town.time.advance(20_000)
  assert.equal(await saying, 'not-met')
  assert.deepEqual(await storyOf(alice, bob), [])
})

test('[PE42] what a clock far ahead wrote keeps its place, and is shown with the time at which it is looked at', async () => {
  const town = createTown(9)
  const [alice, bob] = [await town.home('Alice', { skew: 5 * 3_600_000 }), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'from the future')
  await town.time.advance(500)
  await say(bob, alice, 'from now')
  await town.time.advance(500)
  assert.deepEqual(await storyOf(bob, alice), ['Alice: from the future', 'Bob: from now'])
  for (const line of await messages(bob, alice)) assert.ok(Math.abs(line.at - town.time.now()) < 1_000)
  const view = bob.screen.conversations.get(await conversationOf(bob, alice))
  assert.ok(Math.abs((view?.active ?? 0) - town.time.now()) < 1_000)
})
