import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createFairQueue, TURN_BYTES } from '../../../src/link/libp2p/fair-queue.ts'
import { createLine } from '../../../src/link/libp2p/line.ts'
import { createSimulatedTime } from '../../../src/link/memory-time.ts'

const pieces = fc.array(fc.integer({ min: 1, max: TURN_BYTES }), { minLength: 1, maxLength: 200 })

test('[SV210] who always has something waiting gets the same as the others, however large the pieces are', () => {
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 2, maxLength: 6 }), (senders) => {
      const queue = createFairQueue<number>()
      const passed = senders.map(() => 0)
      /** How far each was whenever something had passed, while all still had something waiting. */
      const history: number[][] = []
      const left = senders.map((sizes) => sizes.length)
      for (const [sender, sizes] of senders.entries())
        for (const bytes of sizes)
          queue.put(sender, {
            bytes,
            pass: () => {
              passed[sender] = (passed[sender] ?? 0) + bytes
              left[sender] = (left[sender] ?? 0) - 1
            },
          })
      while (left.every((count) => count > 0)) {
        queue.next()?.pass()
        history.push([...passed])
      }
      // In any stretch of time, not only from the start.
      for (const [index, before] of history.entries())
        for (const after of history.slice(index)) {
          const gained = after.map((bytes, sender) => bytes - (before[sender] ?? 0))
          assert.ok(Math.max(...gained) - Math.min(...gained) <= 3 * TURN_BYTES, gained.join(' '))
        }
    }),
    { numRuns: 60 },
  )
})

test('[SV210] everything passes, what one sends in its order, and nothing is left over', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: TURN_BYTES }))), (sent) => {
      const queue = createFairQueue<number>()
      const passed: number[][] = [[], [], [], [], []]
      for (const [index, [sender, bytes]] of sent.entries())
        queue.put(sender, { bytes, pass: () => void passed[sender]?.push(index) })
      for (let piece = queue.next(); piece; piece = queue.next()) piece.pass()
      assert.equal(queue.waiting, 0)
      assert.equal(passed.flat().length, sent.length)
      for (const each of passed)
        assert.deepEqual(
          each,
          each.toSorted((a, b) => a - b),
        )
    }),
  )
})

test('[SV211] who sends now and then waits for at most two pieces of each of those who send all the time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.nat(200),
      fc.integer({ min: 1, max: TURN_BYTES }),
      (greedy, at, bytes) => {
        const queue = createFairQueue<number>()
        const passed = Array.from({ length: greedy }, () => 0)
        const fill = (sender: number): void =>
          queue.put(sender, {
            bytes: 1 + ((sender * 7_919 + (passed[sender] ?? 0)) % TURN_BYTES),
            pass: () => void (passed[sender] = (passed[sender] ?? 0) + 1),
          })
        for (let sender = 0; sender < greedy; sender += 1) for (let count = 0; count < 400; count += 1) fill(sender)
        for (let count = 0; count < at; count += 1) queue.next()?.pass()
        let waits = true
        let waited = 0
        queue.put(99, { bytes, pass: () => void (waits = false) })
        while (waits) {
          const piece = queue.next()
          assert.ok(piece)
          piece.pass()
          if (waits) waited += piece.bytes
        }
        assert.ok(waited <= greedy * 2 * TURN_BYTES, `${waited} bytes of ${greedy} others`)
      },
    ),
  )
})

/** A line of 1 MiB a second, 64 KiB of it at once, and who was let through when. */
const createTown = () => {
  const time = createSimulatedTime()
  const line = createLine<string>({ perSecond: 1024 * 1024, burst: 64 * 1024 }, time)
  const passed: { readonly sender: string; readonly bytes: number; readonly at: number }[] = []
  const send = (sender: string, bytes: number): Promise<void> =>
    new Promise((resolve) => {
      const pass = (from: number, to: number): void => void passed.push({ sender, bytes: to - from, at: time.now() })
      if (line.send({ sender, bytes, pass, onPassed: resolve })) resolve()
    })
  const bytesOf = (sender: string): number =>
    passed.filter((each) => each.sender === sender).reduce((sum, { bytes }) => sum + bytes, 0)
  return { time, line, send, passed, bytesOf }
}

test('[SV210] no more passes in any time than the line lets through', async () => {
  const { time, send, passed } = createTown()
  for (let count = 0; count < 40; count += 1) void send(`sender ${count % 3}`, 50_000)
  await time.advance(10_000)
  assert.equal(
    passed.reduce((sum, { bytes }) => sum + bytes, 0),
    40 * 50_000,
  )
  for (const [index, { at: from }] of passed.entries()) {
    let bytes = 0
    for (const { bytes: more, at } of passed.slice(index)) {
      bytes += more
      const allowed = 64 * 1024 + ((at - from) / 1000) * 1024 * 1024 + TURN_BYTES
      assert.ok(bytes <= allowed, `${bytes} bytes in ${at - from} ms`)
    }
  }
})

test('[SV211] beside two who send all they can, a third says each word in its turn', async () => {
  const { time, line, send, bytesOf } = createTown()
  const flood = async (sender: string): Promise<void> => {
    for (;;) await send(sender, 256 * 1024)
  }
  for (const sender of ['greedy', 'greedier', 'greedier']) void flood(sender)
  await time.advance(1_000)
  for (let word = 0; word < 100; word += 1) {
    const before = bytesOf('greedy') + bytesOf('greedier')
    const said = send('modest', 200)
    assert.equal(bytesOf('modest'), word * 200)
    let heard = false
    void said.then(() => (heard = true))
    while (!heard) assert.ok(await time.step())
    const meanwhile = bytesOf('greedy') + bytesOf('greedier') - before
    // What waits for two pieces of each, and the piece with which the line's allowance runs out.
    assert.ok(meanwhile <= 5 * TURN_BYTES, `${meanwhile} bytes of others`)
    await time.advance(7)
  }
  const share = bytesOf('greedy') - bytesOf('greedier')
  assert.ok(Math.abs(share) <= 3 * TURN_BYTES, `one of them got ${share} bytes more`)
  assert.ok(line.waiting > 0)
})
