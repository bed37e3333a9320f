import assert from 'node:assert/strict'
import test from 'node:test'
import type { Sabotage } from './device.ts'
import { run } from './run.ts'
import { simulate } from './simulation.ts'

/** A few seeds in which each kind of sabotage shows. */
const SHOWS: Readonly<Record<Sabotage, { readonly seeds: readonly number[]; readonly as: RegExp }>> = {
  'drops-early': { seeds: [1, 26], as: /sees another group/ },
  'withdraws-nothing': { seeds: [1, 5], as: /shows other lines/ },
  'limits-nobody': { seeds: [1, 2], as: /holds what was written after it was removed/ },
}

for (const [sabotage, { seeds, as }] of Object.entries(SHOWS) as [Sabotage, (typeof SHOWS)[Sabotage]][])
  test(`[SY23] it shows when a device ${sabotage}`, async () => {
    const failures: string[] = []
    for (const seed of seeds) await simulate(seed, { sabotage }).catch((error: Error) => failures.push(error.message))
    assert.ok(
      failures.some((each) => as.test(each)),
      failures.join('\n') || 'nothing was found',
    )
  })

test('[SY22] who passes nothing on, and who replays others in any order, stops nobody else', async () => {
  for (let seed = 301; seed <= 306; seed++) await run(seed, { hasSelfish: true, hasUnruly: true })
})
