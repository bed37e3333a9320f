import test from 'node:test'
import { run } from './run.ts'

// A quarter of two hundred: files run at the same time.
test('[SY20] people who are divided, lost and restarted end with one group, seeds 101 to 150', async () => {
  for (let seed = 101; seed <= 150; seed++) await run(seed)
})
