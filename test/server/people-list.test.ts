import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PEOPLE_LISTED_MAX } from '../../src/core/rendezvous/messages.ts'
import { withPeople, type People } from '../../src/core/rendezvous/people.ts'
import {
  changesSince,
  closeBatch,
  delist,
  emptyList,
  enlist,
  SEEN_NOTHING,
  type PeopleList,
} from '../../src/server/people-list.ts'
import { CHANGES_MAX, PUSH_COST_BYTES, PUSH_EVERY_MILLIS, PUSH_RATE } from '../../src/server/watchers.ts'
import { createStage, device, hello } from './stage.ts'

test('[SV30] whoever watches is told who is here, and then what changes, at once', () => {
  const stage = createStage()
  const ann = stage.join(1)
  stage.join(2)
  stage.told(ann)
  stage.say(ann, { kind: 'watch', on: true })
  assert.equal(stage.told(ann), 'people [1 2] gone []')
  stage.pass(PUSH_EVERY_MILLIS)
  const carol = stage.join(3)
  assert.equal(stage.told(ann), 'changed [3] gone []')
  stage.pass(PUSH_EVERY_MILLIS)
  stage.feed({ kind: 'closed', peer: carol })
  assert.equal(stage.told(ann), 'changed [] gone [3]')
})

test('[SV30] whoever stops watching is told nothing more', () => {
  const stage = createStage()
  const ann = stage.join(1)
  stage.say(ann, { kind: 'watch', on: true })
  stage.say(ann, { kind: 'watch', on: false })
  stage.told(ann)
  stage.join(2)
  stage.pass(60_000)
  assert.equal(stage.told(ann), '')
})

test('[SV31] the list holds those alone who want to be seen, and a changed listing is told', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(1, { visible: false }), stage.join(2)]
  stage.say(ann, { kind: 'watch', on: true })
  assert.match(stage.told(ann), /people \[2\] gone \[\]$/)
  stage.pass(PUSH_EVERY_MILLIS)
  stage.say(bob, hello(77))
  assert.equal(stage.told(ann), 'changed [2] gone []')
  stage.pass(PUSH_EVERY_MILLIS)
  stage.say(bob, hello(77))
  stage.pass(PUSH_EVERY_MILLIS)
  assert.equal(stage.told(ann), '')
  stage.say(bob, hello(77, false))
  assert.equal(stage.told(ann), 'changed [] gone [2]')
})

test('[SV31] a server without a people list says so and lists nobody', () => {
  const stage = createStage('off')
  const ann = stage.join(1)
  stage.say(ann, { kind: 'watch', on: true })
  assert.equal(stage.told(ann), 'welcome 1 from 10.0.0.1:5000, people off, people [] gone []')
})

test('[SV32] changes within a moment reach a watcher as one', () => {
  const stage = createStage()
  const ann = stage.join(1)
  stage.say(ann, { kind: 'watch', on: true })
  stage.told(ann)
  stage.join(2)
  stage.join(3)
  stage.feed({ kind: 'closed', peer: stage.join(4) })
  assert.equal(stage.told(ann), '')
  stage.pass(PUSH_EVERY_MILLIS)
  assert.equal(stage.told(ann), 'changed [2 3] gone [4]')
})

test('[SV32] whoever has missed many changes is sent the whole list instead', () => {
  const stage = createStage()
  const ann = stage.join(1)
  stage.say(ann, { kind: 'watch', on: true })
  stage.pass(PUSH_EVERY_MILLIS)
  stage.feed({ kind: 'full', peer: ann })
  for (let number = 2; number <= CHANGES_MAX; number++) stage.join(number)
  stage.told(ann)
  stage.feed({ kind: 'room', peer: ann })
  assert.match(stage.told(ann), /^changed \[2 3 /)
  stage.feed({ kind: 'full', peer: ann })
  for (let number = 101; number <= 100 + CHANGES_MAX; number++) stage.join(number)
  stage.feed({ kind: 'room', peer: ann })
  stage.pass(PUSH_EVERY_MILLIS)
  assert.match(stage.told(ann), /^people \[1 2 3 .* 164\] gone \[\]$/)
})

const NOTHING = Uint8Array.of()

/** Puts so many of one address on the list, the first of them with this number. */
const crowd = (list: PeopleList, group: string, { first, count }: { first: number; count: number }): void => {
  for (let number = first; number < first + count; number++)
    enlist(list, { device: device(number), group, listing: NOTHING })
}
const shown = (list: PeopleList): readonly number[] => {
  closeBatch(list)
  return changesSince(list, SEEN_NOTHING).here.map(({ device }) => Number.parseInt(device, 16))
}

test('[SV33] the newest are listed, at one address or at many; when one leaves, the next takes the place', () => {
  for (const groupOf of [() => 'school', (number: number) => `home ${number}`]) {
    const list = emptyList()
    for (let number = 1; number <= PEOPLE_LISTED_MAX + 2; number++)
      crowd(list, groupOf(number), { first: number, count: 1 })
    assert.equal(shown(list).length, PEOPLE_LISTED_MAX)
    assert.equal(shown(list)[0], 3)
    delist(list, device(100))
    assert.equal(shown(list).length, PEOPLE_LISTED_MAX)
    assert.equal(shown(list)[0], 2)
  }
})

test('[SV33] however many come from one address, they take the places of their own and nobody else is gone', () => {
  const list = emptyList()
  for (let number = 1; number <= 20; number++) crowd(list, `home ${number}`, { first: number, count: 1 })
  crowd(list, 'greedy', { first: 1_000, count: 2 * PEOPLE_LISTED_MAX })
  const home = (): readonly number[] => shown(list).filter((number) => number < 1_000)
  assert.equal(home().length, 20)
  assert.equal(shown(list).length, PEOPLE_LISTED_MAX)
  assert.equal(shown(list).at(-1), 999 + 2 * PEOPLE_LISTED_MAX)
  crowd(list, 'home 30', { first: 30, count: 2 })
  assert.equal(home().length, 22)
  assert.equal(shown(list).length, PEOPLE_LISTED_MAX)
})

test('[SV33] nothing is kept of who has left, also while nobody watches', () => {
  const list = emptyList()
  crowd(list, 'home', { first: 1, count: 3 })
  closeBatch(list)
  for (const number of [1, 2, 3]) delist(list, device(number))
  assert.deepEqual([list.entries.size, list.listed.size], [0, 0])
})

test('[SV33] whoever hears the changes, now or later, has the same list as whoever asks anew', () => {
  const move = fc.oneof(
    { weight: 5, arbitrary: fc.record({ in: fc.nat(400), listing: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ out: fc.nat(400) }) },
    { weight: 1, arbitrary: fc.record({ reader: fc.nat(2) }) },
  )
  fc.assert(
    fc.property(fc.nat(400), fc.array(move, { maxLength: 600, size: 'max' }), (crowd, moves) => {
      const list = emptyList()
      for (let number = 0; number < crowd; number++) enlist(list, someone(number, 0))
      const readers = [newReader(), newReader(), newReader()]
      for (const move of moves) {
        if ('in' in move) enlist(list, someone(move.in, move.listing))
        else if ('out' in move) delist(list, device(move.out))
        else readUpTo(list, readers[move.reader])
      }
      const truth = newReader()
      readUpTo(list, truth)
      assert.equal(truth.people.size, Math.min(PEOPLE_LISTED_MAX, list.entries.size))
      for (const reader of readers) {
        readUpTo(list, reader)
        assert.deepEqual(sorted(reader.people), sorted(truth.people))
      }
    }),
    { numRuns: 300 },
  )
})

/** Somebody at an address that they share with more or fewer others. */
const someone = (number: number, listing: number) => ({
  device: device(number),
  group: `${Math.floor(Math.sqrt(number))}`,
  listing: Uint8Array.of(listing),
})

type Reader = { seen: number; people: People }
const newReader = (): Reader => ({ seen: SEEN_NOTHING, people: new Map() })
const readUpTo = (list: PeopleList, reader: Reader | undefined): void => {
  if (!reader) return
  const latest = closeBatch(list)
  reader.people = withPeople(reader.people, changesSince(list, reader.seen))
  reader.seen = latest
}
const sorted = (people: People): readonly string[] =>
  [...people].map(([device, listing]) => `${device} ${listing.join()}`).sort()

test('[SV34] what all watchers together are sent has a limit, however many they are and whatever happens', () => {
  const stage = createStage()
  const watchers = Array.from({ length: 500 }, (_, number) => stage.join(number, { group: `group ${number >> 7}` }))
  for (const watcher of watchers) stage.say(watcher, { kind: 'watch', on: true })
  stage.pass(60_000)
  const cost = (): number => stage.sent.bytes + stage.sent.frames * PUSH_COST_BYTES
  const before = cost()
  for (let moment = 0; moment < 100; moment++) {
    stage.feed({ kind: 'closed', peer: watchers[moment] ?? 0 })
    stage.join(5_000 + moment)
    stage.pass(100)
  }
  const limit = PUSH_RATE.burst + PUSH_RATE.perSecond * 10
  // What the newcomers themselves are answered is not counted as a push.
  const answers = 100 * (PUSH_COST_BYTES + 100)
  assert.ok(cost() - before < limit + answers, `${cost() - before} bytes in ten seconds`)
  stage.pass(10_000)
  const [truth] = sortedListings(stage)
  for (const people of sortedListings(stage)) assert.equal(people, truth)
})

/** The list as each peer that watched from the start holds it now. */
const sortedListings = (stage: ReturnType<typeof createStage>): readonly string[] =>
  [...stage.state.watchers.served.keys()].map((peer) => {
    let people: People = new Map()
    for (const message of stage.messages(peer)) if (message.kind === 'people') people = withPeople(people, message)
    return sorted(people).join()
  })

test('[SV34] with fifty watchers a change reaches all of them at once', () => {
  const stage = createStage()
  const watchers = Array.from({ length: 50 }, (_, number) => stage.join(number))
  for (const watcher of watchers) stage.say(watcher, { kind: 'watch', on: true })
  stage.pass(1_000)
  for (const watcher of watchers) stage.told(watcher)
  stage.join(777)
  for (const watcher of watchers) assert.equal(stage.told(watcher), 'changed [777] gone []')
})
