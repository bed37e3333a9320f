import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { APPLICATION_ID, migrate, VERSION_KNOWN, versionOf } from '../../src/store/migrations.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { lineOf, hall, temporaryFolder } from './examples.ts'
import { openAt, put, refusalAt } from './files.ts'

describe('opening a store in a file', () => {
  let folder = ''
  let file = ''
  let remove = () => {}
  beforeEach(() => {
    ;({ folder, remove } = temporaryFolder())
    file = join(folder, 'deep', 'kith.db')
  })
  afterEach(() => remove())

  test('[ST2] what was committed is there after closing and opening', async () => {
    const first = openAt(file)
    await first.commit([put('self', 'name', 'Alice'), { put: 'line', line: lineOf(1, 'hello') }])
    await first.close()
    const second = openAt(file)
    assert.deepEqual(await second.search({ text: 'hello', limit: 1 }), [lineOf(1, 'hello')])
    await second.close()
  })

  test("[ST60] folder and files are their owner's only, whatever the umask and the modes before", async () => {
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    for (const umask of [0o000, 0o777]) {
      const old = process.umask(umask)
      try {
        const inside = join(folder, `umask-${umask}`)
        const store = openAt(join(inside, 'kith.db'))
        await store.commit([put('self', 'a', 'b')])
        assert.equal(mode(inside), '700')
        const files = readdirSync(inside)
        assert.deepEqual(files, ['kith.db', 'kith.db-wal'])
        assert.deepEqual(
          files.map((name) => mode(join(inside, name))),
          ['600', '600'],
        )
        await store.close()
        chmodSync(inside, 0o755)
        chmodSync(join(inside, 'kith.db'), 0o644)
        await openAt(join(inside, 'kith.db')).close()
        assert.deepEqual([mode(inside), mode(join(inside, 'kith.db'))], ['700', '600'])
      } finally {
        process.umask(old)
      }
    }
  })

  test('[ST61] a file of a newer version is refused and stays as it is, byte by byte', async () => {
    await openAt(file).close()
    const database = new DatabaseSync(file)
    database.exec(`PRAGMA user_version = ${VERSION_KNOWN + 3}`)
    database.close()
    const bytes = readFileSync(file)
    assert.deepEqual(refusalAt(file), { kind: 'newer-version', found: VERSION_KNOWN + 3, known: VERSION_KNOWN })
    assert.deepEqual(readFileSync(file), bytes)
    assert.deepEqual(readdirSync(join(folder, 'deep')), ['kith.db'])
  })

  test('[ST61] a newer version that stands only in the log is refused too', async () => {
    const newer = openAt(file)
    await newer.close()
    const crashed = new DatabaseSync(file)
    crashed.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = ${VERSION_KNOWN + 1}`)
    const [main, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
    crashed.close()
    const left = join(folder, 'left.db')
    writeFileSync(left, main)
    writeFileSync(`${left}-wal`, log)
    assert.deepEqual(refusalAt(left), { kind: 'newer-version', found: VERSION_KNOWN + 1, known: VERSION_KNOWN })
  })

  test('[ST62] what is no database of ours is refused and stays as it is', async () => {
    const others = new DatabaseSync(join(folder, 'others.db'))
    others.exec('PRAGMA application_id = 7; CREATE TABLE note (text)')
    others.close()
    const unmarked = new DatabaseSync(join(folder, 'unmarked.db'))
    unmarked.exec('CREATE TABLE note (text)')
    unmarked.close()
    writeFileSync(
      join(folder, 'text.db'),
      'my diary, which is longer than the header of a database would be. '.repeat(9),
    )
    writeFileSync(join(folder, 'short.db'), 'SQLite format 3\0')
    for (const name of ['others.db', 'text.db', 'short.db', 'unmarked.db']) {
      const bytes = readFileSync(join(folder, name))
      assert.deepEqual(refusalAt(join(folder, name)), { kind: 'not-a-database' }, name)
      assert.deepEqual(readFileSync(join(folder, name)), bytes, name)
    }
  })

  test('[ST62] an empty file is a new store', async () => {
    writeFileSync(join(folder, 'new.db'), '')
    await openAt(join(folder, 'new.db')).close()
  })

  test('[ST63] a damaged file is refused or read, and never throws while opening', async () => {
    const store = openAt(file)
    await store.commit(Array.from({ length: 50 }, (_, index) => ({ put: 'line', line: lineOf(index, `word${index}`) })))
    await store.close()
    const bytes = readFileSync(file)
    const damaged = join(folder, 'damaged.db')
    const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(places, fc.boolean(), async (changes, inHeader) => {
        const copy = Buffer.from(bytes)
        for (const [place, byte] of changes) copy[inHeader ? place % 4_096 : place] = byte
        writeFileSync(damaged, copy)
        writeFileSync(`${damaged}-wal`, '')
        const opened = openSqliteStore({ file: damaged })
        if (opened.ok) await opened.value.close()
      }),
      { numRuns: 300 },
    )
  })

  test('[ST64] a second store on the same file is refused until the first is closed', async () => {
    const first = openAt(file)
    assert.deepEqual(refusalAt(file), { kind: 'locked' })
    await first.commit([put('self', 'a', 'b')])
    await first.close()
    await openAt(file).close()
  })

  test('[ST64] a store that another process has open is refused until that process is gone', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'committer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(child.stdout, 'data')
      assert.deepEqual(refusalAt(file), { kind: 'locked' })
    } finally {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
    await openAt(file).close()
  })

  test('[ST65] a path that cannot be written is refused with the reason', () => {
    writeFileSync(join(folder, 'deep'), 'a file where the folder should be')
    const refusal = refusalAt(file) as { readonly kind: string; readonly detail: string }
    assert.equal(refusal.kind, 'failed')
    assert.match(refusal.detail, /deep/)
  })

  test('[ST66] a migration that fails leaves the version before it, whole', () => {
    const database = new DatabaseSync(':memory:')
    const steps = ['CREATE TABLE one (a)', 'CREATE TABLE two (a); INSERT INTO nowhere VALUES (1)']
    assert.throws(() => migrate(database, steps), /nowhere/)
    const tables = () =>
      database
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map(({ name }) => name)
    assert.deepEqual([versionOf(database), tables()], [1, ['one']])
    migrate(database, ['CREATE TABLE one (a)', 'CREATE TABLE two (a)'])
    assert.deepEqual([versionOf(database), tables()], [2, ['one', 'two']])
    assert.equal(database.prepare('PRAGMA application_id').get()?.['application_id'], APPLICATION_ID)
    database.close()
  })

  test('[ST67] a store whose first start was cut off before its first table is a new store', async () => {
    const cut = new DatabaseSync(join(folder, 'cut.db'))
    cut.exec('PRAGMA journal_mode = WAL')
    cut.close()
    const store = openAt(join(folder, 'cut.db'))
    assert.deepEqual(await store.lines({ conversation: hall, limit: 1 }), [])
    await store.close()
  })
})
