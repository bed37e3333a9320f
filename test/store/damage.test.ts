import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { isDamage } from '../../src/store/damage.ts'
import { temporaryFolder } from './examples.ts'

const PAGE_BYTES = 512

test('[ST440] bytes that contradict themselves are damage; a file that is locked, write-protected or none is not', (context) => {
  const { folder, remove } = temporaryFolder()
  const file = join(folder, 'kith.db')
  const database = new DatabaseSync(file)
  const closing = (other: DatabaseSync): DatabaseSync => {
    context.after(() => other.close())
    return other
  }
  context.after(remove)
  closing(database)
  const errorOf = (act: () => void): unknown => {
    try {
      act()
    } catch (error) {
      return error
    }
    return assert.fail('it goes well')
  }
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; CREATE TABLE said (words)`)
  const readOnly = closing(new DatabaseSync(file, { readOnly: true }))
  const other = closing(new DatabaseSync(file, { timeout: 0 }))
  database.exec('BEGIN IMMEDIATE')
  const locked = errorOf(() => other.exec('BEGIN IMMEDIATE'))
  database.exec('COMMIT')
  const writeProtected = errorOf(() => readOnly.exec("INSERT INTO said VALUES ('a')"))
  writeFileSync(join(folder, 'text'), 'no database at all'.repeat(100))
  const none = errorOf(() => closing(new DatabaseSync(join(folder, 'text'))).exec('SELECT * FROM sqlite_schema'))
  const whole = readFileSync(file)
  writeFileSync(join(folder, 'torn'), whole.fill(0xff, PAGE_BYTES))
  const torn = errorOf(() => closing(new DatabaseSync(join(folder, 'torn'))).exec('SELECT * FROM said'))
  assert.deepEqual([locked, writeProtected, none, torn].map(isDamage), [false, false, false, true])
})
