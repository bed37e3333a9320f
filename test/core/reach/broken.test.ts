import assert from 'node:assert/strict'
import test from 'node:test'
import { parseAddress } from '../../../src/core/reach/address.ts'
import type { Path } from '../../../src/core/reach/path.ts'
import { createDriver, GREAT, REFUSED, SMALL, type Driver } from './driver.ts'

const AWAY = '203.0.113.7:4001'
const offer = (...texts: string[]) =>
  ({ kind: 'answer', addresses: texts.flatMap((text) => parseAddress(text) ?? []) }) as const
const link = (number: number, path: Path) => ({ number, path, address: path })

/** Alice, who is linked to Bob by this path since ten seconds. */
const linked = (path: Path, self = SMALL): Driver => {
  const alice = createDriver({ server: true, self, device: self === SMALL ? GREAT : SMALL })
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'accepted', link: link(1, path) })
  alice.pass(10_000)
  return alice
}

const closedWithin = (driver: Driver, millis: number): readonly string[] =>
  driver.pass(millis).filter((word) => word.includes('close'))

test('[RC55] through the relay, the waits between rounds that lead to nothing double up to half an hour', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'heard', offer: offer(AWAY) })
  alice.pass(400)
  const waits: (number | undefined)[] = []
  for (let round = 0; round < 14; round++) {
    for (const { number, address } of alice.state.flights)
      if (address === 'relay') alice.tell({ kind: 'connected', attempt: number, link: link(1, 'relayed') })
      else alice.tell({ kind: 'failed', attempt: number, failure: REFUSED })
    alice.pass(20_000)
    for (const { number } of alice.state.flights) alice.tell({ kind: 'failed', attempt: number, failure: REFUSED })
    const { plan } = alice.state
    waits.push(plan.at === 'wait' ? plan.until - alice.now : undefined)
    alice.pass(alice.next() ?? 0)
    // The other side says what it said before.
    alice.tell({ kind: 'heard', offer: offer(AWAY) })
    alice.pass(400)
  }
  const longest = waits.at(-1) ?? 0
  assert.ok(longest > 29 * 60_000 && longest <= 30 * 60_000, waits.join())
  assert.ok(
    waits.every((wait, at) => (wait ?? 0) >= (waits[at - 1] ?? 0)),
    waits.join(),
  )
})

test('[RC55] an offer of other addresses than before begins anew', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'accepted', link: link(1, 'relayed') })
  for (let round = 0; round < 6; round++) {
    alice.tell({ kind: 'heard', offer: offer(AWAY) })
    alice.pass(20_000)
    for (const { number } of alice.state.flights) alice.tell({ kind: 'failed', attempt: number, failure: REFUSED })
  }
  const { failures } = alice.state
  assert.ok(failures > 3)
  alice.tell({ kind: 'heard', offer: offer(AWAY) })
  assert.equal(alice.state.failures, failures)
  alice.tell({ kind: 'heard', offer: offer('203.0.113.8:4001') })
  assert.equal(alice.state.failures, 0)
})

test('[RC56] when a link that stood has ended, other paths are tried at once, and the relay beside them', () => {
  const words = [SMALL, GREAT].map((self) => {
    const alice = linked('punched', self)
    const said = [...alice.tell({ kind: 'lost', link: 1 }), ...alice.pass(1_000)]
    return said
  })
  assert.deepEqual(words, [
    ['ask', '10300 dial 0 relay'],
    ['ask', '10500 dial 0 relay'],
  ])
})

test('[RC57] when nothing is heard on a link, the relay is dialled in the same moment, and the link is kept', () => {
  const alice = linked('punched')
  assert.deepEqual(alice.tell({ kind: 'silent', link: 1 }), ['ask', 'dial 0 relay'])
  assert.equal(alice.state.current, 1)
  assert.deepEqual(alice.tell({ kind: 'connected', attempt: 0, link: link(2, 'relayed') }), ['hand over 2'])
  assert.equal(alice.state.current, 2)
  assert.deepEqual(closedWithin(alice, 5_000), ['13000 close 1'])
})

test('[RC57] what is heard in time on a link that was replaced for being silent brings both sides back to it', () => {
  const alice = linked('nearby')
  alice.tell({ kind: 'silent', link: 1 })
  alice.tell({ kind: 'connected', attempt: 0, link: link(2, 'relayed') })
  alice.pass(1_000)
  const bob = linked('nearby', GREAT)
  bob.tell({ kind: 'accepted', link: link(2, 'relayed') })
  assert.equal(bob.state.current, 2)
  assert.deepEqual(alice.tell({ kind: 'alive', link: 1 }), ['close 2'])
  bob.tell({ kind: 'lost', link: 2 })
  for (const each of [alice, bob]) {
    assert.equal(each.state.current, 1)
    assert.deepEqual(closedWithin(each, 60_000), [])
  }
})

test('[RC57] a link that was replaced by one as good stays replaced, whatever is heard on it', () => {
  const alice = linked('nearby')
  alice.tell({ kind: 'silent', link: 1 })
  alice.tell({ kind: 'accepted', link: link(2, 'nearby') })
  assert.deepEqual(alice.tell({ kind: 'alive', link: 1 }), [])
  assert.equal(alice.state.current, 2)
})

test('[RC57] when something is heard after all, nothing else is looked for', () => {
  const alice = linked('nearby')
  assert.deepEqual(alice.tell({ kind: 'silent', link: 1 }), ['ask', 'dial 0 relay'])
  assert.deepEqual(alice.tell({ kind: 'alive', link: 1 }), ['give up 0'])
  assert.deepEqual(alice.pass(600_000), [])
  assert.equal(alice.state.current, 1)
})

test('[RC57] where another link stands, it is spoken on at once', () => {
  const alice = linked('relayed')
  alice.tell({ kind: 'accepted', link: link(2, 'punched') })
  // The relayed link was handed over before, and would have been closed in a moment.
  assert.deepEqual(alice.tell({ kind: 'silent', link: 2 }), ['close 2', 'ask'])
  assert.equal(alice.state.current, 1)
  assert.deepEqual(closedWithin(alice, 5_000), [])
})

test('[RC57] a link that comes while all are silent is spoken on, whatever its path', () => {
  const alice = linked('nearby')
  alice.tell({ kind: 'silent', link: 1 })
  assert.deepEqual(alice.tell({ kind: 'accepted', link: link(2, 'relayed') }), ['hand over 2', 'give up 0'])
})
