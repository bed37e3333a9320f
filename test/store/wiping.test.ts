import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { WIPE_MILLIS_MAX, type Alarm } from '../../src/store/database-store.ts'
import { hall, lineOf, temporaryFolder } from './examples.ts'
import { drop, filesWith, openAt, put } from './files.ts'

/** An alarm clock that is rung by hand, with what it was set to. */
const handAlarm = () => {
  const set: { millis: number; ring: () => void }[] = []
  const after: Alarm = (millis, ring) => {
    const alarm = { millis, ring }
    set.push(alarm)
    return () => void set.splice(set.indexOf(alarm), 1)
  }
  const ring = () => set.splice(0).forEach((alarm) => alarm.ring())
  return { after, ring, set }
}

test('[ST50] a dropped or replaced secret is in no file once the wipe is due', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const { after, ring, set } = handAlarm()
    const store = openAt(join(folder, 'kith.db'), after)
    const [dropped, replaced, kept] = [randomBytes(40), randomBytes(40), randomBytes(40)]
    await store.commit([put('secret', 'a', dropped), put('secret', 'b', replaced), put('secret', 'c', kept)])
    ring()
    await store.commit([drop('secret', 'a'), put('secret', 'b', randomBytes(40))])
    assert.deepEqual(filesWith(folder, dropped), ['kith.db'], 'it was there to be wiped')
    assert.deepEqual(
      set.map(({ millis }) => millis),
      [WIPE_MILLIS_MAX],
    )
    ring()
    assert.deepEqual([filesWith(folder, dropped), filesWith(folder, replaced)], [[], []])
    assert.deepEqual(filesWith(folder, kept), ['kith.db'])
    await store.close()
  } finally {
    remove()
  }
})

test('[ST51] a secret that lived only between two wipes is in no file after closing', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const { after, set } = handAlarm()
    const store = openAt(join(folder, 'kith.db'), after)
    const secret = randomBytes(40)
    await store.commit([put('secret', 'a', secret)])
    await store.commit([drop('secret', 'a')])
    assert.deepEqual(filesWith(folder, secret), ['kith.db-wal'], 'it was there to be wiped')
    await store.close()
    assert.deepEqual(filesWith(folder, secret), [])
    assert.deepEqual(set, [], 'no alarm outlives the store')
  } finally {
    remove()
  }
})

test('[ST52] however often and in whatever order secrets change, no old one stays in a file', async () => {
  const step = fc.record({ key: fc.nat(60), bytes: fc.integer({ min: 0, max: 6_000 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 100, maxLength: 400 }), async (steps) => {
      const { folder, remove } = temporaryFolder()
      try {
        const store = openAt(join(folder, 'kith.db'))
        const live = new Map<string, Uint8Array>()
        const dead: Uint8Array[] = []
        for (const { key, bytes } of steps) {
          const name = `chain/${key}`
          const old = live.get(name)
          if (old) dead.push(old)
          // Secrets of 16 bytes and more can be told from chance; a step of fewer drops.
          const secret = bytes < 2_000 ? undefined : randomBytes(16 + ((bytes - 2_000) >> (key % 6)))
          if (secret) live.set(name, secret)
          else live.delete(name)
          await store.commit([secret ? put('secret', name, secret) : drop('secret', name)])
        }
        await store.close()
        const found = dead.filter((secret) =>
          [0, secret.length / 2 - 8, secret.length - 16].some(
            (start) => filesWith(folder, secret.subarray(start, start + 16)).length > 0,
          ),
        )
        assert.equal(found.length, 0)
        for (const secret of live.values()) assert.deepEqual(filesWith(folder, secret.subarray(0, 16)), ['kith.db'])
      } finally {
        remove()
      }
    }),
    { numRuns: 10, endOnFailure: true },
  )
})

test('[ST52] opening again wipes what a crash left in the log', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const { after } = handAlarm()
    const crashing = openAt(join(folder, 'kith.db'), after)
    const secret = randomBytes(40)
    await crashing.commit([put('secret', 'a', secret)])
    await crashing.commit([drop('secret', 'a')])
    const left = join(folder, 'left')
    mkdirSync(left)
    for (const name of ['kith.db', 'kith.db-wal']) copyFileSync(join(folder, name), join(left, name))
    assert.deepEqual(filesWith(left, secret), ['kith.db-wal'], 'it was there to be wiped')
    const opened = openAt(join(left, 'kith.db'), after)
    assert.deepEqual(filesWith(left, secret), [])
    await opened.close()
    await crashing.close()
  } finally {
    remove()
  }
})

test('[ST53] a wipe leaves the log as long as it was, of zeros, and what is committed next is in it', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const { after, ring } = handAlarm()
    const file = join(folder, 'kith.db')
    const store = openAt(file, after)
    await store.commit([put('secret', 'a', 'first'), put('self', 'long', 'long '.repeat(20_000))])
    const { size } = statSync(`${file}-wal`)
    ring()
    assert.deepEqual(readFileSync(`${file}-wal`), Buffer.alloc(size))
    await store.commit([put('secret', 'a', 'second')])
    assert.equal(statSync(`${file}-wal`).size, size)

    const left = join(folder, 'left.db')
    copyFileSync(file, left)
    copyFileSync(`${file}-wal`, `${left}-wal`)
    const opened = openAt(left)
    assert.equal(Buffer.from((await opened.record('secret', 'a')) ?? []).toString(), 'second')
    await opened.close()
    await store.close()
  } finally {
    remove()
  }
})

test('[ST53] a wipe that power failed in loses nothing, wherever it was', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const { after, ring } = handAlarm()
    const file = join(folder, 'kith.db')
    const store = openAt(file, after)
    const lines = Array.from({ length: 30 }, (_, time) => lineOf(time, `number ${time}`))
    for (const line of lines) await store.commit([{ put: 'line', line }, put('secret', 'a', `key ${line.time}`)])
    const log = readFileSync(`${file}-wal`)
    ring()
    // The disk may have written the zeros in any order, but those at the beginning came first.
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(log.length), fc.nat(log.length)), { maxLength: 5 }), async (ranges) => {
        const left = join(folder, 'left.db')
        copyFileSync(file, left)
        const torn = Buffer.from(log).fill(0, 0, LOG_HEADER_BYTES)
        for (const [start, length] of ranges) torn.subarray(start, start + length).fill(0)
        writeFileSync(`${left}-wal`, torn)
        const opened = openAt(left)
        assert.deepEqual(await opened.lines({ conversation: hall, limit: 100 }), lines)
        assert.equal(Buffer.from((await opened.record('secret', 'a')) ?? []).toString(), 'key 29')
        await opened.close()
      }),
      { numRuns: 50 },
    )
    await store.close()
  } finally {
    remove()
  }
})

/** SQLite's file format, 4.1. */
const LOG_HEADER_BYTES = 32
