import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCrowd } from '../../../src/link/libp2p/crowd.ts'

/** Guests come in, each named by host and number; what is left of them at the end, and who was pushed out. */
const party = (
  limit: number,
  hosts: readonly string[],
): { readonly pushedOut: readonly string[]; readonly size: number } => {
  const crowd = createCrowd(limit)
  const pushedOut: string[] = []
  hosts.forEach((host, index) => crowd.enter(host, () => void pushedOut.push(`${host}${index}`)))
  return { pushedOut, size: crowd.size }
}

test('[LK12] while there is room, nobody has to leave', () => {
  assert.deepEqual(party(3, ['a', 'b', 'a']), { pushedOut: [], size: 3 })
})

test('[LK12] the first of the most crowded host makes room', () => {
  assert.deepEqual(party(3, ['a', 'b', 'a', 'c']), { pushedOut: ['a0'], size: 3 })
  assert.deepEqual(party(2, ['a', 'b', 'b', 'b', 'b']), { pushedOut: ['a0', 'b1', 'b2'], size: 2 })
  assert.deepEqual(party(4, ['b', 'a', 'a', 'a', 'a', 'a']).pushedOut, ['a1', 'a2'])
})

test('[LK12] who left makes room, and leaving twice makes it once', () => {
  const crowd = createCrowd(2)
  const pushedOut: string[] = []
  const first = crowd.enter('a', () => pushedOut.push('first'))
  crowd.enter('a', () => pushedOut.push('second'))
  first.leave()
  first.leave()
  assert.equal(crowd.size, 1)
  crowd.enter('b', () => pushedOut.push('third'))
  assert.deepEqual(pushedOut, [])
})

test('[LK12] who comes from many addresses of one IPv6 network is pushed out before somebody who came alone', () => {
  const flood = Array.from({ length: 40 }, (_, index) => `2001:db8:0:1::${index.toString(16)}`)
  const honest = ['198.51.100.7', '198.51.100.7', '2001:db8:0:2::1']
  const { pushedOut } = party(20, [...honest, ...flood])
  assert.equal(pushedOut.length, 23)
  assert.ok(pushedOut.every((each) => each.startsWith('2001:db8:0:1::')))
})
