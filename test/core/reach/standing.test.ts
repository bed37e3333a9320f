import assert from 'node:assert/strict'
import test from 'node:test'
import type { Path } from '../../../src/core/reach/path.ts'
import { rememberedOf } from '../../../src/core/reach/reach.ts'
import { createDriver, GREAT, REFUSED, SMALL } from './driver.ts'

const link = (number: number, path: Path) => ({ number, path, address: path })
const small = () => createDriver({ self: SMALL, device: GREAT })
const great = () => createDriver({ self: GREAT, device: SMALL })

test('[RC6] the better path is spoken on, whichever came first', () => {
  const alice = small()
  alice.tell({ kind: 'want', addresses: [] })
  assert.deepEqual(alice.tell({ kind: 'accepted', link: link(1, 'relayed') }), ['hand over 1'])
  assert.deepEqual(alice.tell({ kind: 'accepted', link: link(2, 'nearby') }), ['hand over 2'])
  assert.deepEqual(alice.tell({ kind: 'accepted', link: link(3, 'direct') }), [])
  assert.equal(alice.state.current, 2)
})

test('[RC6] on one path, both speak on the link that the smaller id dialled', () => {
  for (const [driver, kept] of [
    [small(), 'dialled'],
    [great(), 'accepted'],
  ] as const) {
    driver.tell({ kind: 'want', addresses: ['192.168.1.2:1'] })
    driver.tell({ kind: 'accepted', link: link(1, 'nearby') })
    assert.equal(driver.state.flights.length, 0)
    driver.tell({ kind: 'lost', link: 1 })
    driver.pass(1_000)
    const [flight] = driver.state.flights
    driver.tell({ kind: 'connected', attempt: flight?.number ?? -1, link: link(2, 'nearby') })
    driver.tell({ kind: 'accepted', link: link(3, 'nearby') })
    assert.equal(driver.state.current, kept === 'dialled' ? 2 : 3)
  }
})

test('[RC7] the smaller id closes what was replaced after three seconds, the greater after thirty', () => {
  const closed = [small(), great()].map((driver) => {
    driver.tell({ kind: 'accepted', link: link(1, 'relayed') })
    driver.tell({ kind: 'accepted', link: link(2, 'nearby') })
    return driver.pass(60_000)
  })
  assert.deepEqual(closed, [['3000 close 1'], ['30000 close 1']])
})

test('[RC7] when the better link ends within the three seconds, the other one is spoken on again', () => {
  const alice = small()
  alice.tell({ kind: 'accepted', link: link(1, 'relayed') })
  alice.tell({ kind: 'accepted', link: link(2, 'nearby') })
  // It was handed over before: its reader still has it.
  assert.deepEqual(alice.tell({ kind: 'lost', link: 2 }), [])
  assert.equal(alice.state.current, 1)
  assert.deepEqual(alice.pass(60_000), [])
})

test('[RC7] a link that waited in reserve is handed over when the other ends', () => {
  const alice = small()
  alice.tell({ kind: 'accepted', link: link(1, 'nearby') })
  alice.tell({ kind: 'accepted', link: link(2, 'relayed') })
  assert.deepEqual(alice.tell({ kind: 'lost', link: 1 }), ['hand over 2'])
})

test('[RC8] a link that comes later replaces the earlier one though its path is worse', () => {
  const alice = small()
  alice.tell({ kind: 'accepted', link: link(1, 'nearby') })
  alice.pass(5_001)
  assert.deepEqual(alice.tell({ kind: 'accepted', link: link(2, 'relayed') }), ['hand over 2'])
  assert.deepEqual(alice.pass(3_000), ['8001 close 1'])
})

test('[RC23] four links to a device that is wanted stand at most, and two to another', () => {
  const [wanting, unwanting] = [great(), great()]
  wanting.tell({ kind: 'want', addresses: [] })
  const words = [wanting, unwanting].map((bob) =>
    [1, 2, 3, 4, 5].flatMap((number) => bob.tell({ kind: 'accepted', link: link(number, 'nearby') })),
  )
  assert.deepEqual(words, [
    ['hand over 1', 'close 5'],
    ['hand over 1', 'close 3', 'close 4', 'close 5'],
  ])
})

test('[RC32] where a device answered is remembered, the latest first, and where it did not is not', () => {
  const alice = small()
  alice.tell({ kind: 'want', addresses: ['10.0.0.1:1', '10.0.0.2:1', 'example.org:80'] })
  alice.pass(100)
  alice.tell({ kind: 'connected', attempt: 1, link: link(1, 'nearby') })
  alice.tell({ kind: 'sighted', addresses: ['10.0.0.3:1'] })
  assert.deepEqual(rememberedOf(alice.state), ['10.0.0.2:1', '10.0.0.1:1'])
})

test('[RC32] eight addresses are remembered, and no announcement pushes one of them out', () => {
  const alice = small()
  const ten = (network: number) => Array.from({ length: 10 }, (_, index) => `10.0.${network}.${index + 1}:1`)
  alice.tell({ kind: 'want', addresses: ten(0) })
  const remembered = rememberedOf(alice.state)
  assert.equal(remembered.length, 8)
  for (let network = 1; network < 5; network++) alice.tell({ kind: 'sighted', addresses: ten(network) })
  assert.deepEqual(rememberedOf(alice.state), remembered)
  assert.equal(alice.state.known.length, 16)
})

test('[RC5] a device that is announced on each of its network cards in turn is not dialled anew each time', () => {
  const alice = small()
  alice.tell({ kind: 'want', addresses: [] })
  const dials: string[] = []
  for (let turn = 0; turn < 60; turn++) {
    dials.push(...alice.tell({ kind: 'sighted', addresses: [turn % 2 === 0 ? '127.0.0.1:4001' : '192.168.1.12:4001'] }))
    for (const { number } of alice.state.flights)
      dials.push(...alice.tell({ kind: 'failed', attempt: number, failure: REFUSED }))
    dials.push(...alice.pass(500))
    for (const { number } of alice.state.flights)
      dials.push(...alice.tell({ kind: 'failed', attempt: number, failure: REFUSED }))
  }
  // Rounds after 1, 2, 4, 8 and 16 seconds, of two addresses each.
  assert.ok(dials.length <= 12, dials.join())
})
