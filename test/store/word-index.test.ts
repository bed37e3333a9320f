import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Store } from '../../src/store/port.ts'
import { UNINDEXED_LINES_MAX } from '../../src/store/word-index.ts'
import { attic, hall, lineOf, temporaryFolder } from './examples.ts'
import { openAt } from './files.ts'

const timesOf = async (store: Store, text: string, limit = 1_000) =>
  (await store.search({ text, limit })).map(({ time }) => time)

const say = (store: Store, time: number, text: string, conversation = hall) =>
  store.commit([{ put: 'line', line: lineOf(time, text, { conversation }) }])

/** How many lines the index in a file holds. */
const indexedIn = (file: string): number => {
  const database = new DatabaseSync(file, { readOnly: true })
  const count = Number(database.prepare('SELECT count(*) AS count FROM line_words_docsize').get()?.['count'])
  database.close()
  return count
}

test('[ST47] lines are found from the moment they are stored, in the index or waiting for it', async () => {
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'kith.db')
  try {
    let store = openAt(file)
    const count = UNINDEXED_LINES_MAX + 10
    for (let time = 1; time <= count; time++) {
      await say(store, time, `word ${time}`, time % 2 === 0 ? hall : attic)
      assert.deepEqual(await timesOf(store, 'word', 1), [time])
    }
    const newestFirst = Array.from({ length: count }, (_, index) => count - index)
    assert.deepEqual(await timesOf(store, 'wo'), newestFirst)
    await store.close()
    assert.equal(indexedIn(file), UNINDEXED_LINES_MAX)

    store = openAt(file)
    assert.deepEqual(await timesOf(store, 'word'), newestFirst)
    assert.deepEqual(await timesOf(store, 'word', 15), newestFirst.slice(0, 15))
    const inHall = await store.search({ text: 'word', conversation: hall, limit: 1_000 })
    assert.deepEqual(
      inHall.map(({ time }) => time),
      newestFirst.filter((time) => time % 2 === 0),
    )
    await store.close()
  } finally {
    remove()
  }
})

test('[ST47] what is changed or dropped is found by its new words alone, in the index or waiting for it', async () => {
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'kith.db')
  try {
    const store = openAt(file)
    for (let time = 1; time <= UNINDEXED_LINES_MAX + 3; time++) await say(store, time, 'old')
    const [inIndex, waiting, dropped] = [2, UNINDEXED_LINES_MAX + 2, UNINDEXED_LINES_MAX + 3]
    for (const time of [inIndex, waiting]) await say(store, time, 'new')
    for (const time of [1, dropped]) await store.commit([{ drop: 'line', conversation: hall, id: lineOf(time).id }])
    assert.deepEqual(await timesOf(store, 'new'), [waiting, inIndex])
    assert.equal((await timesOf(store, 'old')).length, UNINDEXED_LINES_MAX + 3 - 4)
    for (let time = 1_001; time <= 1_000 + UNINDEXED_LINES_MAX; time++) await say(store, time, 'later')
    assert.deepEqual(await timesOf(store, 'new'), [waiting, inIndex])
    await store.close()
    assert.ok(indexedIn(file) > UNINDEXED_LINES_MAX, 'those that waited are in the index')
  } finally {
    remove()
  }
})
