import assert from 'node:assert/strict'
import test from 'node:test'
import { run } from './run.ts'

/** Seeds that found something once, by what they found in the program as it was, or broken on purpose. */
const FOUND: Readonly<Record<string, number>> = {
  'who was let in again by somebody who was removed beside it, or by a used up invitation, never learnt it': 11,
  'an operation took so late a time that the invitation it used was expired': 44,
  'a device that was out already was given more when its person was removed': 8,
  'events that came before their parents were dropped': 26,
}

for (const [what, seed] of Object.entries(FOUND))
  test(`[SY20] ${what} (seed ${seed})`, async () => {
    await run(seed)
  })

test('[SY21] the same seed gives the same run', async () => {
  for (const seed of [3, 6]) assert.deepEqual(await run(seed), await run(seed))
})
