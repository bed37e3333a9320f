import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { bounded } from '../../src/api/bounded.ts'

/** All of a stream that ends. */
const allOf = async <Item>(stream: AsyncIterable<Item>): Promise<Item[]> => {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** Counts from zero as fast as it is read, up to `count` for each opening. */
const counting = (count: number) => {
  const openings: AbortSignal[] = []
  const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
    openings.push(signal)
    for (let next = 0; next < count && !signal.aborted; next++) yield next
  }
  return { open, openings }
}

/** Lets everything that is ready run. */
const quiet = () => new Promise((resolve) => setImmediate(resolve))

test('[DR15] a reader that keeps up gets everything in order', async () => {
  const source = counting(1_000)
  const stream = bounded({ open: source.open, weigh: () => 1, weightMax: 2_000, signal: new AbortController().signal })
  const got = await allOf(stream)
  assert.deepEqual(
    got,
    Array.from({ length: 1_000 }, (_, item) => ({ lost: false, item })),
  )
})

test('[DR15] what was taken counts no more, however long the stream', async (t) => {
  let allowed = 3
  const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
    for (let next = 0; !signal.aborted; next++) {
      while (next >= allowed && !signal.aborted) await quiet()
      yield next
    }
  }
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const stream = bounded({ open, weigh: () => 1, weightMax: 5, signal: stopping.signal })
  for (let item = 0; item < 100; item++) {
    assert.deepEqual((await stream.next()).value, { lost: false, item })
    // Two always wait, never more: one more comes for each that is taken.
    allowed += 1
    await quiet()
    await quiet()
  }
})

test('[DR15] a reader that falls behind is told once, and only then the stream begins anew', async () => {
  const source = counting(100)
  const stream = bounded({ open: source.open, weigh: () => 1, weightMax: 10, signal: new AbortController().signal })
  const first = await stream.next()
  await quiet()
  assert.deepEqual([first.value, source.openings.length], [{ lost: false, item: 0 }, 1])
  assert.equal(source.openings[0]?.aborted, true)
  assert.deepEqual((await stream.next()).value, { lost: true })
  assert.equal(source.openings.length, 1)
  assert.deepEqual((await stream.next()).value, { lost: false, item: 0 })
  assert.equal(source.openings.length, 2)
  await stream.return()
})

test('[DR15] one item heavier than the bound passes', async () => {
  const source = counting(1)
  const stream = bounded({ open: source.open, weigh: () => 50, weightMax: 10, signal: new AbortController().signal })
  assert.deepEqual(await allOf(stream), [{ lost: false, item: 0 }])
})

test('[DR14] giving up reading, and the signal, both give up the source', async () => {
  for (const how of ['return', 'abort'] as const) {
    const stopping = new AbortController()
    let ended = false
    const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
      yield 1
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
    }
    const stream = bounded({ open, weigh: () => 1, weightMax: 10, signal: stopping.signal })
    await stream.next()
    if (how === 'abort') {
      const next = stream.next()
      stopping.abort()
      assert.equal((await next).done, true)
    } else await stream.return()
    await quiet()
    assert.equal(ended, true, how)
  }
})

test('[DR15] an error of the source comes after what it gave', async () => {
  const open = async function* (): AsyncGenerator<number> {
    yield 1
    throw new RangeError('broken')
  }
  const stream = bounded({ open, weigh: () => 1, weightMax: 10, signal: new AbortController().signal })
  assert.deepEqual((await stream.next()).value, { lost: false, item: 1 })
  await assert.rejects(stream.next(), RangeError)
})

test('[DR15] at any pace a reader sees beginnings without holes, and never more waits than the bound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.boolean(), { maxLength: 100 }),
      async (max, pauses) => {
        let given = 0
        let taken = 0
        const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
          taken = given
          for (let next = 0; next < 60 && !signal.aborted; next++) {
            given += 1
            yield next
          }
        }
        const stream = bounded({ open, weigh: () => 1, weightMax: max, signal: new AbortController().signal })
        let expected = 0
        for (const pause of pauses) {
          const { value, done } = await stream.next()
          if (done === true) break
          if (value.lost) expected = 0
          else assert.equal(value.item, expected++)
          taken += value.lost ? 0 : 1
          if (pause) await quiet()
          // One more than the bound: the item that did not fit was given and dropped.
          assert(given - taken <= max + 1, `${given - taken} wait`)
        }
        await stream.return()
      },
    ),
  )
})
