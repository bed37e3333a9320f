import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/core/reach/address.ts'
import type { Failure } from '../../../src/core/reach/path.ts'
import { createDriver, GREAT, SMALL, type Driver } from './driver.ts'

const RELAYED = { number: 1, path: 'relayed', address: 'relay' } as const
const OFFER = { kind: 'answer', addresses: [parseAddress('203.0.113.9:4001') ?? assert.fail()] } as const
const NOT_LET_IN: Failure = { kind: 'not-let-in', detail: '' }

/** A device that is wanted and linked through the server, at the moment when its addresses come. */
const relayed = (self = SMALL, device = GREAT): Driver => {
  const driver = createDriver({ self, device, server: true })
  driver.tell({ kind: 'want', addresses: [] })
  driver.tell({ kind: 'accepted', link: RELAYED })
  driver.tell({ kind: 'heard', offer: OFFER })
  return driver
}

const calls = (words: readonly string[]): readonly string[] => words.filter((each) => / (punch|udp)$/.test(each))

test('[RC50] when calling at one moment takes long, UDP is tried beside it, and the first link ends the other', () => {
  const alice = relayed()
  assert.deepEqual(calls(alice.pass(2_000)), ['300 dial 1 punch', '1200 dial 2 udp'])
  const link = { number: 2, path: 'punched', address: 'udp 203.0.113.9:4001' } as const
  assert.deepEqual(alice.tell({ kind: 'connected', attempt: 2, link }), ['hand over 2', 'give up 0', 'give up 1'])
  assert.deepEqual(calls(alice.pass(600_000)), [])
})

test('[RC50] once it is known that calling at one moment came to nothing, UDP is tried at once', () => {
  const alice = relayed()
  alice.pass(500)
  assert.deepEqual(calls(alice.tell({ kind: 'failed', attempt: 1, failure: NOT_LET_IN })), ['dial 2 udp'])
  alice.tell({ kind: 'failed', attempt: 2, failure: NOT_LET_IN })
  alice.pass(5_000)
  assert.deepEqual(calls(alice.tell({ kind: 'heard', offer: OFFER })), [`dial ${alice.state.attemptsMade - 1} udp`])
})

test('[RC50] without a link that stands there is nothing to agree over, and beside a better one no need', () => {
  for (const path of [undefined, 'nearby', 'direct', 'punched'] as const) {
    const alice = createDriver({ server: true })
    alice.tell({ kind: 'want', addresses: [] })
    if (path !== undefined) alice.tell({ kind: 'accepted', link: { number: 1, path, address: '203.0.113.9:4001' } })
    alice.tell({ kind: 'heard', offer: OFFER })
    assert.deepEqual(
      alice.pass(1_499).filter((each) => each.endsWith('udp')),
      [],
    )
  }
})

test('[RC50] however often the other side asks, it is called over UDP four times at once and four more in a minute', () => {
  const alice = relayed()
  let count = 0
  for (let second = 0; second < 60; second++) {
    const words = [
      ...alice.tell({ kind: 'try-now' }),
      ...alice.tell({ kind: 'heard', offer: OFFER }),
      ...alice.pass(1_000),
    ]
    for (const word of words) {
      const [, number] = /dial (\d+) (?:punch|udp)/.exec(word) ?? []
      if (number === undefined) continue
      alice.tell({ kind: 'failed', attempt: Number(number), failure: NOT_LET_IN })
    }
    count = alice.state.attempts.filter(({ address }) => address === 'udp').length
  }
  assert.ok(count >= 4 && count <= 8, `${count}`)
})

test('[RC51] of two that come to it at one moment, the one with the smaller id calls, the other three seconds later', () => {
  assert.deepEqual(calls(relayed(GREAT, SMALL).pass(6_000)), ['300 dial 1 punch', '4200 dial 2 udp'])
})

test('[RC52] whoever is not wanted is not called over UDP, whatever they offer', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'accepted', link: RELAYED })
  alice.tell({ kind: 'heard', offer: OFFER })
  assert.deepEqual(calls(alice.pass(600_000)), [])
})
