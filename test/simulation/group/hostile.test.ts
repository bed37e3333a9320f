import test from 'node:test'
import { run } from './run.ts'

test('[SY250] whatever a member with a changed program claims, at whatever time, the others end with one group', async (t) => {
  const seed = 501
  t.diagnostic(`seeds from ${seed}`)
  for (let each = seed; each < seed + 12; each++) await run(each, { hasHostile: true })
})
