import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CHUNK_BYTES, sealChunks } from '../../../src/core/backup/chunks.ts'
import {
  encodeEntry,
  ENTRY_BYTES_MAX,
  readEntry,
  type Entry,
  type Head,
  type Kept,
} from '../../../src/core/backup/entry.ts'
import {
  PREAMBLE_BYTES_MAX,
  readExport,
  readPreamble,
  unlockExport,
  writeExport,
  type ExportRefusal,
} from '../../../src/core/backup/export.ts'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { STRETCH_MEMORY_KIB_MAX, type Stretch } from '../../../src/core/crypto/passphrase.ts'
import { hkdfExtract } from '../../../src/core/crypto/symmetric.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const hexOf = (digit: string): string => digit.repeat(64)

/** Stands for Argon2 where the cost of it is of no interest. */
const stretch: Stretch = async (passphrase, salt) => hkdfExtract(salt, utf8(passphrase))
const how = { memoryKib: 8, passes: 1, lanes: 1 }
const passphrase = 'a passphrase for exports'

const head: Head = {
  entry: 'head',
  version: 1,
  time: 1_700_000_000_000,
  person: hexOf('a'),
  device: hexOf('b'),
  name: 'Ann',
}
const record: Kept = { entry: 'record', space: 'setting', key: 'a', value: utf8('one') }
const event: Kept = {
  entry: 'event',
  id: hexOf('1'),
  conversation: hexOf('c'),
  author: hexOf('b'),
  seq: 7,
  bytes: utf8('signed'),
}
const line: Kept = {
  entry: 'line',
  id: 'gap/1',
  conversation: hexOf('c'),
  time: 5,
  author: hexOf('b'),
  seq: 7,
  counts: true,
  bytes: utf8('line'),
}

const each = async function* <Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values
}

const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const collected: Uint8Array[] = []
  for await (const piece of pieces) collected.push(piece)
  return Buffer.concat(collected)
}

const write = async (
  kept: Iterable<Kept>,
  random = (bytes: number) => new Uint8Array(bytes).fill(7),
): Promise<Buffer> => collect(writeExport({ head, kept: each(kept) }, passphrase, { stretch, how, random }))

/** What a file says, in pieces of any size, or why not. */
const read = async (
  file: Uint8Array,
  { phrase = passphrase, piece = 50_000 } = {},
): Promise<{ readonly entries: readonly Entry[]; readonly refusal?: ExportRefusal['kind'] }> => {
  const preamble = readPreamble(file.subarray(0, PREAMBLE_BYTES_MAX))
  if (!preamble.ok) return { entries: [], refusal: preamble.refusal.kind }
  const key = await unlockExport(preamble.value, phrase, stretch)
  if (!key.ok) return { entries: [], refusal: key.refusal.kind }
  const rest = file.subarray(preamble.value.bytes)
  const pieces = Array.from({ length: Math.ceil(rest.length / piece) }, (_, at) =>
    rest.subarray(at * piece, (at + 1) * piece),
  )
  const entries: Entry[] = []
  for await (const entry of readExport(key.value, each(pieces))) {
    if (!entry.ok) return { entries, refusal: entry.refusal.kind }
    entries.push(entry.value)
  }
  return { entries }
}

/** Some entries whose file has several chunks. */
const long: readonly Kept[] = Array.from({ length: 8 }, (_, seq) => ({
  ...event,
  seq,
  bytes: new Uint8Array(30_000).fill(seq),
}))
const preambleBytes = async (): Promise<number> => {
  const preamble = readPreamble(await write([]))
  assert.ok(preamble.ok)
  return preamble.value.bytes
}

const bytes = fc.uint8Array({ maxLength: 2_000 })
const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => Buffer.from(value).toString('hex'))
const keptArbitrary: fc.Arbitrary<Kept> = fc.oneof(
  fc.record(
    { entry: fc.constant('record' as const), space: fc.string({ maxLength: 20 }), key: fc.string(), value: bytes },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      entry: fc.constant('event' as const),
      id,
      conversation: id,
      author: id,
      seq: fc.nat(),
      bytes,
      content: bytes,
      target: id,
    },
    { requiredKeys: ['entry', 'id', 'conversation', 'author', 'seq', 'bytes'], noNullPrototype: true },
  ),
  fc.record(
    {
      entry: fc.constant('line' as const),
      id: fc.string({ maxLength: 80 }),
      conversation: id,
      time: fc.nat(),
      author: id,
      seq: fc.nat(),
      counts: fc.boolean(),
      text: fc.string(),
      bytes,
    },
    {
      requiredKeys: ['entry', 'id', 'conversation', 'time', 'author', 'seq', 'counts', 'bytes'],
      noNullPrototype: true,
    },
  ),
)

test('[EX1] what was exported is read back, however the file is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(keptArbitrary, { maxLength: 60 }),
      fc.integer({ min: 1, max: 70_000 }),
      async (kept, piece) => {
        const { entries, refusal } = await read(await write(kept), { piece: Math.max(piece, 500) })
        assert.equal(refusal, undefined)
        assert.deepEqual(entries.slice(1, -1), kept)
        assert.deepEqual(entries[0], head)
        assert.equal(entries.at(-1)?.entry, 'end')
      },
    ),
    { numRuns: 50 },
  )
  assert.deepEqual((await read(await write(long), { piece: 1 })).entries.slice(1, -1), long)
})

test('[EX1] a file whose last chunk is exactly full is whole', async () => {
  const rest = (await write([record])).length - (await preambleBytes()) - 16
  const value = (more: number): Kept => ({
    ...record,
    value: new Uint8Array(CHUNK_BYTES - rest + record.value.length - more),
  })
  const lengths = new Set<number>()
  for (let more = 0; more < 12; more++) {
    const file = await write([value(more)])
    lengths.add(file.length - (await preambleBytes()) - 16)
    assert.equal((await read(file)).refusal, undefined)
  }
  assert.ok(lengths.has(CHUNK_BYTES), 'one of them is')
})

test('[EX2] nothing of what is kept can be read in the file, and equal exports differ', async () => {
  const file = await write([record, event, line])
  for (const word of ['setting', 'one', 'signed', 'gap/1', 'Ann']) assert.equal(file.indexOf(word), -1)
  let dice = 0
  const random = (count: number) => new Uint8Array(count).map(() => dice++ % 256)
  assert.notDeepEqual(await write([record], random), await write([record], random))
})

test('[EX3] a wrong passphrase is told from a damaged file', async () => {
  const file = await write([record])
  assert.equal((await read(file, { phrase: 'another one' })).refusal, 'wrong-passphrase')
  file[file.length - 1] = (file[file.length - 1] ?? 0) ^ 1
  assert.equal((await read(file)).refusal, 'export-damaged')
  assert.equal((await read(utf8('SQLite format 3'))).refusal, 'no-export')
  assert.equal((await read(new Uint8Array(0))).refusal, 'no-export')
})

test('[EX4] chunks that are cut off, left out, moved or repeated, and any more behind the last, are noticed', async () => {
  const file = await write(long)
  const start = await preambleBytes()
  const chunks: Uint8Array[] = []
  for (let at = start; at < file.length; at += CHUNK_BYTES + 16) chunks.push(file.subarray(at, at + CHUNK_BYTES + 16))
  assert.ok(chunks.length >= 4)
  const [first, second, third, ...rest] = chunks
  const refusalOf = async (...parts: readonly (Uint8Array | undefined)[]) =>
    (await read(Buffer.concat([file.subarray(0, start), ...parts.map((part) => part ?? new Uint8Array(0))]))).refusal
  assert.equal(await refusalOf(...chunks), undefined)
  for (const parts of [
    chunks.slice(0, -1),
    [first, second, third],
    [second, third, ...rest],
    [second, first, third, ...rest],
    [first, first, second, third, ...rest],
    [...chunks, rest.at(-1)],
    [...chunks, new Uint8Array(1)],
    [],
  ])
    assert.equal(await refusalOf(...parts), 'export-damaged')
})

test('[EX4] a file that was cut off anywhere is noticed', async () => {
  const file = await write(long)
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), async (length) => {
      assert.notEqual((await read(file.subarray(0, length))).refusal, undefined)
    }),
    { numRuns: 100 },
  )
})

/** A file that holds these entries in whatever order, sealed by whoever knows the passphrase. */
const forge = async (entries: readonly (Entry | Uint8Array)[]): Promise<Buffer> => {
  const preamble = (await write([])).subarray(0, await preambleBytes())
  const frames = entries.map((entry) => {
    const encoded = entry instanceof Uint8Array ? entry : encodeEntry(entry)
    const frame = Buffer.alloc(4 + encoded.length)
    frame.writeUInt32BE(encoded.length)
    frame.set(encoded, 4)
    return frame
  })
  return Buffer.concat([preamble, await collect(sealChunks(new Uint8Array(32).fill(7), each(frames)))])
}

test('[EX5] an export is one head, what was kept and one end that counts it, and nothing else', async () => {
  const end: Entry = { entry: 'end', records: 1, events: 0, lines: 0 }
  assert.equal((await read(await forge([head, record, end]))).refusal, undefined)
  for (const entries of [
    [],
    [head],
    [head, record],
    [record, end],
    [head, head, record, end],
    [head, end, record],
    [head, record, end, end],
    [head, record, record, end],
    [head, end],
    [head, utf8('?'), end],
    [head, record, encode([9, 'later']), end],
    [head, record, new Uint8Array(0), end],
  ])
    assert.equal((await read(await forge(entries))).refusal, 'export-damaged')
})

test('[EX6] an export of a later version says so', async () => {
  const file = await forge([encode([0, 2, 'anything']), record])
  assert.equal((await read(file)).refusal, 'export-newer-version')
})

test('[EX7] stretching that this machine could not bear is refused before it is tried', async () => {
  const file = await write([])
  const start = 16
  const decoded = decode(file.subarray(start, await preambleBytes()))
  assert.ok(decoded.ok && Array.isArray(decoded.value))
  const [name, , passes, lanes, ...rest] = decoded.value as readonly Plain[]
  for (const [memory, times, wide] of [
    [STRETCH_MEMORY_KIB_MAX + 1, passes, lanes],
    [8, 17, lanes],
    [8, passes, 17],
    [8, 0, lanes],
    [8, passes, 0],
    [7, passes, 1],
  ]) {
    const locked = encode([name ?? null, memory ?? 0, times ?? 0, wide ?? 0, ...rest])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(locked.length)
    const bad = Buffer.concat([file.subarray(0, start - 2), length, locked])
    assert.deepEqual(readPreamble(bad), { ok: false, refusal: { kind: 'export-damaged' } })
  }
  const most = encode([name ?? null, STRETCH_MEMORY_KIB_MAX, 16, 16, ...rest])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(most.length)
  assert.equal(readPreamble(Buffer.concat([file.subarray(0, start - 2), length, most])).ok, true)
})

test('[EX8] an entry of 16 MiB is read, and a longer one refused', async () => {
  const wrapping = encodeEntry({ ...record, value: new Uint8Array(ENTRY_BYTES_MAX) }).length - ENTRY_BYTES_MAX
  const longest = encodeEntry({ ...record, value: new Uint8Array(ENTRY_BYTES_MAX - wrapping) })
  assert.equal(longest.length, ENTRY_BYTES_MAX)
  const end: Entry = { entry: 'end', records: 1, events: 0, lines: 0 }
  assert.equal((await read(await forge([head, longest, end]))).refusal, undefined)
  const longer = encodeEntry({ ...record, value: new Uint8Array(ENTRY_BYTES_MAX - wrapping + 1) })
  const refused = await read(await forge([head, longer, end]))
  assert.deepEqual([refused.entries.length, refused.refusal], [1, 'export-damaged'])
})

test('[EX8] no mutated file makes the reader throw or read what was not written', async () => {
  const good = await write([record, event, line])
  const { entries: whole } = await read(good)
  const mutation = fc.oneof(
    fc.record({ at: fc.nat(good.length - 1), flip: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ at: fc.nat(PREAMBLE_BYTES_MAX), flip: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ cut: fc.nat(good.length) }),
    fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  )
  await fc.assert(
    fc.asyncProperty(mutation, async (how) => {
      let bad = Buffer.from(good)
      if ('cut' in how) bad = bad.subarray(0, how.cut)
      else if ('add' in how) bad = Buffer.concat([bad, how.add])
      else bad[how.at] = (bad[how.at] ?? 0) ^ how.flip
      const { entries, refusal } = await read(bad)
      assert.ok(refusal !== undefined || bad.equals(good))
      assert.deepEqual(entries, whole.slice(0, entries.length))
    }),
    { numRuns: 10_000 },
  )
})

test('[EX8] no bytes make the reader of entries throw, and what it reads was written so', () => {
  const samples = [
    head,
    record,
    event,
    line,
    { ...line, text: 'tea' },
    { entry: 'end', records: 1, events: 2, lines: 3 } as const,
  ]
  const encoded = samples.map((entry) => encodeEntry(entry))
  fc.assert(
    fc.property(
      fc.nat(encoded.length - 1),
      fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 }),
      fc.option(fc.nat(300), { nil: undefined }),
      (which, changes, length) => {
        const bad = Uint8Array.from((encoded[which] ?? new Uint8Array(0)).subarray(0, length))
        for (const [at, byte] of changes) if (bad.length > 0) bad[at % bad.length] = byte
        const decoded = decode(bad)
        const entry = decoded.ok ? readEntry(decoded.value) : undefined
        if (entry !== undefined && entry.entry !== 'newer') assert.deepEqual(encodeEntry(entry), bad)
      },
    ),
    { numRuns: 10_000 },
  )
})

test('[EX8] no bytes make the reader of preambles throw', async () => {
  const good = (await write([])).subarray(0, await preambleBytes())
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
      const bad = Uint8Array.from(good.subarray(0, length))
      if (at < bad.length) bad[at] = byte
      const preamble = readPreamble(bad)
      if (preamble.ok) assert.ok(preamble.value.bytes <= bad.length)
    }),
    { numRuns: 10_000 },
  )
})
