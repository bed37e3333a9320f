import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PEOPLE_LISTED_MAX } from '../../../src/core/rendezvous/messages.ts'
import { withPeople, type People } from '../../../src/core/rendezvous/people.ts'

const device = (number: number): string => number.toString(16).padStart(64, '0')
const listed = (...numbers: readonly number[]) =>
  numbers.map((number) => ({ device: device(number), listing: Uint8Array.of(number) }))
const shown = (people: People): string =>
  [...people].map(([device, listing]) => `${Number.parseInt(device, 16)}:${listing.join()}`).join(' ')

test('[SV5] a list is what the last snapshot and the changes after it say', () => {
  const first = withPeople(new Map(), { kind: 'people', reset: true, here: listed(1, 2), gone: [] })
  const second = withPeople(first, { kind: 'people', reset: false, here: listed(3), gone: [device(1)] })
  assert.equal(shown(first), '1:1 2:2')
  assert.equal(shown(second), '2:2 3:3')
  assert.equal(shown(withPeople(second, { kind: 'people', reset: true, here: listed(9), gone: [] })), '9:9')
})

test('[SV5] no server makes a peer keep a longer list than the limit', () => {
  let people: People = new Map()
  for (let number = 0; number < 1000; number++)
    people = withPeople(people, { kind: 'people', reset: false, here: listed(number), gone: [] })
  assert.equal(people.size, PEOPLE_LISTED_MAX)
  assert.ok(people.has(device(999)))
})
