import assert from 'node:assert/strict'
import test from 'node:test'
import { run } from './run.ts'

const SEEDS = Array.from({ length: 100 }, (_, at) => 2 * at + 1)

/** Seeds that found something once, by what they found. */
const FOUND: Readonly<Record<string, number>> = {
  'a device that was let in again by somebody who was removed meanwhile never learnt that it is out': 5,
  'an operation whose time made an invitation expire while it was written': 40,
  'a newcomer by a used up invitation, removed once before, never learnt that it is out': 81,
}

test(`[SY20] people who are divided, lost and restarted end with one group, ${SEEDS.length} odd seeds`, async () => {
  for (const seed of SEEDS) await run(seed)
})

for (const [what, seed] of Object.entries(FOUND))
  test(`[SY20] ${what} (seed ${seed})`, async () => {
    await run(seed)
  })

test('[SY21] the same seed gives the same run', async () => {
  for (const seed of [3, 6]) assert.deepEqual(await run(seed), await run(seed))
})
