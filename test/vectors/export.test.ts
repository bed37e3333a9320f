import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { vectors, VECTORS_FILE } from './export.ts'

test('[BY6] [EX9] an export has the bytes of the test vectors', async () => {
  assert.deepEqual(await vectors(), JSON.parse(readFileSync(VECTORS_FILE, 'utf8')))
})
