import { openSqliteStore } from '../../src/store/sqlite.ts'
import { eventOf, lineOf } from './examples.ts'
import { put } from './files.ts'

// A process that commits records, events and lines with rising numbers to the store in the file that is its argument,
// and prints each number once its commit was answered, until it is killed.

const file = process.argv[2] ?? ''
const opened = openSqliteStore({ file })
if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
const store = opened.value
const start = (await store.records('self')).length

// Several at a time, so that transactions are shared.
const LANES = 5
const commitLane = async (lane: number): Promise<void> => {
  for (let number = start + lane; ; number += LANES) {
    const { ok } = await store.commit([
      put('self', String(number), `value ${number}`),
      { put: 'event', event: eventOf(number) },
      { put: 'line', line: lineOf(number, `number ${number}`) },
      put('secret', 'chain', `key ${number}`),
    ])
    if (!ok) throw new Error(`${number} was refused`)
    process.stdout.write(`${number}\n`)
  }
}
await Promise.all(Array.from({ length: LANES }, (_, lane) => commitLane(lane)))
