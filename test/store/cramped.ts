import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attic, hall, lineOf } from './examples.ts'
import { openEither } from './either.ts'
import { drop, put } from './files.ts'

// A process that fills the small disk of its first argument beside a store, and says what the store answers. The store is
// sealed if there is a key (hexadecimal) as second argument.

const [disk = '', key] = process.argv.slice(2)
const file = join(disk, 'store', 'kith.db')
const filler = join(disk, 'filler')

const fill = (): void => {
  for (const bytes of [65_536, 4_096, 1]) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' })
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
    }
  }
}
const say = (what: string, answer: unknown): void => void process.stdout.write(`${what}: ${JSON.stringify(answer)}\n`)
const long = 'many words '.repeat(4_000)

const store = await openEither(file, key)
say('before', await store.commit([{ put: 'line', line: lineOf(1, 'before') }, put('secret', 'kept', 'kept')]))
fill()
// What a refused commit would have begun, a conversation and a slot that became free, must not be counted on later.
const refusedLine = lineOf(2, 'small', { conversation: attic })
const refused = [
  store.commit([{ put: 'line', line: refusedLine }, drop('secret', 'kept')]),
  store.commit([{ put: 'line', line: lineOf(3, long) }, put('secret', 'long', new Uint8Array(200_000))]),
]
say('full', await Promise.all(refused))
const seen = async () => [
  (await store.lines({ conversation: hall, limit: 9 })).map(({ time }) => time),
  (await store.lines({ conversation: attic, limit: 9 })).map(({ time }) => time),
  (await store.search({ text: 'small', limit: 9 })).length,
  (await store.line(attic, refusedLine.id)) ?? 'not there',
  (await store.records('secret')).map(({ key, value }) => `${key} ${new TextDecoder().decode(value)}`),
]
say('visible', await seen())
rmSync(filler)
const after = lineOf(4, 'small after', { conversation: attic })
say('space again', await store.commit([{ put: 'line', line: after }, put('secret', 'new', 'new')]))
say('visible', await seen())
fill()
await store.close()
const full = await openEither(file, key)
say(
  'opened while full',
  (await full.lines({ conversation: attic, limit: 9 })).map(({ time }) => time),
)
await full.close()
