import { writeFileSync } from 'node:fs'
import { sealChunks } from '../../src/core/backup/chunks.ts'
import { encodeEntry, type Entry, type Head, type Kept } from '../../src/core/backup/entry.ts'
import { readPreamble, writeExport } from '../../src/core/backup/export.ts'
import { encode } from '../../src/core/bytes/cbor.ts'
import { hkdfExpand } from '../../src/core/crypto/symmetric.ts'
import { stretch } from '../../src/crypto/argon2.ts'
import { readable } from './core.ts'

/** `node test/vectors/export.ts` writes the vectors beside this file; a test makes them anew and compares. */
export const VECTORS_FILE = new URL('export.json', import.meta.url)

/** One that is composed in two ways, so that it shows how passphrases are normalised. */
const passphrase = 'Grüße an alle'.normalize('NFD')
const how = { memoryKib: 64, passes: 3, lanes: 4 }
const salt = new Uint8Array(16).fill(0x51)
const fileKey = new Uint8Array(32).fill(0x52)

const id = (digit: string): string => digit.repeat(64)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const head: Head = {
  entry: 'head',
  version: 1,
  time: 1_700_000_000_000,
  person: id('a'),
  device: id('b'),
  name: 'Ann',
}
const kept: readonly Kept[] = [
  { entry: 'record', space: 'setting', key: 'server', value: encode('127.0.0.1:12345') },
  {
    entry: 'event',
    id: id('1'),
    conversation: id('c'),
    author: id('b'),
    seq: 1,
    bytes: bytesOf('signed event'),
    content: bytesOf('salted plaintext'),
    target: id('2'),
  },
  {
    entry: 'line',
    id: id('1'),
    conversation: id('c'),
    time: 1_700_000_000_001,
    author: id('b'),
    seq: 1,
    counts: false,
    text: 'hello',
    bytes: bytesOf('line'),
  },
]
const entries: readonly Entry[] = [head, ...kept, { entry: 'end', records: 1, events: 1, lines: 1 }]

const each = async function* <Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values
}

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const collected: Uint8Array[] = []
  for await (const piece of pieces) collected.push(piece)
  return Uint8Array.from(Buffer.concat(collected))
}

/** The parts of one export, and what two chunks of a stream look like; byte strings in hexadecimal. */
export const vectors = async (): Promise<unknown> => {
  const dice = [fileKey, salt]
  const random = (): Uint8Array => (dice.shift() ?? new Uint8Array(0)).slice()
  const file = await collect(writeExport({ head, kept: each(kept) }, passphrase, { stretch, how, random }))
  const preamble = readPreamble(file)
  if (!preamble.ok) throw new Error('an export without a preamble')
  const stretched = await stretch(passphrase.normalize('NFKC'), salt, how)
  const stream = new Uint8Array(65_537).fill(0x53)
  const sealed = await collect(sealChunks(fileKey, each([stream])))
  return readable({
    passphrase: bytesOf(passphrase),
    how,
    salt,
    stretched,
    lockKey: hkdfExpand(stretched, 'kith lock 1'),
    fileKey,
    preamble: file.subarray(0, preamble.value.bytes),
    entries: entries.map((entry) => encodeEntry(entry)),
    file,
    chunkKeys: {
      firstNotLast: hkdfExpand(fileKey, 'kith export chunk 1', encode([0, false])),
      secondLast: hkdfExpand(fileKey, 'kith export chunk 1', encode([1, true])),
    },
    stream: { byte: 0x53, length: stream.length, firstTag: sealed.subarray(65_536, 65_552), last: sealed.subarray(65_552) },
  })
}

if (import.meta.main) writeFileSync(VECTORS_FILE, `${JSON.stringify(await vectors(), null, 2)}\n`)
