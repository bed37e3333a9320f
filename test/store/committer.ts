import { openEither } from './either.ts'
import { eventOf, lineOf } from './examples.ts'
import { put } from './files.ts'

// A process that commits numbered records, events and lines to the store in the file of its first argument, from the
// number of its second, sealed if there is a key (hexadecimal) as its third, several at a time so that transactions are shared. It prints each number once its commit was
// answered, until it is killed. Wipes are due at once, so that it is often killed in one, or soon after.

const LANES = 5
const [file = '', first = '0', key] = process.argv.slice(2)

const store = await openEither(file, key, (_, ring) => {
  const due = setImmediate(ring)
  return () => clearImmediate(due)
})

const commitLane = async (lane: number): Promise<void> => {
  for (let number = Number(first) + lane; ; number += LANES) {
    const { ok } = await store.commit([
      put('self', String(number), `value ${number}`),
      { put: 'event', event: eventOf(number) },
      { put: 'line', line: lineOf(number, `number ${number}`) },
      put('secret', `${number % 100}`, `key ${number}`),
    ])
    if (!ok) throw new Error(`${number} was refused`)
    process.stdout.write(`${number}\n`)
  }
}
await Promise.all(Array.from({ length: LANES }, (_, lane) => commitLane(lane)))
