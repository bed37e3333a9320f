import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import { AUTHORS_MAX } from '../../../src/core/event/graph.ts'
import { digestOf } from '../../../src/core/sync/digest.ts'
import { encodeFrame, readFrame, REQUEST_BYTES_MAX, type Vector } from '../../../src/core/sync/frame.ts'
import { PLACES_MAX, REQUESTS_MAX } from '../../../src/core/sync/session.ts'
import { EARLY_MAX, tagOf } from '../../../src/core/sync/talking.ts'
import { CONVERSATION, createIdentity, createLink, settle, type Side } from './sides.ts'

const [alice, bob] = (await Promise.all(['Alice', 'Bob'].map(createIdentity))) as [Identity, Identity]
type Identity = Awaited<ReturnType<typeof createIdentity>>
const carol = 'ca'.repeat(32)

/** Two who greeted each other, and share nothing yet. */
const strangers = (): readonly [Side, Side] => {
  const sides = createLink(alice, bob)
  for (const side of sides) side.shares = false
  settle(sides)
  return sides
}

const talkOf = ({ session }: Side) => (session.at === 'talking' ? session.talk : assert.fail())
const tag = (side: Side, conversation = CONVERSATION): Hex => tagOf(talkOf(side).binding, conversation)
const vectorsOf = (count: number): readonly { conversation: Hex; vector: Vector }[] =>
  Array.from({ length: count }, (_, at) => ({
    conversation: at.toString(16).padStart(64, '0'),
    vector: new Map([[alice.device, at + 1]]),
  }))

test('[SY15] a digest stands for a vector whatever its order, and another vector has another', () => {
  const vector = new Map([
    [alice.device, 7],
    [bob.device, 3],
  ])
  const digest = digestOf(vector)
  assert.equal(digestOf(new Map([...vector].toReversed())), digest)
  assert.equal(digestOf(new Map([...vector, [carol, 0]])), digest)
  assert.notEqual(digestOf(new Map([...vector, [carol, 1]])), digest)
  assert.notEqual(digestOf(new Map([...vector, [bob.device, 4]])), digest)
})

test('[SY15] who hold the same open with one frame each, say nothing more, and know that the other holds it', () => {
  const sides = createLink(alice, bob)
  for (const side of sides) for (const author of [alice.device, carol]) side.hold(author, 100)
  settle(sides)
  for (const side of sides) {
    assert.deepEqual(side.sent, { hello: 1, digests: 1 })
    assert.deepEqual(side.learnt, side.vector)
    assert.equal(side.loaded, 0)
  }
  sides[0].write(alice.device, 100, false)
  settle(sides)
  assert.deepEqual(sides[0].sent, { hello: 1, digests: 1, events: 1 })
  assert.deepEqual(sides[1].sent, { hello: 1, digests: 1, have: 1 })
})

test('[SY15] a thousand conversations in which nothing is new take one frame on each side', () => {
  const sides = strangers()
  for (const side of sides) side.feed({ kind: 'share', conversations: vectorsOf(1_000) })
  settle(sides)
  for (const { sent } of sides) assert.deepEqual(sent, { hello: 1, digests: 1 })
  for (const side of sides) assert.ok([...talkOf(side).exchanges.values()].every(({ theirs }) => theirs?.size === 1))
})

test('[SY15] who opens later and holds something else names it at once', () => {
  const [hers, his] = strangers()
  hers.hold(alice.device, 100)
  hers.share()
  settle([hers, his])
  his.share()
  settle([hers, his])
  assert.equal(his.sent['digests'], undefined)
  assert.deepEqual([hers.sent['have'], hers.sent['events']], [1, 1])
  assert.deepEqual([...his.vector], [[alice.device, 1]])
})

test('[SY15] what came between a digest and its answer is sent, and the digest counts for what it stood for', () => {
  const [hers, his] = createLink(alice, bob)
  for (const side of [hers, his]) side.hold(carol, 100)
  // Both have opened, and neither has heard the other yet.
  for (const side of [hers, his]) side.hear()
  hers.write(alice.device, 100, false)
  his.write(bob.device, 100, true)
  settle([hers, his])
  assert.deepEqual([hers.repeated, his.repeated], [0, 0])
  assert.deepEqual(hers.vector.get(bob.device), 1)
  assert.deepEqual(his.vector.get(alice.device), 1)
  assert.deepEqual(new Map(hers.learnt), new Map(his.vector))
})

test('[SY16] an acknowledgement names what is new alone, however many authors there are', () => {
  const sides = createLink(alice, bob)
  const authors = Array.from({ length: 500 }, (_, at) => at.toString(16).padStart(64, '0'))
  for (const side of sides) for (const author of authors) side.hold(author, 100)
  settle(sides)
  const sizes: number[] = []
  const inbox = sides[0].inbox
  sides[0].write(authors[7] as Hex, 100, false)
  while (sides[1].inbox.length > 0) sides[1].hear()
  sides[1].finishDelivery()
  for (const bytes of inbox) sizes.push(bytes.length)
  settle(sides)
  assert.deepEqual([sizes.length, (sizes[0] ?? 0) < 100], [1, true])
  assert.equal(sides[0].learnt.size, 500)
  assert.equal(sides[0].learnt.get(authors[7] as Hex), 2)
})

test('[SY16] who names more authors than there can be is not listened to any longer', () => {
  const [hers, his] = createLink(alice, bob)
  settle([hers, his])
  const named = (from: number): Uint8Array =>
    encodeFrame({
      kind: 'have',
      tag: tag(hers),
      vector: new Map(Array.from({ length: AUTHORS_MAX }, (_, at) => [(from + at).toString(16).padStart(64, '0'), 1])),
    })
  hers.feed({ kind: 'frame', bytes: named(0) })
  assert.equal(hers.closed, undefined)
  hers.feed({ kind: 'frame', bytes: named(1) })
  assert.equal(hers.closed, 'malformed')
})

test('[SY17] of a conversation that is only known nothing is said until they speak of it, and that is told once', () => {
  const [hers, his] = strangers()
  hers.hold(alice.device, 100)
  his.know()
  settle([hers, his])
  assert.deepEqual({ ...his.sent }, { hello: 1 })
  hers.share()
  settle([hers, his])
  assert.deepEqual([his.asked, his.sent['have'], his.deliveries.length], [1, undefined, 0])
  his.share()
  settle([hers, his])
  assert.equal(his.asked, 1)
  assert.equal(his.vector.get(alice.device), 1)
})

test('[SY17] who spoke of it before it was known has asked as well', () => {
  const [hers, his] = strangers()
  hers.share()
  settle([hers, his])
  assert.equal(his.asked, 0)
  his.know()
  assert.equal(his.asked, 1)
})

test('[SY17] events and signals of a conversation that is only known go nowhere', () => {
  const [hers] = strangers()
  hers.know()
  hers.feed({ kind: 'frame', bytes: encodeFrame({ kind: 'events', tag: tag(hers), events: [Uint8Array.of(1)] }) })
  hers.feed({ kind: 'frame', bytes: encodeFrame({ kind: 'signal', tag: tag(hers), signal: 1 }) })
  assert.equal(hers.deliveries.length, 0)
})

test('[SY11] of conversations that are not shared here no more than a bounded part is remembered, and the rest is asked for', () => {
  const [hers, his] = strangers()
  for (let from = 0; from < 3 * EARLY_MAX; from += EARLY_MAX) {
    const made = Array.from({ length: EARLY_MAX }, (_, at) => (from + at).toString(16).padStart(32, 'f'))
    hers.feed({
      kind: 'frame',
      bytes: encodeFrame({ kind: 'digests', digests: new Map(made.map((each) => [each, each])) }),
    })
  }
  assert.ok(talkOf(hers).early.size <= EARLY_MAX)
  // His digest is among what she could not remember; they hold the same, so that he would say nothing more.
  for (const side of [hers, his]) side.hold(carol, 100)
  his.share()
  settle([hers, his])
  hers.share()
  hers.write(alice.device, 100, false)
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 1)
  assert.deepEqual(new Map(hers.learnt), new Map(his.vector))
  assert.deepEqual([hers.repeated, his.repeated], [0, 0])
})

test('[SY11] two who both could not remember what the other opened with end with the same', () => {
  const sides = strangers()
  for (const side of sides)
    for (const each of [0, 1]) {
      const made = Array.from({ length: EARLY_MAX }, (_, at) => (each * EARLY_MAX + at).toString(16).padStart(32, 'f'))
      side.feed({
        kind: 'frame',
        bytes: encodeFrame({ kind: 'digests', digests: new Map(made.map((one) => [one, one])) }),
      })
    }
  sides.forEach((side) => side.hold(side.me.device, 100))
  for (const side of sides) side.share()
  settle(sides)
  for (const { vector } of sides) assert.deepEqual([...vector.keys()].toSorted(), [alice.device, bob.device].toSorted())
})

test('[SY18] who may have only a part is sent and told nothing beyond it, and the rest once they may', () => {
  const [hers, his] = createLink(alice, bob)
  for (let count = 0; count < 5; count++) hers.hold(alice.device, 100)
  hers.hold(carol, 100)
  hers.limit = new Map([[alice.device, 3]])
  settle([hers, his])
  assert.deepEqual([...his.vector], [[alice.device, 3]])
  assert.deepEqual([...his.learnt], [[alice.device, 3]])
  hers.write(alice.device, 100, false)
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 3)
  hers.limit = undefined
  hers.write(carol, 100, false)
  settle([hers, his])
  assert.deepEqual(new Map(his.vector), new Map(hers.vector))
})

test('[SY18] a limit that comes in the middle holds back what was being fetched', () => {
  const [hers, his] = createLink(alice, bob)
  for (let count = 0; count < 5; count++) hers.hold(alice.device, 100)
  while (hers.loads.length === 0) if (settle([his], 1) === 0) hers.hear()
  hers.limit = new Map([[alice.device, 2]])
  hers.write(carol, 100, false)
  settle([hers, his])
  assert.deepEqual([...his.vector], [[alice.device, 2]])
})

test('[SY19] requests and answers are passed on as they are, so many of them on one link and no more', () => {
  const [hers, his] = createLink(alice, bob)
  hers.feed({ kind: 'request', bytes: Uint8Array.of(1) })
  settle([hers, his])
  assert.deepEqual(his.heardOf, [])
  for (let count = 1; count <= REQUESTS_MAX + 5; count++)
    hers.feed({ kind: count % 2 === 0 ? 'answer' : 'request', bytes: Uint8Array.of(count, 2) })
  hers.feed({ kind: 'request', bytes: new Uint8Array(REQUEST_BYTES_MAX + 1) })
  settle([hers, his])
  assert.deepEqual(his.heardOf.slice(0, 2), ['request 1 2', 'answer 2 2'])
  assert.equal(his.heardOf.length, REQUESTS_MAX)
  assert.equal(his.closed, undefined)
})

test('[SY26] where they are is passed on as it is, so often on one link and no more', () => {
  const [hers, his] = createLink(alice, bob)
  hers.feed({ kind: 'place', bytes: Uint8Array.of(1) })
  settle([hers, his])
  assert.deepEqual(his.heardOf, [], 'before the greeting nothing is said')
  for (let count = 1; count <= PLACES_MAX + 5; count++) hers.feed({ kind: 'place', bytes: Uint8Array.of(count) })
  settle([hers, his])
  assert.deepEqual(his.heardOf.slice(0, 2), ['place 1', 'place 2'])
  assert.equal(his.heardOf.length, PLACES_MAX)
  assert.equal(his.closed, undefined)
})

test('[SY15] a frame of digests that is echoed, or comes twice, says nothing more', () => {
  const [hers, his] = createLink(alice, bob)
  his.shares = false
  hers.hold(alice.device, 100)
  settle([hers, his])
  const frames = { ...hers.sent }
  const empty = encodeFrame({ kind: 'digests', digests: new Map([[tag(hers), toHex(new Uint8Array(16).fill(1))]]) })
  for (let count = 0; count < 5; count++) hers.feed({ kind: 'frame', bytes: empty })
  assert.deepEqual(hers.sent, { ...frames, have: 1 })
  assert.equal(readFrame(empty).ok, true)
})
