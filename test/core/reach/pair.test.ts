import assert from 'node:assert/strict'
import test from 'node:test'
import { PARALLEL_MAX, RETRY_RELAYED } from '../../../src/core/reach/round.ts'
import { LINKS_MAX } from '../../../src/core/reach/standing.ts'
import { addressesOf, createPair, type Pair } from './pair.ts'
import { seededRandom } from './random.ts'

/** The path and the wire that each side speaks on, and how many links it holds. */
const summary = ({ sides, wires }: Pair): string[] =>
  sides.map(({ state, links }) => {
    const wire = state.current === undefined ? undefined : links.get(state.current)
    return `${state.links.length} link, wire ${wire ? wires().indexOf(wire) : 'none'} ${wire?.path ?? ''}`
  })

/** Nine attempts at once: UDP and the relay were tried beside themselves when a new round began. */
const FAILED_ONCE = [986_601]

const WAYS = ['nearby', 'direct', 'punched', 'udp', 'relayed'] as const

const ONE_LINK = ['1 link, wire 0 nearby', '1 link, wire 0 nearby']

for (const squint of [false, true])
  test(`[RC9] two that dial each other at one moment keep one link${squint ? ', though a path looks different from its ends' : ''}`, () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed)
      const pair = createPair(random, squint)
      const [small, great] = pair.sides
      pair.tell(small, { kind: 'want', addresses: addressesOf(great) })
      pair.pass(random() * 60)
      pair.tell(great, { kind: 'want', addresses: addressesOf(small) })
      pair.pass(40_000)
      const [wire] = pair.wires()
      assert.deepEqual(
        pair.sides.map(({ state, links }) => [links.get(state.current ?? -1) === wire, links.size]),
        [
          [true, 1],
          [true, 1],
        ],
        `seed ${seed}`,
      )
      assert.deepEqual([small.interruptions, great.interruptions], [0, 0], `seed ${seed}`)
    }
  })

test('[RC9] [RC57] [RC410] ways that come and go, silence, lost offers and late answers end in one link on the best path', (context) => {
  const base = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  context.diagnostic(`seed ${base}`)
  for (const seed of [...FAILED_ONCE, ...Array.from({ length: 150 }, (_, index) => base + index)]) {
    const random = seededRandom(seed)
    const pair = createPair(random)
    for (const side of pair.sides)
      if (random() < 0.8 || side === pair.sides[0])
        pair.tell(side, {
          kind: 'want',
          addresses: random() < 0.5 ? [] : addressesOf(pair.sides[random() < 0.9 ? 1 : 0]),
        })
    for (let change = 0; change < 60; change++) {
      for (const { state } of pair.sides) {
        const tried = state.flights.map(({ address }) => address)
        assert.equal(new Set(tried).size, tried.length, `seed ${seed}: ${tried.join()}`)
      }
      const dice = random()
      const side = pair.sides[random() < 0.5 ? 0 : 1]
      if (dice < 0.15) pair.stall(side)
      else if (dice < 0.2) pair.tell(side, { kind: 'shown', where: random() < 0.5 ? 'nowhere' : 'everywhere' })
      else pair.set(WAYS[Math.floor(random() * WAYS.length)] ?? 'nearby', random() < 0.5)
      pair.pass(random() * random() * 10_000)
    }
    for (const way of WAYS) pair.set(way, true)
    for (const side of pair.sides) pair.tell(side, { kind: 'shown', where: 'everywhere' })
    pair.pass(2 * RETRY_RELAYED.mostMillis)
    // From a direct link, only an announcement on this network leads to a nearby one.
    const [path] = pair.wires().map((wire) => wire.path)
    assert.notEqual(path, 'relayed', `seed ${seed}`)
    assert.deepEqual(
      summary(pair),
      ONE_LINK.map((each) => each.replace('nearby', path ?? 'none')),
      `seed ${seed}`,
    )
    for (const { flightsMost, state } of pair.sides) {
      assert.ok(flightsMost <= PARALLEL_MAX + 3, `seed ${seed}: ${flightsMost} attempts at once`)
      assert.ok(state.links.length <= LINKS_MAX)
    }
  }
})
