import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WINDOW_BYTES_MAX, WINDOW_EVENTS_MAX } from '../../../src/core/sync/exchange.ts'
import { seededRandom } from '../reach/random.ts'
import { CONVERSATION, createIdentity, createLink, settle, type Side } from './sides.ts'

const [alice, bob] = (await Promise.all(['Alice', 'Bob'].map(createIdentity))) as [Identity, Identity]
type Identity = Awaited<ReturnType<typeof createIdentity>>

const SIZE_MAX = 300_000
const carol = 'ca'.repeat(32)

const exchangeOf = ({ session }: Side) =>
  session.at === 'talking' ? session.talk.exchanges.get(CONVERSATION) : undefined

const assertWindow = (side: Side): void => {
  const exchange = exchangeOf(side)
  if (!exchange) return
  assert.ok(exchange.underWay.length <= WINDOW_EVENTS_MAX)
  assert.ok(exchange.underWayBytes < WINDOW_BYTES_MAX + SIZE_MAX)
  assert.equal(
    exchange.underWayBytes,
    exchange.underWay.reduce((sum, { size }) => sum + size, 0),
  )
}

const sorted = (side: Side): readonly unknown[] => [...side.vector].sort(([a], [b]) => (a < b ? -1 : 1))

const shareAtLast = (side: Side | undefined): void => {
  if (!side) return
  side.shares = true
  if (side.session.at === 'talking') side.share()
}

/** Both greet each other until she fetches from her store what he lacks. */
const greetUntilLoading = (hers: Side, his: Side): void => {
  while (hers.loads.length === 0) if (settle([his], 1) === 0) hers.hear()
}

test('[SY5, SY6, SY7] whatever is written when, both sides end with all of it, sent once, in a bounded number of frames', (t) => {
  const seed = 5_001
  t.diagnostic(`seed ${seed}`)
  const scenario = fc.record({
    seed: fc.nat(),
    hers: fc.nat({ max: 60 }),
    his: fc.nat({ max: 60 }),
    shared: fc.nat({ max: 9 }),
    writes: fc.nat({ max: 60 }),
    size: fc.constantFrom(100, 20_000, SIZE_MAX),
    late: fc.nat({ max: 2 }),
  })
  const run = fc.property(scenario, (given) => {
    const random = seededRandom(given.seed)
    const sides = createLink(alice, bob)
    // So many of them share the conversation at some moment after they greeted each other.
    const waiting = sides.slice(0, given.late)
    for (const side of waiting) side.shares = false
    sides.forEach((side, at) => {
      for (let count = [given.hers, given.his][at] ?? 0; count > 0; count--) side.hold(side.me.device, given.size)
      for (let count = given.shared; count > 0; count--) side.hold(carol, given.size)
    })
    let left = given.writes
    for (let steps = 0; steps < 400; steps++) {
      const side = sides[random() < 0.5 ? 0 : 1]
      const choice = random()
      if (choice < 0.2 && left > 0) {
        left -= 1
        side.write(side.me.device, given.size, random() < 0.3)
      } else if (choice < 0.5) side.hear()
      else if (choice < 0.75) side.finishLoad(1 + Math.floor(random() * 20))
      else side.finishDelivery()
      if (random() < 0.03) shareAtLast(waiting.pop())
      sides.forEach(assertWindow)
    }
    while (waiting.length > 0) shareAtLast(waiting.pop())
    settle(sides, 20)
    const events = given.hers + given.his + given.writes - left
    assert.deepEqual(sorted(sides[0]), sorted(sides[1]))
    assert.deepEqual([sides[0].repeated, sides[1].repeated], [0, 0])
    for (const { me, learnt, vector } of sides) assert.equal(learnt.get(me.device), vector.get(me.device))
    for (const { sent, loaded } of sides) {
      const frames = (sent['digests'] ?? 0) + (sent['events'] ?? 0) + (sent['have'] ?? 0)
      assert.ok(frames <= 2 + 3 * events, `${frames} frames for ${events} events`)
      assert.ok(loaded <= 2 + 3 * events, `${loaded} loads for ${events} events`)
    }
  })
  fc.assert(run, { seed, numRuns: 300 })
})

test('[SY6] what a third device brings to both at once ends with both, and goes nowhere in circles', (t) => {
  const seed = 6_001
  t.diagnostic(`seed ${seed}`)
  const run = fc.property(fc.nat(), (given) => {
    const random = seededRandom(given)
    const sides = createLink(alice, bob)
    settle(sides)
    for (let step = 0; step < 200; step++) {
      const side = sides[random() < 0.5 ? 0 : 1]
      const choice = random()
      // Both get the same events of Carol's, each in its own time.
      if (choice < 0.4 && (side.vector.get(carol) ?? 0) < 30) side.write(carol, 100, random() < 0.3)
      else if (choice < 0.6) side.hear()
      else if (choice < 0.8) side.finishLoad(3)
      else side.finishDelivery()
    }
    settle(sides)
    assert.deepEqual(sorted(sides[0]), sorted(sides[1]))
    for (const { sent } of sides) assert.ok((sent['events'] ?? 0) + (sent['have'] ?? 0) <= 100)
  })
  fc.assert(run, { seed, numRuns: 300 })
})

test('[SY8] what the store does not bring is not asked for again at once', () => {
  const [hers, his] = createLink(alice, bob)
  for (let count = 0; count < 5; count++) hers.hold(alice.device, 100)
  greetUntilLoading(hers, his)
  hers.chains.set(alice.device, [])
  hers.finishLoad(10)
  assert.deepEqual(hers.loads, [])
})

test('[SY8] what came to be sent while something else was fetched is sent all the same', () => {
  const [hers, his] = createLink(alice, bob)
  for (let count = 0; count < 5; count++) hers.hold(alice.device, 100)
  greetUntilLoading(hers, his)
  // Carol brings it to Bob meanwhile, and Alice writes more while the link is full.
  for (let count = 0; count < 5; count++) his.write(alice.device, 100, true)
  while (hers.inbox.length > 0) hers.hear()
  for (let count = 0; count < 3; count++) hers.write(alice.device, 100, true)
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 8)
})

test('[SY9] what was refused is sent once more when the other side asks for it', () => {
  const [hers, his] = createLink(alice, bob)
  for (let count = 0; count < 20; count++) hers.hold(alice.device, 100)
  his.intakeMax = 7
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 7)
  his.intakeMax = 100
  his.share()
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 20)
  hers.write(alice.device, 100, false)
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 21)
})

test('[SY10] whoever takes nothing in gets no more than a window of it', () => {
  const [hers, his] = createLink(alice, bob)
  for (let count = 0; count < 5_000; count++) hers.hold(alice.device, 2_000)
  his.intakeMax = 0
  settle([hers, his])
  assert.ok((hers.sent['events'] ?? 0) <= 10, `${hers.sent['events']} frames`)
  assertWindow(hers)
  for (let count = 0; count < 50; count++) hers.write(alice.device, 2_000, false)
  assertWindow(hers)
})
