import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { readDoorFile, removeDoorFile, writeDoorFile } from '../../src/api/door-file.ts'

const FILE = { url: 'http://127.0.0.1:4711', token: 'ab'.repeat(32), pid: 1234 }

const folderFor = async (t: TestContext): Promise<string> => {
  const parent = await mkdtemp(join(tmpdir(), 'kith-door-file-'))
  t.after(() => rm(parent, { recursive: true }))
  return join(parent, 'ann')
}

test('[DR18] the door file and its folder are for their owner only', async (t) => {
  const folder = await folderFor(t)
  await writeDoorFile(folder, FILE)
  assert.deepEqual(await readDoorFile(folder), FILE)
  assert.deepEqual(await readdir(folder), ['door.json'])
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  assert.equal((await stat(join(folder, 'door.json'))).mode & 0o777, 0o600)
})

test('[DR18] a door file that was readable by others is not so after writing', async (t) => {
  const folder = await folderFor(t)
  await writeDoorFile(folder, FILE)
  await writeFile(join(folder, `door.json.${FILE.pid}`), 'left behind', { mode: 0o644 })
  await writeDoorFile(folder, FILE)
  assert.equal((await stat(join(folder, 'door.json'))).mode & 0o777, 0o600)
})

test('[DR18] a file that is damaged, or points away from this machine, is none', async (t) => {
  const folder = await folderFor(t)
  assert.equal(await readDoorFile(folder), undefined)
  await writeDoorFile(folder, FILE)
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    JSON.stringify({ ...FILE, url: 'http://evil.example:80' }),
    JSON.stringify({ ...FILE, url: 'http://127.0.0.1:1@evil.example' }),
    JSON.stringify({ ...FILE, url: 'http://127.0.0.1:1/x' }),
    JSON.stringify({ ...FILE, token: 'short' }),
    JSON.stringify({ ...FILE, pid: -1 }),
  ]) {
    await writeFile(join(folder, 'door.json'), text)
    assert.equal(await readDoorFile(folder), undefined, text)
  }
})

test('[DR18] a peer takes away its own door file and nobody else’s', async (t) => {
  const folder = await folderFor(t)
  await writeDoorFile(folder, FILE)
  await removeDoorFile(folder, FILE.pid + 1)
  assert.deepEqual(await readDoorFile(folder), FILE)
  await removeDoorFile(folder, FILE.pid)
  assert.equal(await readDoorFile(folder), undefined)
})
