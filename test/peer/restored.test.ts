import assert from 'node:assert/strict'
import test from 'node:test'
import { readEvent } from '../../src/core/event/event.ts'
import { readSealed } from '../../src/core/group/sealed.ts'
import { HEARING_MILLIS_MAX } from '../../src/peer/hearing.ts'
import { restoredPut } from '../../src/peer/restored.ts'
import type { Snapshot } from '../../src/store/memory.ts'
import { foundGroup, friends as acquainted, groupView, sayIn, wordsIn } from '../support/group.ts'
import { openMortalStore } from '../support/mortal-store.ts'
import { conversationOf, createTown, done, linesIn, say, storyOf, type Home, type Town } from '../support/town.ts'

const A_WHILE = 60_000

/** Alice and Bob, who have talked. */
const friends = async (seed: number) => {
  const town = createTown(seed)
  const alice = await town.home('Alice')
  const bob = await town.home('Bob')
  await town.time.advance(A_WHILE)
  await say(alice, bob, 'hi')
  await town.time.advance(2_000)
  await say(bob, alice, 'ho')
  await town.time.advance(2_000)
  return { town, alice, bob, conversation: await conversationOf(alice, bob) }
}

/** What a profile holds that was imported from an export of this state: its conversations are marked, and no mailbox is known. */
const imported = async (disk: Snapshot, conversations: readonly string[], now: number): Promise<Snapshot> => {
  const store = openMortalStore(disk)
  const mailboxes = await store.records('mailbox', '')
  await store.commit([
    ...mailboxes.map(({ key }) => ({ drop: 'record', space: 'mailbox', key }) as const),
    ...conversations.map((each) => restoredPut(each, now)),
  ])
  return store.snapshot()
}

/** Ends, and comes back as it was then. */
const comeBack = async (town: Town, home: Home, then: Snapshot, conversations: readonly string[]): Promise<void> => {
  if (home.running) await home.stop()
  await town.time.advance(A_WHILE)
  home.putBack(await imported(then, conversations, Math.floor(town.time.now())))
  await home.start()
}

const isMarked = async (home: Home, conversation: string): Promise<boolean> =>
  (await home.store.record('conversation', `${conversation}/restored`)) !== undefined

const eventsOf = async (home: Home, conversation: string, author: string) => {
  const held = await home.store.events({ conversation, author, from: 1, limit: 1_000, bytes: 1e9 })
  return held.flatMap(({ bytes }) => {
    const read = readEvent(bytes)
    return read.ok ? [read.value.event] : []
  })
}

/** The epochs under which a device sealed what one of the two holds of it, in order. */
const epochsOf = async (home: Home, conversation: string, author = home) => {
  const events = await eventsOf(home, conversation, author.device)
  return events.flatMap(({ body }) => readSealed(body)?.[0] ?? [])
}

const lastOf = <Item>(items: readonly Item[]): Item => items.at(-1) ?? assert.fail()

/** What Alice's disk was before both said some more. */
const goingOn = async (
  { town, alice, bob }: Awaited<ReturnType<typeof friends>>,
  texts: readonly string[],
  answered = true,
): Promise<Snapshot> => {
  await alice.stop()
  const then = alice.store.snapshot()
  await alice.start()
  await town.time.advance(A_WHILE)
  for (const text of texts) {
    await say(alice, bob, text)
    await town.time.advance(2_000)
    if (answered) await say(bob, alice, `${text}?`)
    await town.time.advance(2_000)
  }
  return then
}

/** Nobody signed two events with one number, or sealed two under one key; both hold the same of everybody. */
const assertOneChain = async (homes: readonly Home[], conversation: string): Promise<void> => {
  for (const home of homes) {
    const lines = await linesIn(home, conversation)
    assert.deepEqual(
      lines.filter(({ kind }) => kind === 'forked' || kind === 'gap'),
      [],
      home.name,
    )
    for (const author of homes) {
      const [here, there] = [
        await eventsOf(home, conversation, author.device),
        await eventsOf(author, conversation, author.device),
      ]
      assert.deepEqual(
        here.map(({ id }) => id),
        there.map(({ id }) => id),
        `${home.name} holds another chain of ${author.name}`,
      )
      const keys = here.flatMap(({ body }) => {
        const sealed = readSealed(body)
        return sealed ? [`${sealed[0]}/${sealed[1]}`] : []
      })
      assert.equal(new Set(keys).size, keys.length, `${author.name} sealed twice under one key`)
    }
  }
}

test('[EX19] a restored conversation waits for the other before anything is written, and says for whom', async () => {
  const { town, alice, bob, conversation } = await friends(1)
  await bob.stop()
  const before = (await eventsOf(alice, conversation, alice.device)).length
  await alice.stop()
  await comeBack(town, alice, alice.store.snapshot(), [conversation])
  await town.time.advance(A_WHILE)
  const refused = await alice.calls.say({ conversation, text: 'anybody?' })
  assert.deepEqual(refused, { ok: false, refusal: { kind: 'restoring', name: 'Bob' } })
  const last = (await linesIn(alice, conversation)).at(-1) ?? assert.fail()
  done(await alice.calls.read({ conversation, upTo: last.order }))
  await town.time.advance(A_WHILE)
  assert.equal((await eventsOf(alice, conversation, alice.device)).length, before)
  assert.ok(await isMarked(alice, conversation))
  await bob.start()
  await town.time.advance(A_WHILE)
  assert.equal(await isMarked(alice, conversation), false)
  await say(alice, bob, 'there you are')
  await town.time.advance(A_WHILE)
  assert.equal((await storyOf(bob, alice)).at(-1), 'Alice: there you are')
  await assertOneChain([alice, bob], conversation)
})

test('[EX20] [EX200] what the device wrote after it was exported comes back from the other, and its chain goes on behind it', async () => {
  const pair = await friends(2)
  const { town, alice, bob, conversation } = pair
  const then = await goingOn(pair, ['one', 'two'])
  await say(alice, bob, 'three')
  await town.time.advance(A_WHILE)
  const written = await eventsOf(alice, conversation, alice.device)
  await comeBack(town, alice, then, [conversation])
  const early = alice.calls.say({ conversation, text: 'early' })
  await town.time.advance(A_WHILE)
  done(await early)
  assert.equal(await isMarked(alice, conversation), false)
  const back = await eventsOf(alice, conversation, alice.device)
  assert.deepEqual(
    back.slice(0, written.length).map(({ id }) => id),
    written.map(({ id }) => id),
  )
  await say(alice, bob, 'I am back')
  await town.time.advance(2_000)
  await say(bob, alice, 'good')
  await town.time.advance(A_WHILE)
  const ofBob = ['Bob: one?', 'Bob: two?', 'Bob: good']
  const seen = await storyOf(alice, bob)
  assert.deepEqual(
    seen.filter((line) => ofBob.includes(line)),
    ofBob,
  )
  assert.deepEqual((await storyOf(bob, alice)).slice(-3), ['Alice: early', 'Alice: I am back', 'Bob: good'])
  // Some of the own words were said under keys that were made since, and are gone.
  assert.deepEqual(
    seen.filter((line) => line === 'Bob: (sealed)'),
    [],
  )
  assert.ok(seen.includes('Alice: (sealed)'))
  assert.ok(seen.includes('Alice: I am back'))
  await assertOneChain([alice, bob], conversation)
})

test('[EX21] no message key is used a second time: what comes back under old keys is opened, and the next message has a new one', async () => {
  const { town, alice, bob, conversation } = await friends(3)
  await say(alice, bob, 'mine')
  await town.time.advance(2_000)
  await alice.stop()
  const then = alice.store.snapshot()
  await alice.start()
  for (const text of ['one', 'two', 'three']) await say(alice, bob, text)
  await town.time.advance(A_WHILE)
  await comeBack(town, alice, then, [conversation])
  await town.time.advance(A_WHILE)
  // All of it was said under the epoch of before, whose keys were in the export.
  assert.deepEqual((await storyOf(alice, bob)).slice(-3), ['Alice: one', 'Alice: two', 'Alice: three'])
  const used = new Set(await epochsOf(alice, conversation))
  await say(alice, bob, 'four')
  await town.time.advance(A_WHILE)
  assert.equal(used.has(lastOf(await epochsOf(bob, conversation, alice))), false)
  assert.deepEqual((await storyOf(bob, alice)).slice(-2), ['Alice: three', 'Alice: four'])
  await assertOneChain([alice, bob], conversation)
})

test('[EX21] a restored device that had written nothing since makes a new key all the same', async () => {
  const { town, alice, bob, conversation } = await friends(4)
  await say(alice, bob, 'mine')
  await town.time.advance(A_WHILE)
  await alice.stop()
  await comeBack(town, alice, alice.store.snapshot(), [conversation])
  await town.time.advance(A_WHILE)
  const used = new Set(await epochsOf(alice, conversation))
  await say(alice, bob, 'again mine')
  await town.time.advance(A_WHILE)
  assert.equal(used.has(lastOf(await epochsOf(bob, conversation, alice))), false)
  await assertOneChain([alice, bob], conversation)
})

test('[EX20] [EX200] in a group any member brings back what the device wrote, and until then what is changed there waits', async () => {
  const town = createTown(5)
  const homes = await acquainted(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as readonly [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Tea', others: [ben, cid] })
  await sayIn(ann, group, 'tea?')
  await town.time.advance(A_WHILE)
  await ann.stop()
  const then = ann.store.snapshot()
  await ann.start()
  await town.time.advance(A_WHILE)
  await sayIn(ann, group, 'at four')
  done(await ann.calls.retitle({ conversation: group, title: 'Tea at four' }))
  await town.time.advance(2_000)
  await sayIn(ben, group, 'yes')
  await town.time.advance(A_WHILE)
  await ben.stop()
  await comeBack(town, ann, then, [group])
  const early = ann.calls.retitle({ conversation: group, title: 'Coffee' })
  await town.time.advance(A_WHILE)
  done(await early)
  assert.equal(await isMarked(ann, group), false)
  await sayIn(ann, group, 'back')
  await ben.start()
  await town.time.advance(A_WHILE)
  await sayIn(ben, group, 'hello')
  await town.time.advance(A_WHILE)
  for (const home of homes)
    assert.deepEqual(await wordsIn(home, group, homes), [
      'Ann: tea?',
      'Ann: at four',
      'Ben: yes',
      'Ann: back',
      'Ben: hello',
    ])
  assert.equal(groupView(ann, group).title, 'Coffee')
  await assertOneChain(homes, group)
})

test('[EX22] a receipt of before says nothing; one of since is as good as a link', async () => {
  const town = createTown(6)
  const server = town.serve()
  const [alice, bob] = [await town.home('Alice', { nearby: false }), await town.home('Bob', { nearby: false })]
  for (const home of [alice, bob]) done(await home.calls.useServers({ addresses: [server] }))
  await town.time.advance(A_WHILE)
  const saying = say(alice, bob, 'hi')
  await town.time.advance(2_000)
  await saying
  await say(bob, alice, 'ho')
  await town.time.advance(A_WHILE)
  const conversation = await conversationOf(alice, bob)
  // Bob takes this from the server, and leaves a receipt there.
  await bob.stop()
  await town.time.advance(A_WHILE)
  await say(alice, bob, 'one')
  await town.time.advance(A_WHILE)
  await alice.stop()
  const then = alice.store.snapshot()
  await bob.start()
  await town.time.advance(A_WHILE)
  await bob.stop()
  await alice.start()
  await town.time.advance(A_WHILE)
  await say(alice, bob, 'two')
  await town.time.advance(A_WHILE)
  await comeBack(town, alice, then, [conversation])
  await town.time.advance(A_WHILE)
  // The receipt is there, and so is what Alice left there herself.
  assert.equal((await storyOf(alice, bob)).at(-1), 'Alice: two')
  assert.ok(await isMarked(alice, conversation))
  await alice.stop()
  await bob.start()
  await town.time.advance(A_WHILE)
  await bob.stop()
  await alice.start()
  await town.time.advance(A_WHILE)
  assert.equal(await isMarked(alice, conversation), false)
  await say(alice, bob, 'three')
  await town.time.advance(A_WHILE)
  await alice.stop()
  await bob.start()
  await town.time.advance(A_WHILE)
  assert.deepEqual((await storyOf(bob, alice)).slice(-3), ['Alice: one', 'Alice: two', 'Alice: three'])
  await assertOneChain([alice, bob], conversation)
})

test('[EX20] a peer that is killed while its events come back waits on, and goes on behind all of them', async () => {
  const pair = await friends(7)
  const { town, alice, bob, conversation } = pair
  const then = await goingOn(pair, ['one', 'two', 'three'])
  await comeBack(town, alice, then, [conversation])
  for (let commit = 1; commit <= 6; commit++) {
    alice.store.dieAt(alice.store.commits + commit, commit % 2 === 0 ? 'before' : 'after', () => alice.crash())
    await town.time.advance(A_WHILE)
    alice.crash()
    await alice.start()
  }
  await town.time.advance(A_WHILE)
  assert.equal(await isMarked(alice, conversation), false)
  await say(alice, bob, 'back')
  await town.time.advance(A_WHILE)
  const ofBob = (await storyOf(alice, bob)).filter((line) => line.startsWith('Bob: ') && line.endsWith('?'))
  assert.deepEqual(ofBob, ['Bob: one?', 'Bob: two?', 'Bob: three?'])
  assert.equal((await storyOf(bob, alice)).at(-1), 'Alice: back')
  await assertOneChain([alice, bob], conversation)
})

/** Ends, and comes back with a copy of its disk from then: nothing in it says that it is one. */
const setBack = async (town: Town, home: Home, then: Snapshot): Promise<void> => {
  if (home.running) await home.stop()
  home.putBack(then)
  await home.start()
  await town.time.advance(A_WHILE)
}

test('[EX23] a device whose folder was put back from an older copy goes on behind what it had written, under new keys', async () => {
  for (const answered of [true, false]) {
    const pair = await friends(8)
    const { town, alice, bob, conversation } = pair
    const then = await goingOn(pair, ['one', 'two', 'three'], answered)
    await setBack(town, alice, then)
    assert.equal(await isMarked(alice, conversation), false)
    const used = new Set(await epochsOf(alice, conversation))
    await say(alice, bob, 'back')
    await town.time.advance(2_000)
    assert.equal(used.has(lastOf(await epochsOf(bob, conversation, alice))), false, 'said under a new key')
    await say(bob, alice, 'welcome')
    await town.time.advance(A_WHILE)
    assert.deepEqual((await storyOf(bob, alice)).slice(-2), ['Alice: back', 'Bob: welcome'])
    assert.deepEqual((await storyOf(alice, bob)).slice(-2), ['Alice: back', 'Bob: welcome'])
    await assertOneChain([alice, bob], conversation)
  }
})

test('[EX24] what was written offline under a number that the other has for something else is not delivered', async () => {
  const pair = await friends(11)
  const { town, alice, bob, conversation } = pair
  const then = await goingOn(pair, ['one', 'two'], false)
  await alice.stop()
  await bob.stop()
  alice.putBack(then)
  await alice.start()
  const line = await say(alice, bob, 'lost')
  await bob.start()
  const deliveries = new Set<string>()
  for (let second = 0; second < 60; second += 1) {
    await town.time.advance(1_000)
    const [to] = done(await alice.calls.delivery({ conversation, line }))
    deliveries.add(to?.delivery ?? 'nobody')
  }
  assert.equal((await storyOf(bob, alice)).includes('Alice: lost'), false)
  assert.deepEqual([deliveries.has('delivered'), deliveries.has('read')], [false, false])
})

/** Says it in the very moment of the start, before anything has been heard: answers how long that took. */
const sayAtOnce = async (town: Town, home: Home, conversation: string, text: string): Promise<number> => {
  await home.start()
  const begun = town.time.now()
  const ended: number[] = []
  const saying = home.calls.say({ conversation, text }).then((said) => {
    ended.push(town.time.now() - begun)
    return said
  })
  for (let step = 0; step < 60 && ended.length === 0; step += 1) await town.time.advance(100)
  done(await saying)
  return ended[0] ?? assert.fail()
}

test('[EX200] what is said in the moment of the start goes on behind what was written before the disk was put back', async () => {
  for (const answered of [true, false]) {
    const pair = await friends(12)
    const { town, alice, bob, conversation } = pair
    const then = await goingOn(pair, ['one', 'two', 'three'], answered)
    await alice.stop()
    alice.putBack(then)
    assert.ok((await sayAtOnce(town, alice, conversation, 'back')) < HEARING_MILLIS_MAX)
    await town.time.advance(A_WHILE)
    assert.equal((await storyOf(bob, alice)).at(-1), 'Alice: back')
    await assertOneChain([alice, bob], conversation)
  }
})

test('[EX200] where nobody is there to be heard, the wait is short, and what is said later does not wait', async () => {
  const { town, alice, bob, conversation } = await friends(13)
  await alice.stop()
  await bob.stop()
  assert.ok((await sayAtOnce(town, alice, conversation, 'anybody?')) <= HEARING_MILLIS_MAX)
  // Time stands still: this answers without any of it.
  await say(alice, bob, 'nobody')
  await town.time.advance(A_WHILE)
  await bob.start()
  await town.time.advance(A_WHILE)
  assert.deepEqual((await storyOf(bob, alice)).slice(-2), ['Alice: anybody?', 'Alice: nobody'])
})
