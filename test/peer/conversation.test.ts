import assert from 'node:assert/strict'
import test from 'node:test'
import type { Plain } from '../../src/core/bytes/cbor.ts'
import { toHex } from '../../src/core/bytes/hex.ts'
import { openEvent, readEvent, type SignedEvent } from '../../src/core/event/event.ts'
import { isControl, KIND } from '../../src/core/event/kinds.ts'
import { rekey } from '../../src/core/group/rekey.ts'
import type { Content } from '../../src/core/timeline/content.ts'
import { HELD_BACK_MAX, HELD_BACK_OF_REQUEST_MAX } from '../../src/peer/held-back.ts'
import { HELD_BACK_FROM_ONE_MAX, HeldBackTally } from '../../src/peer/held-back-tally.ts'
import { BRANCH_BYTES_MAX, BRANCH_EVENTS_MAX } from '../../src/peer/holdings.ts'
import { createDevice, createPerson } from '../core/group/device.ts'
import { forge } from '../core/group/forge.ts'
import { conversationOf, crypto, group } from './stage.ts'

test('[GP17] events that build on others which are not here wait, are shown as waiting, and count against nobody', async () => {
  const { ann, here } = await group()
  await ann.says('one')
  await ann.says('two')
  const [founding, ...rest] = ann.wrote
  assert.deepEqual(await here.hear(rest), { refused: 0, waiting: rest.length })
  assert.deepEqual([here.conversation.heldBack, here.told()], [rest.length, rest.length])
  assert.deepEqual(await here.lines(), [])
  assert.deepEqual(await here.hear(founding ? [founding] : []), { refused: 0, waiting: 0 })
  assert.deepEqual([here.conversation.heldBack, here.told()], [0, 0])
  assert.deepEqual(await here.lines(), ['change', 'one', 'two'])
})

test('[GP17] no more wait than there is room for; what found none comes again', async () => {
  const { ann, here } = await group()
  const before = ann.wrote.length
  for (let index = 0; index < HELD_BACK_MAX.events + 10; index++) await ann.marks()
  const marks = ann.wrote.slice(before)
  assert.deepEqual(await here.hear(marks), { refused: 0, waiting: marks.length })
  assert.equal(here.conversation.heldBack, HELD_BACK_MAX.events)
  // The same ones again take no more room.
  await here.hear(marks)
  assert.equal(here.conversation.heldBack, HELD_BACK_MAX.events)
  for (let from = 0; from < ann.wrote.length; from += 200) await here.hear(ann.wrote.slice(from, from + 200))
  assert.equal(here.conversation.heldBack, 0)
  assert.equal(here.conversation.vector.get(ann.id), ann.wrote.length)
})

test('[GP17] what waited is not lost when the disk refuses what it waited for', async () => {
  const { ann, here } = await group()
  await ann.says('one')
  const [founding, ...rest] = ann.wrote
  assert.ok(founding)
  await here.hear(rest)
  here.store.failNext({ kind: 'full' })
  await assert.rejects(here.hear([founding]))
  assert.equal(here.conversation.heldBack, rest.length)
  await here.hear([founding])
  assert.equal(here.conversation.heldBack, 0)
  assert.deepEqual(await here.lines(), ['change', 'one'])
})

test('[GP17] what needs several that are not here waits for all of them, also when the disk refuses one', async () => {
  const { ann, here } = await group()
  const [founding, ...rest] = ann.wrote
  assert.ok(founding)
  const control = ann.wrote.flatMap(({ id, kind }) => (isControl(kind) ? [id] : [])).toSorted()
  assert.ok(control.length > 2)
  await here.hear([await forge(ann, { kind: KIND.sealed, body: null, header: { control } })])
  here.store.failNext({ kind: 'full' })
  await assert.rejects(here.hear([founding]))
  await here.hear(rest)
  await here.hear([founding])
  assert.equal(here.conversation.heldBack, 0)
  assert.deepEqual(here.conversation.missing, [])
})

test('[GP40] of a conversation that was not accepted little waits, and more counts against who sent it', async () => {
  const { ann, ben } = await group()
  const here = await conversationOf(ben, ann.replica.conversation, { openness: 'request' })
  const { events } = HELD_BACK_OF_REQUEST_MAX
  const before = ann.wrote.length
  for (let index = 0; index < events + 32; index++) await ann.marks()
  assert.deepEqual(await here.hear(ann.wrote.slice(before)), { refused: 2, waiting: events })
  assert.equal(here.conversation.heldBack, events)
  const large = await forge(ann, { kind: 15, body: new Uint8Array(HELD_BACK_OF_REQUEST_MAX.bytes) })
  const there = await conversationOf(ben, ann.replica.conversation, { openness: 'request' })
  assert.deepEqual(await there.hear([large]), { refused: 1 / 16, waiting: 0 })
})

test('[GP40] what one device has waiting is bounded over all conversations, until it is let go of', async () => {
  const { ann, ben } = await group()
  const heldBackTally = new HeldBackTally()
  const before = ann.wrote.length
  for (let index = 0; index < HELD_BACK_MAX.events; index++) await ann.marks()
  const marks = ann.wrote.slice(before)
  const heres: Awaited<ReturnType<typeof conversationOf>>[] = []
  for (let index = 0; index < 3; index++)
    heres.push(await conversationOf(ben, ann.replica.conversation, { heldBackTally }))
  for (const here of heres) await here.hear(marks)
  const waiting = () => heres.map(({ conversation }) => conversation.heldBack)
  assert.deepEqual(waiting(), [HELD_BACK_MAX.events, HELD_BACK_FROM_ONE_MAX.events - HELD_BACK_MAX.events, 0])
  await heres[2]?.hear(marks.slice(0, 10), 'bb'.repeat(32))
  assert.equal(waiting()[2], 10, 'of another device')
  heres[0]?.conversation.letGo()
  await heres[2]?.hear(marks.slice(10))
  assert.deepEqual(waiting(), [0, HELD_BACK_MAX.events, HELD_BACK_MAX.events])
})

test('[GP41] a control event has only that looked at which waits for it, and of what was made up one is looked up', async () => {
  const { ann, here } = await group()
  const [founding, ...rest] = ann.wrote
  assert.ok(founding)
  await here.hear([founding])
  const events: SignedEvent[] = []
  for (let index = 0; index < 100; index++) {
    const control = Array.from({ length: 100 }, () => toHex(ann.random(32))).toSorted()
    events.push(await forge(ann, { kind: KIND.sealed, body: null, header: { seq: index + 100, control } }))
  }
  const lookups = async (run: () => Promise<unknown>): Promise<number> => {
    const { record } = here.store
    let asked = 0
    here.store.record = (...key) => {
      asked += 1
      return record(...key)
    }
    await run()
    here.store.record = record
    return asked
  }
  const first = await lookups(() => here.hear(events))
  assert.ok(first <= 2 * events.length, `${first} lookups`)
  assert.equal(here.conversation.heldBack, events.length)
  const then = await lookups(() => here.hear(rest))
  assert.ok(then <= 10 * rest.length, `${then} lookups`)
  assert.ok(here.conversation.missing.length >= events.length, 'each is asked for')
})

test('[PE80] beside the chain of who forked no more is kept than a copy writes before it notices', async () => {
  const { ann, here } = await group()
  await here.hear(ann.wrote)
  const beside = async () => (await here.store.records('conversation', `${here.conversation.id}/branch/`)).length
  const [founding] = ann.wrote
  assert.ok(founding)
  const header = { seq: 2, prev: founding.id, control: [founding.id] }
  const fork = (index: number) => forge(ann, { kind: 15, body: index, header })
  const forks: SignedEvent[] = []
  for (let index = 0; index < BRANCH_EVENTS_MAX + 10; index++) forks.push(await fork(index))
  assert.deepEqual(await here.hear(forks.slice(0, 10)), { refused: 0, waiting: 0 })
  assert.deepEqual([await beside(), (await here.lines()).filter((line) => line === 'forked').length], [10, 1])
  // What the disk refused takes no room.
  here.store.failNext({ kind: 'full' })
  await assert.rejects(here.hear(forks.slice(10)))
  assert.deepEqual(await here.hear(forks.slice(10)), { refused: 10, waiting: 0 })
  assert.equal(await beside(), BRANCH_EVENTS_MAX)
  const large = await forge(ann, { kind: 15, body: new Uint8Array(BRANCH_BYTES_MAX / 16), header })
  assert.deepEqual(await here.hear([large]), { refused: 1, waiting: 0 })
  await ann.says('on we go')
  await here.hear(ann.wrote)
  assert.equal((await here.lines()).at(-1), 'on we go')
})

test('[PE80] nor more bytes than that', async () => {
  const { ann, here } = await group()
  await here.hear(ann.wrote)
  const [founding] = ann.wrote
  assert.ok(founding)
  const header = { seq: 2, prev: founding.id, control: [founding.id] }
  const outcomes: number[] = []
  for (let index = 0; index < 9; index++) {
    const body = new Uint8Array(BRANCH_BYTES_MAX / 8 + 1).fill(index)
    outcomes.push((await here.hear([await forge(ann, { kind: 15, body, header })])).refused)
  }
  assert.deepEqual(outcomes, [0, 0, 0, 0, 0, 0, 0, 1, 1])
})

test('[PE31] a complaint that the disk refused is made when the disk takes it', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  const had = ann.wrote.length
  await ann.says('read')
  await here.hear(ann.wrote.slice(had))
  // An epoch that Ben cannot open, as his key for it is another's.
  const written = await rekey(ann.pen, ann.replica)
  if (!written.ok) throw new Error(written.refusal.kind)
  const body = written.value.events.at(-1)?.event.body as readonly Plain[]
  const slots = (body[5] as readonly (readonly [Uint8Array, Uint8Array, Plain])[]).map(
    ([device, key, sealed]) => [device, key.map((byte) => byte ^ 1), sealed] as const,
  )
  const closed = await forge(ann, { kind: KIND.epoch, body: body.with(5, slots) })
  const before = here.conversation.vector.get(ben.id) ?? 0
  here.store.failNext({ kind: 'full' })
  await assert.rejects(here.hear([closed]))
  await here.hear([closed])
  assert.equal(here.conversation.vector.get(ben.id) ?? 0, before + 1)
})

test('[GP19] a member who seals one epoch to two secrets is shown, and the others go on without it', async () => {
  const { ann, ben, here } = await group()
  const mal = await createDevice(crypto, await createPerson(crypto, 'Mal'))
  await ann.adds(mal)
  mal.watches(ann)
  await mal.hears(ann.wrote)
  await here.hear(ann.wrote)
  // Two epochs for the same members; the slot of Ben in the one is that of the other.
  const bodyOf = async (): Promise<readonly Plain[]> => {
    const written = await rekey(mal.pen, mal.replica)
    if (!written.ok) throw new Error(written.refusal.kind)
    return written.value.events.at(-1)?.event.body as readonly Plain[]
  }
  const [one, other] = [await bodyOf(), await bodyOf()]
  const slotsOf = (body: readonly Plain[]) => body[5] as readonly (readonly [Uint8Array, ...Plain[]])[]
  const isBens = ([device]: readonly [Uint8Array, ...Plain[]]): boolean => toHex(device) === ben.id
  const slots = slotsOf(one).map((slot) => (isBens(slot) ? (slotsOf(other).find(isBens) ?? slot) : slot))
  const split = await forge(mal, { kind: KIND.epoch, body: one.with(5, slots) })
  await here.hear([split])
  assert.equal((await here.lines()).at(-1), 'split')
  const said = await here.conversation.say({ kind: 'text', text: 'I see', reply: null }, { speech: true })
  assert.equal(said.ok, true)
  assert.deepEqual((await here.lines()).slice(-2), ['split', 'I see'])
})

/** Ben's own events, and how many signatures they share. */
const ownOf = async (
  { store, conversation }: Awaited<ReturnType<typeof conversationOf>>,
  author: string,
  from: number,
) => {
  const place = { conversation: conversation.id, author, from }
  const events = await store.events({ ...place, limit: 100, bytes: Number.MAX_SAFE_INTEGER })
  const signatures = events.map(({ bytes }) => {
    const read = readEvent(bytes)
    return read.ok ? toHex(read.value.proof.signature) : 'unreadable'
  })
  for (const { bytes } of events) assert.equal((await openEvent(crypto, bytes)).ok, true)
  return { events, signatures: new Set(signatures).size }
}

test('[PE71] what a device writes in one batch is signed together, and reads as what was signed alone', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  const says = (text: string) => here.conversation.say({ kind: 'text', text, reply: null }, { speech: true })
  await says('first')
  const from = (here.conversation.vector.get(ben.id) ?? 0) + 1
  const texts = Array.from({ length: 19 }, (_, index) => `text ${index}`)
  await Promise.all(texts.map(says))
  const { events, signatures } = await ownOf(here, ben.id, from)
  assert.deepEqual([events.length, signatures], [19, 2], 'sixteen and three')
  assert.deepEqual((await here.lines()).slice(-19), texts)
})

test('[PE71] a line that one batch changes several times is as it was changed last', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  const say = (content: Content) => here.conversation.say(content, { speech: true })
  const said = await say({ kind: 'text', text: 'one', reply: null })
  assert.ok(said.ok)
  const target = said.value.id
  const from = said.value.seq + 1
  await Promise.all([
    say({ kind: 'edit', target, text: 'two' }),
    say({ kind: 'text', text: 'another', reply: target }),
    say({ kind: 'edit', target, text: 'three' }),
  ])
  assert.deepEqual((await here.lines()).slice(-2), ['three', 'another'])
  assert.equal((await ownOf(here, ben.id, from)).events.length, 3)
})

test('[PE71] of what is forgotten in the batch that said it, nothing stays but the event', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  const [said] = await Promise.all([
    here.conversation.say({ kind: 'text', text: 'gone', reply: null }, { speech: true }),
    here.conversation.forget([]),
  ])
  assert.ok(said.ok)
  assert.deepEqual(await here.lines(), [])
  const { events } = await ownOf(here, ben.id, said.value.seq)
  assert.deepEqual([events.length, events[0]?.content], [1, undefined])
})

test('[PE71] what falls in the batch that wrote it is signed, goes out once and in order, and does not count', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  const says = (text: string) => here.conversation.say({ kind: 'text', text, reply: null }, { speech: true })
  await says('heard')
  const { events: own } = await ownOf(here, ben.id, 1)
  await ann.hears(own.map(({ bytes }) => opened(bytes)))
  const removal = await ann.removes(ben)
  const from = here.kept.length
  const [one, two] = await Promise.all([says('one'), says('two'), here.hear(removal)])
  assert.ok(one.ok && two.ok)
  assert.equal(here.kept.length, from + 1, 'in one batch')
  assert.deepEqual((await here.lines()).toSorted(), ['change', 'change', 'heard', 'void', 'void'])
  const { events, signatures } = await ownOf(here, ben.id, one.value.seq)
  const left = here.kept.slice(from).flatMap(({ fresh }) => fresh)
  assert.deepEqual(
    left.filter(({ author }) => author === ben.id).map(({ bytes }) => bytes),
    events.map(({ bytes }) => bytes),
  )
  assert.deepEqual([events.length, signatures], [2, 1])
})

test('[PE71] edits and reactions of one batch share a signature too', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  const say = (content: Content) => here.conversation.say(content, { speech: true })
  const lines = await Promise.all(['a', 'b', 'c', 'd'].map((text) => say({ kind: 'text', text, reply: null })))
  const targets = lines.map((line) => (line.ok ? line.value.id : assert.fail()))
  const from = (here.conversation.vector.get(ben.id) ?? 0) + 1
  await Promise.all(targets.map((target) => say({ kind: 'edit', target, text: 'edited' })))
  assert.deepEqual((await here.lines()).slice(-4), Array(4).fill('edited'))
  const { events, signatures } = await ownOf(here, ben.id, from)
  assert.deepEqual([events.length, signatures], [4, 1])
})

const opened = (bytes: Uint8Array): SignedEvent => {
  const read = readEvent(bytes)
  assert.ok(read.ok)
  return read.value.event
}

const outcomeOf = async ({ conversation }: Awaited<ReturnType<typeof conversationOf>>) => {
  const said = await conversation.say({ kind: 'text', text: 'mine', reply: null }, { speech: true })
  return said.ok ? said.value.seq : said.refusal.kind
}

test('[EX23] of the own events that come back some are missing: nothing is written until they are here', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  // The same device, before its disk was put back to an older state.
  await ben.watches(ann).hears(ann.wrote)
  for (const text of ['one', 'two', 'three', 'four']) await ben.says(text)
  const [first, second, ...rest] = ben.wrote
  assert.ok(first && second && rest.length > 2)
  const says = () => outcomeOf(here)
  await here.conversation.learnt(ann.id, new Map([[ben.id, 1]]))
  assert.deepEqual(await here.hear([first, ...rest]), { refused: 0, waiting: 0 })
  assert.equal(await says(), 'restoring')
  await here.hear([second])
  assert.equal(await here.store.record('conversation', `${here.conversation.id}/restored`), undefined)
  assert.ok(Number(await says()) > ben.wrote.length, 'behind all of it')
})

test('[EX23] what others say to hold of this device is waited for, once one such event has come', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  await ben.watches(ann).hears(ann.wrote)
  for (const text of ['one', 'two', 'three']) await ben.says(text)
  const says = () => outcomeOf(here)
  await here.conversation.learnt(ann.id, new Map([[ben.id, ben.wrote.length]]))
  await here.hear(ben.wrote.slice(0, 2))
  assert.equal(await says(), 'restoring')
  await here.hear(ben.wrote.slice(2))
  assert.ok(Number(await says()) > ben.wrote.length, 'behind all of it')
})

test('[EX23] a number that somebody names, without an event that proves it, stops nobody from writing', async () => {
  const { ann, here } = await group()
  await here.hear(ann.wrote)
  await here.conversation.learnt(ann.id, new Map([[here.conversation.replica.me.device, 1_000]]))
  assert.equal(typeof (await outcomeOf(here)), 'number')
})

test('[EX23] own events that a server brings say nothing of those that it does not hold', async () => {
  const { ann, ben, here } = await group()
  await here.hear(ann.wrote)
  await ben.watches(ann).hears(ann.wrote)
  for (const text of ['one', 'two']) await ben.says(text)
  await here.hear(ben.wrote.slice(0, 1))
  assert.equal(await outcomeOf(here), 'restoring')
  await here.conversation.learnt(ann.id, new Map([[ben.id, ben.wrote.length]]))
  assert.equal(await outcomeOf(here), 'restoring')
  await here.hear(ben.wrote.slice(1))
  assert.ok(Number(await outcomeOf(here)) > ben.wrote.length)
})
