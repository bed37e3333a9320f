import { simulate, type Outcome } from './simulation.ts'
import type { Nature } from './world.ts'

/** Runs one seed; when it fails, says how to see it again. */
export const run = async (seed: number, nature?: Nature): Promise<Outcome> => {
  try {
    return await simulate(seed, nature)
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: String(error) }
    throw new Error(`seed ${seed} failed; replay: npm run simulate -- --seed ${seed}\n${message}`, { cause: error })
  }
}
