import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TIME_MAX, type SignedEvent } from '../../../src/core/event/event.ts'
import {
  AUTHORS_MAX,
  BEYOND_MAX,
  chainOf,
  emptyGraph,
  nextHeader,
  place,
  referred,
  vectorOf,
  type Graph,
} from '../../../src/core/event/graph.ts'
import { gapsIn } from '../../../src/core/timeline/line.ts'
import { chainOfLength, CONVERSATION, deviceNamed, nextOf, placed } from './chains.ts'

/** What must be equal wherever the same events are: chains without the order in which their parts came. */
const summary = (graph: Graph) => ({
  heads: graph.controlHeads,
  chains: [...graph.chains]
    .map(([author, { seq, id, time, beyond, forked }]) => ({
      author,
      seq,
      id,
      time,
      beyond: [...beyond.keys()].sort((a, b) => a - b),
      forked,
    }))
    .sort((a, b) => (a.author < b.author ? -1 : 1)),
})

test("[EV3] an author's events are a chain, placed one after the other", async () => {
  const events = await chainOfLength('Alice', 3)
  const { graph, words } = placed(events)
  assert.deepEqual(words, ['placed', 'placed', 'placed'])
  assert.deepEqual([...vectorOf(graph)], [[deviceNamed('Alice'), 3]])
})

test('[EV4] any order of arrival gives the same graph', async () => {
  const alice = await chainOfLength('Alice', 7)
  const bob: SignedEvent[] = []
  for (const time of [5, 9, 7, 8]) bob.push(await nextOf('Bob', bob.at(-1), { time, kind: time === 9 ? 3 : 16 }))
  const events = [...alice, ...bob]
  const expected = summary(placed(events).graph)
  fc.assert(
    fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
      assert.deepEqual(summary(placed(shuffled).graph), expected)
    }),
  )
})

test('[EV5] what is missing before an event is counted and shown as a gap, until it comes', async () => {
  const [one, two, three, four, five] = (await chainOfLength('Alice', 5)) as [
    SignedEvent,
    SignedEvent,
    SignedEvent,
    SignedEvent,
    SignedEvent,
  ]
  const { graph, words } = placed([one, three, five])
  assert.deepEqual(words, ['placed', 'placed, 1 missing', 'placed, 2 missing'])
  const gaps = ({ chains }: Graph) => gapsIn(chains.get(one.author) as never).map(({ seq, count }) => [seq, count])
  assert.deepEqual(gaps(graph), [
    [3, 1],
    [5, 1],
  ])
  assert.deepEqual([...vectorOf(graph).values()], [1])
  const filled = placed([two, four], graph)
  assert.deepEqual(gaps(filled.graph), [])
  assert.deepEqual([...vectorOf(filled.graph).values()], [5])
})

test('[EV6] two events with one sequence are a fork, whichever comes first', async () => {
  const [one, two] = (await chainOfLength('Alice', 2)) as [SignedEvent, SignedEvent]
  const other = await nextOf('Alice', one, { what: 'something else' })
  for (const order of [
    [one, two, other],
    [one, other, two],
  ]) {
    const { graph, words } = placed(order)
    assert.deepEqual(words, ['placed', 'placed', 'fork'])
    assert.equal(chainOf(graph, one.author).forked, true)
  }
})

test('[EV6] an author who signed two chains is found out in every order of arrival', async () => {
  const [one, two, three] = (await chainOfLength('Alice', 3)) as [SignedEvent, SignedEvent, SignedEvent]
  const other = await nextOf('Alice', one, { what: 'something else' })
  const next = await nextOf('Alice', other, { what: 'and on' })
  fc.assert(
    fc.property(fc.shuffledSubarray([one, two, three, other, next], { minLength: 5 }), (shuffled) => {
      const { graph } = placed(shuffled)
      assert.equal(chainOf(graph, one.author).forked, true)
    }),
  )
  const { words } = placed([one, three, other])
  assert.deepEqual(words, ['placed', 'placed, 1 missing', 'fork'], 'the one between does not fit the one after')
})

test('[EV6] a fork leaves the chain that was held first as it is, and the first alone is told', async () => {
  const [one, two, three] = (await chainOfLength('Alice', 3)) as [SignedEvent, SignedEvent, SignedEvent]
  const other = await nextOf('Alice', one, { what: 'something else' })
  const { graph } = placed([one, two, other, three])
  assert.equal(chainOf(graph, one.author).id, three.id)
  const again = place(graph, other, { control: false, heldId: two.id })
  assert.equal(!again.ok && again.refusal.kind === 'fork' && again.refusal.first, false)
})

test('[EV7] what is far beyond a gap is refused, and so is one author too many', async () => {
  const events = await chainOfLength('Alice', BEYOND_MAX + 2)
  const { words } = placed([events[0], events[BEYOND_MAX], events[BEYOND_MAX + 1]] as SignedEvent[])
  assert.deepEqual(words, ['placed', `placed, ${BEYOND_MAX - 1} missing`, 'too-far-ahead'])
  const chain = chainOf(placed(events.slice(0, 1)).graph, events[0]?.author ?? '')
  const crowd = new Map(Array.from({ length: AUTHORS_MAX }, (_, number) => [`${number}`, chain]))
  const bob = await nextOf('Bob', undefined)
  const outcome = place({ ...emptyGraph(CONVERSATION), chains: crowd }, bob, { control: false, heldId: undefined })
  assert.equal(!outcome.ok && outcome.refusal.kind, 'too-many-authors')
})

test('[EV8] the next event names what its author learnt since its last, once', async () => {
  const bob = await chainOfLength('Bob', 3)
  const { graph } = placed([...(await chainOfLength('Alice', 2)), ...bob])
  const header = nextHeader(graph, deviceNamed('Alice'), 0)
  assert.deepEqual(header.after, [[deviceNamed('Bob'), 3, bob[2]?.id]])
  assert.deepEqual([header.seq, header.prev], [3, chainOf(graph, deviceNamed('Alice')).id])
  assert.deepEqual(nextHeader(referred(graph, header.after), deviceNamed('Alice'), 0).after, [])
})

test('[EV9] an event is later than all it follows, though the clocks differ by hours', async () => {
  const future = await nextOf('Bob', undefined, { time: 5_000 })
  const back = await nextOf('Bob', future, { time: 10 })
  const beyond = await nextOf('Carol', await nextOf('Carol', undefined), { time: 7_000 })
  const { graph } = placed([future, back, beyond])
  assert.equal(nextHeader(graph, deviceNamed('Alice'), 100).time, 7_001)
  assert.equal(nextHeader(placed([future, back]).graph, deviceNamed('Alice'), 100).time, 5_001)
  assert.equal(nextHeader(graph, deviceNamed('Alice'), 9_000).time, 9_000)
})

test('[EV11] a clock more than two days ahead drags no other along, and cannot flatten the order', async () => {
  const day = 24 * 3_600_000
  const now = 1_000 * day
  const right = await nextOf('Carol', undefined, { time: now })
  const fast = await nextOf('Dan', undefined, { time: now + 2 * day - 1 })
  for (const time of [now + 2 * day + 1, now + 400 * day, TIME_MAX]) {
    const liar = await nextOf('Bob', undefined, { time })
    assert.equal(nextHeader(placed([right, liar]).graph, deviceNamed('Alice'), now).time, now + 1)
    assert.equal(nextHeader(placed([right, liar, fast]).graph, deviceNamed('Alice'), now).time, now + 2 * day)
    assert.equal(
      nextHeader(placed([liar]).graph, deviceNamed('Bob'), now).time,
      now,
      'nor its own, once it is set right',
    )
  }
})

test('[EV10] a control event takes the place of the heads it names', async () => {
  const first = await nextOf('Alice', undefined, { kind: 1 })
  const hers = await nextOf('Alice', first, { kind: 3, control: [first.id] })
  const his = await nextOf('Bob', undefined, { kind: 2, control: [first.id] })
  const both = await nextOf('Bob', his, { kind: 3, control: [hers.id, his.id] })
  assert.deepEqual(placed([first, hers, his]).graph.controlHeads, [hers.id, his.id].sort())
  assert.deepEqual(placed([first, hers, his, both]).graph.controlHeads, [both.id])
  assert.deepEqual(nextHeader(placed([first, hers, his]).graph, 'me', 0).control, [hers.id, his.id].sort())
})
