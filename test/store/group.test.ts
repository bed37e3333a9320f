import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accept, refuse } from '../../src/core/bytes/result.ts'
import { openCommitQueue, TRANSACTION_CHANGES_MAX } from '../../src/store/group.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { StoreRefusal } from '../../src/store/port.ts'
import { put } from './files.ts'

const full: StoreRefusal = { kind: 'full' }

/** A queue whose moments are called by hand, and what it wrote. */
const handQueue = () => {
  const moments: (() => void)[] = []
  const written: (readonly string[])[] = []
  const answers: StoreRefusal[] = []
  const queue = openCommitQueue<string>({
    soon: (flush) => moments.push(flush),
    write: (writes) => {
      written.push(writes)
      const refusal = answers.shift()
      return refusal ? refuse(refusal) : accept(null)
    },
  })
  return { queue, moments, written, answers }
}

test('[ST4] commits of one moment are written at once, in order, and the first asks for the moment', () => {
  const { queue, moments, written } = handQueue()
  void queue.add(['a', 'b'])
  void queue.add(['c'])
  assert.deepEqual([moments.length, written], [1, []])
  moments[0]?.()
  assert.deepEqual([moments.length, written], [1, [['a', 'b', 'c']]])
})

test('[ST4] a transaction takes only so many changes, but a commit is never divided', () => {
  const { queue, moments, written } = handQueue()
  const many = Array.from({ length: TRANSACTION_CHANGES_MAX - 1 }, () => 'many')
  void queue.add(many)
  void queue.add(['two', 'three'])
  void queue.add([...many, ...many])
  for (let moment = moments.shift(); moment; moment = moments.shift()) moment()
  assert.deepEqual(
    written.map(({ length }) => length),
    [many.length, 2, 2 * many.length],
  )
})

test('[ST8] commits that share a transaction are refused together, and later ones are not', async () => {
  const { queue, moments, answers } = handQueue()
  answers.push(full)
  const together = [queue.add(['a']), queue.add(['b'])]
  moments.shift()?.()
  const later = queue.add(['c'])
  moments.shift()?.()
  assert.deepEqual(await Promise.all(together), [refuse(full), refuse(full)])
  assert.deepEqual(await later, accept(null))
})

test('[ST3] a commit that failed is not visible', async () => {
  const store = openMemoryStore()
  store.failNext(full)
  assert.deepEqual(await store.commit([put('self', 'a', 'b')]), refuse(full))
  assert.deepEqual(await store.records('self'), [])
  assert.deepEqual(await store.commit([put('self', 'a', 'b')]), accept(null))
  assert.equal((await store.records('self')).length, 1)
})

test('[ST9] the memory store can be stopped before its answer, and a crash then loses just what was not answered', async () => {
  const store = openMemoryStore()
  await store.commit([put('self', 'answered', '')])
  store.pause()
  const waiting = store.commit([put('self', 'waiting', '')])
  const crashed = openMemoryStore(store.snapshot())
  assert.deepEqual(
    (await crashed.records('self')).map(({ key }) => key),
    ['answered'],
  )
  store.resume()
  assert.deepEqual(await waiting, accept(null))
  assert.equal((await store.records('self')).length, 2)
  assert.equal((await crashed.records('self')).length, 1, 'what a snapshot holds does not change')
})
