import assert from 'node:assert/strict'
import test from 'node:test'
import { simulate } from './simulation.ts'

// Any number by hand: `SEEDS=5000 node --test test/simulation/simulation.test.ts`, or `SEED=17` for one of them.
const SEEDS = Number(process.env['SEEDS'] ?? 60)
const ONLY = process.env['SEED']

/** Seeds that found something once, in the program or in one that was broken on purpose, by what they found. */
const FOUND: Readonly<Record<string, number>> = {
  'an event that left before it was on disk': 2,
  'a message key that was used twice': 1,
  'what a full disk refused, and nobody asked for again': 26,
}

const run = async (seed: number): Promise<void> => {
  try {
    await simulate(seed)
  } catch (error) {
    throw new Error(`seed ${seed} failed; replay: SEED=${seed} node --test test/simulation/simulation.test.ts`, {
      cause: error,
    })
  }
}

test(`[PE38] people end with equal conversations that hold all that was acknowledged, in ${SEEDS} runs`, async () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(ONLY)]
  for (const seed of seeds) await run(seed)
})

for (const [what, seed] of Object.entries(FOUND)) test(`[PE38] ${what} (seed ${seed})`, () => run(seed))

test('[PE39] the same seed gives the same run', async () => {
  for (const seed of [2, 9, 31]) {
    const [first, second] = [await simulate(seed), await simulate(seed)]
    assert.deepEqual(first, second, `seed ${seed} ran in two ways`)
    assert.ok(first.acknowledged > 0 && first.frames > 0)
  }
})
