import assert from 'node:assert/strict'
import test from 'node:test'
import { deliveryOf } from '../../src/view/view.ts'
import { A_WHILE, serverFriends, start, stop } from '../support/absence.ts'
import { conversationOf, done, linesIn, refusalOf, say, storyOf, type Home } from '../support/town.ts'

const stateOf = async (one: Home, conversation: string): Promise<string | undefined> => {
  const view = one.screen.conversations.get(conversation)
  const mine = (await linesIn(one, conversation)).findLast((line) => line.mine && line.kind === 'message')
  return view && mine && deliveryOf(mine, view.progress)
}

test('[AW14] two who are never there together write to each other through the server, and each learns of the delivery', async () => {
  const { town, homes } = await serverFriends(1, ['Alice', 'Bob'])
  const [alice, bob] = homes
  const conversation = await conversationOf(alice, bob)
  await stop(town, bob)
  await say(alice, bob, 'are you there?')
  await town.time.advance(A_WHILE)
  assert.equal(await stateOf(alice, conversation), 'sealed')
  assert.equal(alice.screen.conversations.get(conversation)?.sealedAt, 'Town')
  await stop(town, alice)
  await start(town, bob)
  assert.deepEqual((await storyOf(bob, alice)).slice(-1), ['Alice: are you there?'])
  await say(bob, alice, 'now I am')
  await town.time.advance(A_WHILE)
  await stop(town, bob)
  await start(town, alice)
  assert.deepEqual((await storyOf(alice, bob)).slice(-2), ['Alice: are you there?', 'Bob: now I am'])
  assert.equal(await stateOf(alice, conversation), 'delivered')
})

test('[AW14] a talk of many turns goes on through the server, one always away', async () => {
  const { town, homes } = await serverFriends(2, ['Alice', 'Bob'])
  const [alice, bob] = homes
  await stop(town, bob)
  const said: string[] = []
  for (let turn = 0; turn < 4; turn++) {
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      await say(one, other, `${turn}`)
      said.push(`${one.name}: ${turn}`)
      await town.time.advance(A_WHILE)
      await stop(town, one)
      await start(town, other)
    }
  }
  assert.deepEqual((await storyOf(alice, bob)).slice(-said.length), said)
})

test('[AW15] in a group, who is away gets what was said from the server, and who was added while away too', async () => {
  const { town, homes } = await serverFriends(3, ['Alice', 'Bob', 'Carol'])
  const [alice, bob, carol] = homes
  assert(carol)
  const { conversation } = done(await alice.calls.found({ title: 'Choir', people: [bob.person] }))
  await town.time.advance(A_WHILE)
  await stop(town, carol)
  await stop(town, bob)
  done(await alice.calls.add({ conversation, person: carol.person, role: 'member', history: { share: 'none' } }))
  done(await alice.calls.say({ conversation, text: 'to both' }))
  await town.time.advance(A_WHILE)
  assert.equal(await stateOf(alice, conversation), 'sealed')
  await stop(town, alice)
  for (const each of [bob, carol]) {
    await start(town, each)
    const lines = await linesIn(each, conversation)
    const texts = lines.flatMap((line) => (line.kind === 'message' ? [line.text] : []))
    assert.deepEqual(texts, ['to both'], each.name)
    await stop(town, each)
  }
  await start(town, alice)
  assert.equal(await stateOf(alice, conversation), 'delivered')
})

test('[AW16] who was removed while away learns it from the server, and reads nothing that came after', async () => {
  const { town, homes } = await serverFriends(4, ['Alice', 'Bob', 'Carol'])
  const [alice, bob, carol] = homes
  assert(carol)
  const { conversation } = done(await alice.calls.found({ title: 'Choir', people: [bob.person, carol.person] }))
  await town.time.advance(A_WHILE)
  await stop(town, carol)
  done(await alice.calls.remove({ conversation, person: carol.person }))
  done(await alice.calls.say({ conversation, text: 'among us' }))
  await town.time.advance(A_WHILE)
  await stop(town, alice)
  await stop(town, bob)
  await start(town, carol)
  const view = carol.screen.conversations.get(conversation)
  assert.equal(view?.kind === 'group' && view.role, 'gone')
  assert.equal(await refusalOf(carol.calls.say({ conversation, text: 'hello?' })), 'gone')
  const texts = (await linesIn(carol, conversation)).flatMap((line) => (line.kind === 'message' ? [line.text] : []))
  assert.deepEqual(texts, [])
})
