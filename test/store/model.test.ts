import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UNINDEXED_IDS_MAX } from '../../src/store/id-index.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Change, LineOrder, Store } from '../../src/store/port.ts'
import { UNINDEXED_LINES_MAX } from '../../src/store/word-index.ts'
import { alice, attic, bob, eventOf, hall, idOf, lineOf, temporaryFolder } from './examples.ts'
import { openAt } from './files.ts'

// Few of everything, so that what is put meets what is there.
const space = fc.constantFrom('self' as const, 'setting' as const, 'secret' as const)
const key = fc.constantFrom('', 'a', 'a/1', 'a/2', 'b', 'é', '\uffee', '\u{1f600}')
const value = fc.uint8Array({ maxLength: 600 })
const conversation = fc.constantFrom(hall, attic)
const author = fc.constantFrom(alice, bob)
const small = fc.nat(6)
const eventId = fc.nat(15).map((number) => idOf(`event ${number}`))
const lineId = fc.oneof(
  fc.nat(8).map((number) => idOf(`line ${number}`)),
  fc.constantFrom('gap/1', 'gap/10', 'fork/2', '\u{1f600}'),
)
const text = fc
  .array(
    fc.constantFrom(
      'tea',
      'Tea',
      'teapot',
      'über',
      'UBER',
      '茶',
      '茶碗',
      '1',
      '2nd',
      'İstanbul',
      'ſ',
      'ﬁn',
      '·1',
      'AND',
      '"',
    ),
  )
  .map((words) => words.join(' '))

const event = fc
  .record({
    seq: small,
    author,
    conversation,
    id: eventId,
    bytes: value,
    content: fc.option(value),
    target: fc.option(eventId),
  })
  .map(({ seq, content, target, ...rest }) =>
    eventOf(seq, { ...rest, ...(content && { content }), ...(target !== null && { target }) }),
  )
const line = fc
  .record({ time: small, said: fc.option(text), seq: small, author, conversation, id: lineId, counts: fc.boolean() })
  .map(({ time, said, ...rest }) => lineOf(time, said ?? undefined, rest))

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ put: fc.constant('record' as const), space, key, value }),
  fc.record({ drop: fc.constant('record' as const), space, key }),
  fc.record({ put: fc.constant('event' as const), event }),
  fc.record({ put: fc.constant('line' as const), line }),
  fc.record({ drop: fc.constant('line' as const), conversation, id: lineId }),
  fc.record({ drop: fc.constant('texts' as const), conversation }),
)

const order: fc.Arbitrary<LineOrder> = fc.record({ time: small, author, seq: small })
const limit = fc.nat(12)
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined })

/** A question that can be put to a store. */
const question: fc.Arbitrary<(store: Store) => Promise<unknown>> = fc.oneof(
  fc.tuple(space, key).map(
    ([...input]) =>
      (store: Store) =>
        store.record(...input),
  ),
  fc.tuple(space, optional(key)).map(
    ([...input]) =>
      (store: Store) =>
        store.records(...input),
  ),
  eventId.map((id) => (store: Store) => store.event(id)),
  fc
    .record({ conversation, author, from: small, limit, bytes: fc.nat(2_000) })
    .map((input) => (store: Store) => store.events(input)),
  fc
    .record({ target: eventId, after: eventId, limit }, { requiredKeys: ['target', 'limit'] })
    .map((input) => (store: Store) => store.amendments(input)),
  fc.tuple(conversation, lineId).map(
    ([...input]) =>
      (store: Store) =>
        store.line(...input),
  ),
  fc
    .record({ conversation, limit, before: order, after: order }, { requiredKeys: ['conversation', 'limit'] })
    .map((input) => (store: Store) => store.lines(input)),
  fc.tuple(conversation, optional(order), limit).map(
    ([...input]) =>
      (store: Store) =>
        store.unread(...input),
  ),
  fc
    .record({ text, conversation, limit }, { requiredKeys: ['text', 'limit'] })
    .map((input) => (store: Store) => store.search(input)),
)

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 3 }).map((commits) => ({ commits })),
  },
  { weight: 3, arbitrary: question.map((ask) => ({ ask })) },
  { weight: 1, arbitrary: fc.constant({ reopen: true }) },
)

/** What is there before, so that the indexes take in what waits at any moment of the story, and not only at its end. */
const earlier = fc
  .oneof(
    fc.nat(UNINDEXED_LINES_MAX),
    fc.nat(12).map((missing) => UNINDEXED_IDS_MAX - missing),
  )
  .map((count) => Array.from({ length: count }, (_, time) => elsewhere(time)).flat())
const elsewhere = (time: number): readonly Change[] => [
  { put: 'line', line: lineOf(time, 'earlier', { conversation: cellar }) },
  { put: 'event', event: eventOf(time, { id: idOf(`earlier ${time}`), conversation: cellar }) },
]
const cellar = idOf('cellar')

test('[ST3] whatever is committed, both stores answer every question alike, before and after reopening', async () => {
  await fc.assert(
    fc.asyncProperty(earlier, fc.array(step, { minLength: 5, maxLength: 60 }), async (before, steps) => {
      const { folder, remove } = temporaryFolder()
      const file = join(folder, 'kith.db')
      let memory = openMemoryStore()
      let sqlite = openAt(file)
      try {
        await memory.commit(before)
        await sqlite.commit(before)
        for (const each of steps) {
          if ('commits' in each) {
            const outcomes = [memory, sqlite].map((store) =>
              Promise.all(each.commits.map((changes) => store.commit(changes))),
            )
            assert.deepEqual(await outcomes[0], await outcomes[1])
          } else if ('ask' in each) {
            assert.deepEqual(await each.ask(sqlite), await each.ask(memory))
          } else {
            memory = openMemoryStore(memory.snapshot())
            await sqlite.close()
            sqlite = openAt(file)
          }
        }
      } finally {
        await sqlite.close()
        remove()
      }
    }),
    { numRuns: 150 },
  )
})

test('[ST44] no text that is searched for throws', async () => {
  const { folder, remove } = temporaryFolder()
  const store = openAt(join(folder, 'kith.db'))
  try {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), fc.boolean(), async (said, inside) => {
        await store.commit([{ put: 'line', line: lineOf(1, said) }])
        const found = await store.search({ text: said, limit: 1, ...(inside && { conversation: hall }) })
        assert.ok(found.length <= 1)
      }),
      { numRuns: 500 },
    )
  } finally {
    await store.close()
    remove()
  }
})
