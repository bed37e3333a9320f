import { parseArgs } from 'node:util'
import { run } from './run.ts'

/** `npm run simulate -- --seeds N [--from SEED]`: so many groups; `npm run simulate -- --seed S`: this one. */
const main = async (words: readonly string[]): Promise<void> => {
  const options = { seed: { type: 'string' }, seeds: { type: 'string' }, from: { type: 'string' } } as const
  const { seed, seeds = '100', from = '1' } = parseArgs({ args: [...words], options }).values
  const [first, count] = seed === undefined ? [Number(from), Number(seeds)] : [Number(seed), 1]
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    process.stderr.write('Seeds are whole numbers: npm run simulate -- --seeds 1000 --from 1\n')
    process.exitCode = 2
    return
  }
  const began = performance.now()
  const failed: number[] = []
  for (let each = first; each < first + count; each++)
    try {
      const { devices, messages, events, links, frames, crashes } = await run(each)
      const size = `${devices} devices, ${messages} messages, ${events} events, ${crashes} crashes`
      process.stdout.write(`seed ${each}: ${size}, ${links} links, ${frames} frames\n`)
    } catch (error) {
      failed.push(each)
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const outcome = failed.length === 0 ? 'all well' : `failed: ${failed.join(', ')}`
  process.stdout.write(`\n${count} seeds in ${seconds} s, ${outcome}\n`)
  if (failed.length > 0) process.exitCode = 1
}

await main(process.argv.slice(2))
