import assert from 'node:assert/strict'
import test from 'node:test'
import { REQUEST_BYTES_MAX, REQUEST_EVENTS_MAX } from '../../src/peer/holdings.ts'
import { REQUESTS_MAX } from '../../src/peer/rooms.ts'
import { deliveryOf } from '../../src/view/view.ts'
import { createPuppet } from '../support/puppet.ts'
import { conversationOf, createTown, done, linesOf, say, storyOf, type Home } from '../support/town.ts'
import { join } from '../../src/core/group/write.ts'
import { signWritten } from '../../src/core/group/pen.ts'
import { otherIn } from '../support/screen.ts'

const viewOf = async (one: Home, other: Home) => one.screen.conversations.get(await conversationOf(one, other))

const meet = async (seed: number) => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  return { town, alice, bob }
}

test("[PE6] a stranger's first message is a request: delivered, and nothing else is told", async () => {
  const { town, alice, bob } = await meet(1)
  const line = await say(alice, bob, 'may I?')
  await town.time.advance(1_000)
  const request = await viewOf(bob, alice)
  assert.deepEqual([request?.at, request?.unread, request?.last?.text], ['request', 1, 'may I?'])
  done(
    await bob.calls.read({
      conversation: request?.id ?? '',
      upTo: (await linesOf(bob, alice)).at(-1)?.order ?? NOWHERE,
    }),
  )
  done(await bob.calls.typing({ conversation: request?.id ?? '' }))
  await town.time.advance(5_000)
  const mine = (await linesOf(alice, bob)).find(({ id }) => id === line)
  assert.equal(mine && deliveryOf(mine, (await viewOf(alice, bob))?.progress ?? []), 'delivered')
  assert.deepEqual([alice.screen.typing, (await viewOf(alice, bob))?.at], [0, 'open'])
})

const NOWHERE = { time: 0, author: '00'.repeat(32), seq: 0 }

test('[PE7] accepting opens the conversation on both sides', async () => {
  const { town, alice, bob } = await meet(2)
  await say(alice, bob, 'may I?')
  await town.time.advance(1_000)
  done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
  await town.time.advance(1_000)
  assert.deepEqual([(await viewOf(bob, alice))?.at, (await viewOf(alice, bob))?.at], ['open', 'open'])
  assert.deepEqual(await storyOf(alice, bob), ['Alice: may I?', 'Bob: (joined)'])
})

test('[PE7] answering accepts', async () => {
  const { town, alice, bob } = await meet(3)
  await say(alice, bob, 'may I?')
  await town.time.advance(1_000)
  await say(bob, alice, 'of course')
  await town.time.advance(1_000)
  assert.equal((await viewOf(bob, alice))?.at, 'open')
  assert.equal(bob.screen.people.get(alice.person)?.standing, 'accepted')
  assert.deepEqual(await storyOf(alice, bob), ['Alice: may I?', 'Bob: (joined)', 'Bob: of course'])
})

test('[PE8] an ignored request stays ignored, and can be accepted later', async () => {
  const { town, alice, bob } = await meet(4)
  await say(alice, bob, 'may I?')
  await town.time.advance(1_000)
  done(await bob.calls.decide({ person: alice.person, standing: 'ignored' }))
  await say(alice, bob, 'please')
  await town.time.advance(1_000)
  assert.equal((await viewOf(bob, alice))?.at, 'ignored')
  await bob.stop()
  await bob.start()
  await town.time.advance(30_000)
  assert.equal((await viewOf(bob, alice))?.at, 'ignored')
  done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
  await town.time.advance(1_000)
  assert.equal((await viewOf(bob, alice))?.at, 'open')
  assert.deepEqual(await storyOf(bob, alice), ['Alice: may I?', 'Alice: please'])
})

for (const count of [100, 400])
  test(`[PE9] of a request of ${count} messages, 64 events are taken in; once it is accepted, the rest arrives`, async () => {
    const { town, alice, bob } = await meet(5)
    for (let index = 0; index < count; index++) await say(alice, bob, `again ${index}`)
    await town.time.advance(60_000)
    // The events that found the conversation and make its key are of these.
    assert.equal((await linesOf(bob, alice)).length, REQUEST_EVENTS_MAX - 2)
    done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
    await town.time.advance(5_000)
    assert.equal((await linesOf(bob, alice)).length, count)
    const states = (await linesOf(alice, bob)).filter((line) => line.mine).map((line) => line.order.seq)
    assert.deepEqual(
      (await viewOf(alice, bob))?.progress.map(({ delivered }) => delivered),
      [Math.max(...states)],
    )
  })

test('[PE9] of a request 1 MiB is taken in; once it is accepted, the rest arrives', async () => {
  const { town, alice, bob } = await meet(7)
  const text = 'x'.repeat(60_000)
  for (let index = 0; index < 30; index++) await say(alice, bob, text)
  await town.time.advance(60_000)
  const kept = keptOf(bob, await conversationOf(bob, alice))
  assert.ok(kept.bytes > REQUEST_BYTES_MAX - 2 * text.length && kept.bytes <= REQUEST_BYTES_MAX, `${kept.bytes} bytes`)
  assert.deepEqual(new Set((await linesOf(bob, alice)).map(({ kind }) => kind)), new Set(['message']), 'without a gap')
  await bob.stop()
  await bob.start()
  await town.time.advance(60_000)
  assert.deepEqual(keptOf(bob, await conversationOf(bob, alice)), kept)
  done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
  await town.time.advance(5_000)
  assert.equal((await linesOf(bob, alice)).length, 30)
})

/** What a store holds of a conversation as it came: in chains, beside them, and as evidence. */
const keptOf = (home: Home, conversation: string): { readonly events: number; readonly bytes: number } => {
  const { contents } = home.store.snapshot()
  const sizes = [...contents.events.values()].filter((event) => event.conversation === conversation)
  const beside = [...(contents.records.get('conversation') ?? [])].filter(([key]) =>
    /\/(branch|fork)\//.test(key.replace(conversation, '')),
  )
  const all = [...sizes.map(({ bytes }) => bytes.length), ...beside.map(([, value]) => value.length)]
  return { events: all.length, bytes: all.reduce((sum, each) => sum + each, 0) }
}

test('[PE9] what lies beside a chain, and what further devices write, is of the same 64 events', async () => {
  const town = createTown(8)
  const alice = await town.home('Alice', { nearby: false })
  const [one, other] = [await createPuppet(town, 'Mallory', 1), await createPuppet(town, 'Mallory', 2, 1)]
  await one.meet(alice)
  const said = await one.say('hello')
  one.send(said)
  const [founding] = said
  assert.ok(founding)
  const { id: _id, bytes: _bytes, ...header } = founding
  let head = founding.id
  for (let index = 0; index < REQUEST_EVENTS_MAX / 2; index++) {
    const event = await one.sign({ ...header, seq: 2, prev: founding.id, control: [head], kind: 15, body: index })
    one.send([event])
    head = event.id
  }
  await town.time.advance(1_000)
  const { conversation } = founding
  const before = keptOf(alice, conversation)
  assert.equal(before.events, said.length + REQUEST_EVENTS_MAX / 2 + 1, 'the first branch is the evidence, too')

  await other.meet(alice)
  const joined = await join(other.pen(), { ...one.replica, me: { device: other.device, person: other.person } })
  const joining = await signWritten(other.pen(), joined)
  other.send(joining)
  let last = joining.at(-1) ?? assert.fail()
  for (let index = 0; index < REQUEST_EVENTS_MAX; index++) {
    const { author, seq, id } = last
    last = await other.sign({ ...header, author, seq: seq + 1, prev: id, control: [id], kind: 15, body: index })
    other.send([last])
  }
  await town.time.advance(1_000)
  assert.equal(keptOf(alice, conversation).events, REQUEST_EVENTS_MAX)
})

test('[PE10] so many requests may wait at one time; further strangers are not taken in until one was answered', async () => {
  const town = createTown(6)
  const alice = await town.home('Alice', { nearby: false })
  const ask = async (index: number) => {
    const stranger = await createPuppet(town, `Stranger ${index}`, index)
    await stranger.meet(alice)
    stranger.send(await stranger.say('may I?'))
    await town.time.advance(100)
    return stranger
  }
  for (let index = 1; index <= REQUESTS_MAX; index++) {
    const stranger = await ask(index)
    // Their places for links are needed by the others.
    stranger.link.close()
  }
  const requests = () => [...alice.screen.conversations.values()].filter(({ at }) => at === 'request').length
  assert.equal(requests(), REQUESTS_MAX)
  const late = await ask(REQUESTS_MAX + 1)
  assert.equal(requests(), REQUESTS_MAX)
  late.link.close()
  const [first] = alice.screen.conversations.values()
  done(await alice.calls.decide({ person: otherIn(first), standing: 'accepted' }))
  const later = await ask(REQUESTS_MAX + 2)
  await town.time.advance(1_000)
  assert.equal(alice.screen.people.get(later.person)?.standing, 'new')
  assert.equal(requests(), REQUESTS_MAX)
})
