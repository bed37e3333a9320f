import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { draw, fullPool, heldBy, mayDraw } from '../../src/server/pool.ts'

test('[MX24] whatever is drawn and given back, no address is given more than it leaves to all others', () => {
  const move = fc.record({ who: fc.nat(5).map(String), amount: fc.integer({ min: -30, max: 60 }) })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const pool = fullPool(100)
      for (const { who, amount } of moves) {
        if (amount < 0) draw(pool, who, -Math.min(-amount, heldBy(pool, who)))
        else if (mayDraw(pool, who, amount)) {
          draw(pool, who, amount)
          assert.ok(heldBy(pool, who) <= pool.max - pool.drawn)
        }
        const sum = [...pool.held.values()].reduce((total, held) => total + held, 0)
        assert.equal(pool.drawn, sum)
        assert.ok(sum <= pool.max)
      }
    }),
  )
})

test('[MX24] greedy addresses get the same each, and leave as much again', () => {
  for (const greedy of [1, 3, 9]) {
    const pool = fullPool(1_000)
    const names = Array.from({ length: greedy }, (_, index) => `greedy ${index}`)
    for (let round = 0; round < pool.max; round++)
      for (const name of names) if (mayDraw(pool, name, 1)) draw(pool, name, 1)
    const held = names.map((name) => heldBy(pool, name))
    for (const each of held) assert.ok(Math.abs(each - pool.max / (greedy + 1)) <= 1, held.join())
    assert.ok(mayDraw(pool, 'late', Math.floor(pool.max / (greedy + 1) / 2)))
  }
})
