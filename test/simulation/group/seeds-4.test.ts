import test from 'node:test'
import { run } from './run.ts'

// A quarter of two hundred: files run at the same time.
test('[SY20] people who are divided, lost and restarted end with one group, seeds 151 to 200', async () => {
  for (let seed = 151; seed <= 200; seed++) await run(seed)
})
