import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPageCipher } from '../../src/crypto/pages.ts'
import { openSealedStore } from '../../src/store/sealed.ts'
import { storeContract } from '../contract/store.ts'
import { openEither } from './either.ts'
import { hall, lineOf, temporaryFolder } from './examples.ts'
import { drop, put } from './files.ts'

storeContract('sealed SQLite', async (use) => {
  const { folder, remove } = temporaryFolder()
  try {
    const opened = await openSealedStore({ file: join(folder, 'kith.db'), cipher: createPageCipher(randomBytes(32)) })
    if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
    await use(opened.value)
    await opened.value.close()
  } finally {
    remove()
  }
})

test('[AR10] a log whose end was cut off or half written opens with all commits before that', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const key = randomBytes(32).toString('hex')
    const file = join(folder, 'kith.db')
    const store = await openEither(file, key)
    for (let time = 1; time <= 20; time++) await store.commit([{ put: 'line', line: lineOf(time, `word ${time}`) }])
    const crashed = join(folder, 'crashed')
    const left = join(crashed, 'kith.db')
    const [database, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
    await store.close()
    const timesAfter = async (damaged: Uint8Array): Promise<readonly number[]> => {
      mkdirSync(crashed)
      writeFileSync(left, database)
      writeFileSync(`${left}-wal`, damaged)
      const opened = await openEither(left, key)
      const times = (await opened.lines({ conversation: hall, limit: 100 })).map(({ time }) => time)
      await opened.close()
      rmSync(crashed, { recursive: true })
      return times
    }
    const all = Array.from({ length: 20 }, (_, index) => index + 1)
    assert.deepEqual(await timesAfter(log), all)
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(fc.nat(log.length - 1), fc.boolean(), async (place, isCut) => {
        // The newest of the tables is in the first commits of the log: before them there is no store.
        const damaged = isCut ? log.subarray(0, place) : Buffer.from(log)
        if (!isCut) damaged[place] = (damaged[place] ?? 0) ^ 1
        const times = await timesAfter(damaged)
        assert.deepEqual(times, all.slice(0, times.length))
        seen.add(times.length)
      }),
      { numRuns: 100 },
    )
    assert.ok(seen.size > 3, 'some of the commits were lost')
  } finally {
    remove()
  }
})

test('[AR11] nothing that is wiped from a sealed store can be read with its key afterwards', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const key = randomBytes(32).toString('hex')
    const file = join(folder, 'kith.db')
    const store = await openEither(file, key)
    const secret = randomBytes(40)
    await store.commit([put('secret', 'a', secret)])
    await store.commit([drop('secret', 'a')])
    await store.close()
    const sealed = readFileSync(file)
    const cipher = createPageCipher(Buffer.from(key, 'hex'))
    const unit = 4_096 + cipher.overheadBytes
    const place = new DataView(new ArrayBuffer(9))
    place.setUint8(0, 1)
    let pages = 0
    for (let number = 0; number < sealed.length / unit; number++) {
      place.setBigUint64(1, BigInt(number * 4_096))
      const plain = cipher.open(sealed.subarray(number * unit, (number + 1) * unit), new Uint8Array(place.buffer))
      assert.ok(plain, 'each page opens in its place')
      assert.equal(Buffer.from(plain).indexOf(secret), -1)
      pages++
    }
    assert.ok(pages > 5)
  } finally {
    remove()
  }
})
