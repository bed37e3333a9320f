import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openIdIndex, UNINDEXED_IDS_MAX } from '../../src/store/id-index.ts'
import { migrate, STEPS, versionOf } from '../../src/store/migrations.ts'
import type { Change, Store } from '../../src/store/port.ts'
import { attic, eventOf, hall, idOf, lineOf, temporaryFolder } from './examples.ts'
import { openAt } from './files.ts'

const said = (number: number): readonly Change[] => [
  { put: 'event', event: eventOf(number) },
  { put: 'line', line: lineOf(number) },
]

const assertHolds = async (store: Store, numbers: Iterable<number>): Promise<void> => {
  for (const number of numbers) {
    assert.deepEqual((await store.event(eventOf(number).id))?.seq, number)
    assert.deepEqual((await store.line(hall, lineOf(number).id))?.time, number)
  }
  assert.equal(await store.event(idOf('nobody said it')), undefined)
  assert.equal(await store.line(attic, lineOf(1).id), undefined)
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

const indexedIn = (file: string): readonly unknown[] => {
  const database = new DatabaseSync(file, { readOnly: true })
  const counts = ['event_id', 'line_id'].map(
    (index) => database.prepare(`SELECT count(*) AS count FROM ${index}`).get()?.['count'],
  )
  database.close()
  return counts
}

test('[ST48] events and lines are found by their ids, in the index or waiting for it, also after opening again', async () => {
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'kith.db')
  const [waiting, more] = [UNINDEXED_IDS_MAX - 1, 20]
  try {
    let store = openAt(file)
    await store.commit(upTo(waiting).flatMap(said))
    await assertHolds(store, upTo(waiting))
    await store.close()
    assert.deepEqual(indexedIn(file), [0, 0])

    store = openAt(file)
    await assertHolds(store, upTo(waiting))
    for (let number = waiting + 1; number <= waiting + more; number++) await store.commit(said(number))
    await assertHolds(store, upTo(waiting + more))
    await store.close()
    assert.deepEqual(indexedIn(file), [UNINDEXED_IDS_MAX, UNINDEXED_IDS_MAX])

    store = openAt(file)
    await assertHolds(store, upTo(waiting + more))
    await store.close()
  } finally {
    remove()
  }
})

test('[ST48] what was dropped can come again, by itself or with its conversation, from the index or from what waited', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const store = openAt(join(folder, 'kith.db'))
    await store.commit(upTo(UNINDEXED_IDS_MAX + 1).flatMap(said))
    const waiting = UNINDEXED_IDS_MAX + 2
    await store.commit(said(waiting))
    const byItself = (number: number): Change => ({ drop: 'line', conversation: hall, id: lineOf(number).id })
    for (const [indexed, dropped] of [
      [1, [1, waiting].map(byItself)],
      [2, [{ drop: 'texts', conversation: hall }]],
    ] as const) {
      await store.commit(dropped)
      for (const number of [indexed, waiting]) assert.equal(await store.line(hall, lineOf(number).id), undefined)
      await store.commit([...said(indexed), ...said(waiting)])
      await assertHolds(store, [indexed, waiting])
    }
    await store.close()
  } finally {
    remove()
  }
})

test('[ST48] a row with the number of one that was dropped is found, and what was undone is not', () => {
  const database = new DatabaseSync(':memory:')
  migrate(database)
  const index = openIdIndex(database, 'line', ['conversation', 'id'])
  const insert = database.prepare(
    "INSERT INTO line (conversation, id, time, author, seq, counts, bytes) VALUES (1, ?, 0, x'', 0, 0, x'')",
  )
  const put = (id: string): number => {
    const number = Number(insert.run(id).lastInsertRowid)
    index.put(number, 1, id)
    return number
  }
  for (const number of upTo(UNINDEXED_IDS_MAX)) put(`line ${number}`)
  index.catchUp()
  const last = `line ${UNINDEXED_IDS_MAX}`
  database.prepare('DELETE FROM line WHERE id = ?').run(last)
  index.drop(1, last)
  assert.equal(index.find(1, last), undefined)
  assert.equal(put('again'), UNINDEXED_IDS_MAX)
  index.forget()
  assert.equal(index.find(1, 'again'), UNINDEXED_IDS_MAX)

  database.exec('BEGIN')
  put('undone')
  assert.equal(index.find(1, 'undone'), UNINDEXED_IDS_MAX + 1)
  database.exec('ROLLBACK')
  index.forget()
  assert.equal(index.find(1, 'undone'), undefined)
  database.close()
})

test('[ST48] a store of the first version keeps what it holds, and finds it', async () => {
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'kith.db')
  try {
    const first = new DatabaseSync(file)
    migrate(first, STEPS.slice(0, 1))
    const [event, line] = [eventOf(1), lineOf(1, 'good day')]
    first.prepare('INSERT INTO identifier VALUES (1, ?), (2, ?)').run(bytesOf(hall), bytesOf(event.author))
    first
      .prepare('INSERT INTO event (id, conversation, author, seq, bytes) VALUES (?, 1, 2, 1, ?)')
      .run(bytesOf(event.id), event.bytes)
    first
      .prepare('INSERT INTO line VALUES (7, 1, ?, 1, ?, 1, 1, ?, ?)')
      .run(bytesOf(line.id), bytesOf(line.author), line.text ?? null, line.bytes)
    first.close()

    const store = openAt(file)
    assert.deepEqual(await store.event(event.id), event)
    assert.deepEqual(await store.line(hall, line.id), line)
    await store.commit([{ put: 'event', event }, ...said(2)])
    await assertHolds(store, [1, 2])
    assert.equal(
      (await store.events({ conversation: hall, author: event.author, from: 1, limit: 9, bytes: 999 })).length,
      2,
    )
    assert.deepEqual(await store.search({ text: 'good', limit: 9 }), [line])
    await store.close()
    const migrated = new DatabaseSync(file, { readOnly: true })
    assert.equal(versionOf(migrated), STEPS.length)
    migrated.close()
  } finally {
    remove()
  }
})

const bytesOf = (id: string): Uint8Array => Uint8Array.from(Buffer.from(id, 'hex'))
