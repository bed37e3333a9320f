import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { KEY_BYTES, serverKey } from '../../src/server/key.ts'

const temporary = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-key-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('[SV50] a server keeps its key, where its owner alone can read it', (t) => {
  const folder = join(temporary(t), 'new', 'server')
  const first = serverKey(folder)
  assert.ok(first.ok)
  assert.equal(first.value.length, KEY_BYTES)
  assert.deepEqual(serverKey(folder), first)
  assert.deepEqual(readdirSync(folder), ['server.key'])
  if (process.platform === 'win32') return
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(join(folder, 'server.key')).mode & 0o777, 0o600)
})

test('[SV50] two servers do not get the same key', (t) => {
  assert.notDeepEqual(serverKey(temporary(t)), serverKey(temporary(t)))
})

test('[SV50] a key file that is no key is refused and left alone', (t) => {
  const folder = temporary(t)
  const file = join(folder, 'server.key')
  writeFileSync(file, 'short')
  assert.deepEqual(serverKey(folder), { ok: false, refusal: { kind: 'key-damaged', file } })
  assert.equal(statSync(file).size, 5)
})

test('[SV50] a folder that cannot be used is refused', (t) => {
  const folder = temporary(t)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  chmodSync(file, 0o600)
  const result = serverKey(join(file, 'below'))
  assert.equal(!result.ok && result.refusal.kind, 'folder-failed')
})
