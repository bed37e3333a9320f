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

test('[SV33] the newest are listed; when one leaves, the next takes the place', () => {
  const list = emptyList()
  for (let number = 1; number <= PEOPLE_LISTED_MAX + 2; number++) enlist(list, device(number), Uint8Array.of())
  const shown = (): readonly string[] => changesSince(list, SEEN_NOTHING).here.map(({ device }) => device)
  assert.equal(shown().length, PEOPLE_LISTED_MAX)
  assert.equal(shown()[0], device(3))
  delist(list, device(100))
  assert.equal(shown().length, PEOPLE_LISTED_MAX)
  assert.equal(shown()[0], device(2))
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
      for (let number = 0; number < crowd; number++) enlist(list, device(number), Uint8Array.of(0))
      const readers = [newReader(), newReader(), newReader()]
      for (const move of moves) {
        if ('in' in move) enlist(list, device(move.in), Uint8Array.of(move.listing))
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
