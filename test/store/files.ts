import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change, Store } from '../../src/store/port.ts'
import type { Alarm } from '../../src/store/database-store.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { utf8 } from './examples.ts'

/** The store in that file; the test fails when it does not open. */
export const openAt = (file: string, after?: Alarm): Store => {
  const opened = openSqliteStore({ file, ...(after && { after }) })
  assert.ok(opened.ok, `it opens: ${JSON.stringify(opened)}`)
  return opened.value
}

export const refusalAt = (file: string): object => {
  const opened = openSqliteStore({ file })
  assert.ok(!opened.ok, 'it does not open')
  return opened.refusal
}

export const put = (space: 'self' | 'secret', key: string, value: string | Uint8Array): Change => ({
  put: 'record',
  space,
  key,
  value: typeof value === 'string' ? utf8(value) : value,
})

export const drop = (space: 'self' | 'secret', key: string): Change => ({ drop: 'record', space, key })

/** The names of the files in a folder that contain these bytes. */
export const filesWith = (folder: string, bytes: Uint8Array): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(folder, entry.name)).indexOf(bytes) >= 0)
    .map(({ name }) => name)
