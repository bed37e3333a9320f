import assert from 'node:assert/strict'
import test from 'node:test'
import { deliveryOf } from '../../src/view/view.ts'
import {
  conversationOf,
  createTown,
  done,
  linesIn,
  refusalOf,
  say,
  storyOf,
  type Home,
  type Town,
} from '../support/town.ts'

/** Long enough for everybody to reach everybody, and for what is left on the server to be left there. */
const A_WHILE = 60_000

const friends = async (seed: number, names: readonly string[] = ['Alice', 'Bob']) => {
  const town = createTown(seed)
  const server = town.serve()
  const homes: Home[] = []
  for (const name of names) {
    const home = await town.home(name, { nearby: false })
    done(await home.calls.useServer({ address: server }))
    homes.push(home)
  }
  await town.time.advance(A_WHILE)
  const [first, ...others] = homes as [Home, ...Home[]]
  for (const other of others) {
    // The first message asks the server for a card, which takes its time.
    const saying = say(first, other, 'hi')
    await town.time.advance(2_000)
    await saying
    await say(other, first, 'ho')
    await town.time.advance(2_000)
  }
  return { town, homes: homes as [Home, Home, ...Home[]] }
}

const stateOf = async (one: Home, conversation: string): Promise<string | undefined> => {
  const view = one.screen.conversations.get(conversation)
  const mine = (await linesIn(one, conversation)).findLast((line) => line.mine && line.kind === 'message')
  return view && mine && deliveryOf(mine, view.progress)
}

const stop = async (town: Town, home: Home): Promise<void> => {
  await home.stop()
  await town.time.advance(A_WHILE)
}

const start = async (town: Town, home: Home): Promise<void> => {
  await home.start()
  await town.time.advance(A_WHILE)
}

test('[AW14] two who are never there together write to each other through the server, and each learns of the delivery', async () => {
  const { town, homes } = await friends(1)
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
  const { town, homes } = await friends(2)
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
  const { town, homes } = await friends(3, ['Alice', 'Bob', 'Carol'])
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
  const { town, homes } = await friends(4, ['Alice', 'Bob', 'Carol'])
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
