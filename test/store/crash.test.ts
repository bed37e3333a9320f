import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { alice, eventOf, hall, lineOf, temporaryFolder, utf8 } from './examples.ts'
import { openEither } from './either.ts'

const KILLS = 20
/** Starting takes longer there. */
const KILLS_SEALED = 10

/** Runs the committer from that number on, kills it once it has answered so many, and gives all that it answered. */
const commitUntilKilled = async (
  file: string,
  first: number,
  answers: number,
  key: string | undefined,
): Promise<readonly number[]> => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'committer.ts'), file, String(first), ...(key === undefined ? [] : [key])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const closed = once(child, 'close')
  const answered: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    // Every line is whole: a write as short as this goes into a pipe at once or not at all.
    answered.push(Number(line))
    if (answered.length === answers) child.kill('SIGKILL')
  }
  await closed
  return answered
}

test('[ST2] a process killed at any moment loses nothing that was acknowledged, and leaves nothing half done', (context) =>
  killAtAnyMoment(context, KILLS))

test('[ST2] [AR10] nor does one whose store is sealed', (context) =>
  killAtAnyMoment(context, KILLS_SEALED, randomBytes(32).toString('hex')))

const killAtAnyMoment = async (context: TestContext, kills: number, key?: string): Promise<void> => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
  context.diagnostic(`SEED=${seed}`)
  const answerCounts = fc.sample(fc.integer({ min: 1, max: 400 }), { seed, numRuns: kills })
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'kith.db')
  try {
    const acknowledged: number[] = []
    for (const answers of answerCounts) {
      acknowledged.push(...(await commitUntilKilled(file, (acknowledged.at(-1) ?? 0) + 100, answers, key)))
      const store = await openEither(file, key)
      const records = await store.records('self')
      const numbers = new Set(records.map(({ key }) => Number(key)))
      assert.deepEqual(
        acknowledged.filter((number) => !numbers.has(number)),
        [],
        'acknowledged and lost',
      )

      const events = await store.events({ conversation: hall, author: alice, from: 0, limit: 1e6, bytes: 1e9 })
      const lines = await store.lines({ conversation: hall, limit: 1e6 })
      const sorted = [...numbers].toSorted((a, b) => a - b)
      assert.deepEqual(
        events,
        sorted.map((number) => eventOf(number)),
      )
      assert.deepEqual(
        lines,
        sorted.map((number) => lineOf(number, `number ${number}`)),
      )
      const newest = sorted.at(-1)
      assert.deepEqual(
        (await store.search({ text: `number ${newest}`, limit: 1 })).map(({ time }) => time),
        [newest],
      )
      assert.deepEqual(await store.record('self', String(newest)), utf8(`value ${newest}`))
      await store.close()
    }
    assert.ok(acknowledged.length >= kills)
  } finally {
    remove()
  }
}
