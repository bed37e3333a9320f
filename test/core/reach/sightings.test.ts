import assert from 'node:assert/strict'
import test from 'node:test'
import { isElsewhere, isOnThisMachine, isOwnAddress } from '../../../src/core/reach/moved.ts'
import {
  expire,
  expiryOf,
  linkedIs,
  NEARBY_LINKED_MAX,
  sight,
  SIGHTED_MAX,
  type Sightings,
} from '../../../src/core/reach/sightings.ts'
import { GREAT, SMALL } from './driver.ts'

const crowd = (count: number): Sightings => {
  let sightings: Sightings = new Map()
  for (let index = 0; index < count; index++) sightings = sight(sightings, `device ${index}`, 0).sightings
  return sightings
}

test('[RC22] a sighting holds for a minute, and for three while a link stands', () => {
  const seen = sight(sight(new Map(), SMALL, 0).sightings, GREAT, 30_000).sightings
  assert.equal(expiryOf(seen), 60_000)
  assert.deepEqual(expire(seen, 59_999).went, [])
  assert.deepEqual(expire(seen, 60_000).went, [SMALL])
  const linked = linkedIs(seen, SMALL, true, 100)
  assert.deepEqual(expire(linked, 179_999).went, [GREAT])
  assert.deepEqual(expire(linked, 180_000).went, [SMALL, GREAT])
})

test('[RC22] who was linked is gone twenty seconds after the link ended, unless announced again', () => {
  const linked = linkedIs(sight(new Map(), SMALL, 0).sightings, SMALL, true, 0)
  const ended = linkedIs(linked, SMALL, false, 500_000)
  assert.equal(expiryOf(ended), 520_000)
  assert.equal(expiryOf(sight(ended, SMALL, 510_000).sightings), 570_000)
})

test('[RC21] sixty-four who are seen have a place, and the next one gets it when somebody leaves', () => {
  const seen = crowd(NEARBY_LINKED_MAX)
  const next = sight(seen, SMALL, 1_000)
  assert.deepEqual([next.came, next.placed], [[SMALL], []])
  const fewer = expire(linkedIs(next.sightings, 'device 1', true, 0), 60_000)
  assert.equal(fewer.went.length, NEARBY_LINKED_MAX - 1)
  assert.deepEqual(sight(fewer.sightings, SMALL, 60_000).placed, [SMALL])
})

test('[RC21] more than can be kept in view are not seen', () => {
  const seen = crowd(SIGHTED_MAX)
  assert.equal(seen.size, SIGHTED_MAX)
  const next = sight(seen, SMALL, 0)
  assert.deepEqual([next.came, next.sightings.size], [[], SIGHTED_MAX])
})

test('[RC29] a device is elsewhere when none of its addresses is left and others have come', () => {
  const home = ['192.168.1.5:4001', '127.0.0.1:4001']
  assert.equal(isElsewhere(home, ['10.1.1.1:4001', '127.0.0.1:4001']), true)
  assert.equal(isElsewhere(home, ['192.168.1.5:4001', '10.1.1.1:4001']), false)
  // A cable that was pulled may be put back.
  assert.equal(isElsewhere(home, ['127.0.0.1:4001']), false)
  assert.equal(isElsewhere(['127.0.0.1:4001'], home), false)
  assert.deepEqual(['127.0.0.1:1', '[::1]:1', '10.0.0.1:1', 'relay'].map(isOnThisMachine), [true, true, false, false])
})

test('[RC58] a link between two programs at the address of their machine is one within it', () => {
  const own = ['10.0.0.1:4001', '[fd00::2]:4001']
  const isOwn = (address: string): boolean => isOwnAddress(address, own)
  assert.deepEqual(
    ['127.0.0.1:1', '10.0.0.1:50000', '[fd00::2]:7', '10.0.0.2:4001', 'relay', 'udp 10.0.0.1:5'].map(isOwn),
    [true, true, true, false, false, false],
  )
})
