import test from 'node:test'
import { run } from './run.ts'

// A quarter of two hundred: files run at the same time.
test('[SY20] people who are divided, lost and restarted end with one group, seeds 1 to 50', async () => {
  for (let seed = 1; seed <= 50; seed++) await run(seed)
})
