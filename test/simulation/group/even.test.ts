import test from 'node:test'
import { run } from './run.ts'

// Half of the seeds here and half in odd.test.ts: files run at the same time.
const SEEDS = Array.from({ length: 100 }, (_, at) => 2 * (at + 1))

test(`[SY20] people who are divided, lost and restarted end with one group, ${SEEDS.length} even seeds`, async () => {
  for (const seed of SEEDS) await run(seed)
})
