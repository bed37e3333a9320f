import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { writeNewFile } from '../../src/cli/new-file.ts'

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-new-file-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('[EX16] a file has its name only once it is whole, and is its owner’s alone', async (t) => {
  const folder = await folderFor(t)
  const file = join(folder, 'ann.kith')
  const seen: string[][] = []
  const pieces = async function* () {
    yield Buffer.from('one ')
    seen.push(await readdir(folder))
    yield Buffer.from('two')
  }
  assert.deepEqual(await writeNewFile(file, pieces()), { ok: true, value: 7 })
  assert.equal(await readFile(file, 'utf8'), 'one two')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.deepEqual(
    [seen.flat().includes('ann.kith'), seen.flat().length, await readdir(folder)],
    [false, 1, ['ann.kith']],
  )
})

test('[EX16] one that is there already is not written over, even if it came meanwhile', async (t) => {
  const folder = await folderFor(t)
  const file = join(folder, 'ann.kith')
  const pieces = async function* () {
    yield Buffer.from('one')
    await writeFile(file, 'somebody else’s')
  }
  await assert.rejects(writeNewFile(file, pieces()), { code: 'EEXIST' })
  assert.deepEqual(await writeNewFile(file, pieces()), { ok: false, refusal: { kind: 'file-exists', file } })
  assert.equal(await readFile(file, 'utf8'), 'somebody else’s')
  assert.deepEqual(await readdir(folder), ['ann.kith'])
})

test('[EX16] what breaks off leaves nothing', async (t) => {
  const folder = await folderFor(t)
  const pieces = async function* () {
    yield Buffer.from('one')
    throw new Error('no more')
  }
  await assert.rejects(writeNewFile(join(folder, 'ann.kith'), pieces()), /no more/)
  assert.deepEqual(await readdir(folder), [])
})

test('[EX342] what a killed process left of a file is removed by the next that writes it, and nothing else', async (t) => {
  const folder = await folderFor(t)
  const file = join(folder, 'ann.kith')
  const gone = spawnSync(process.execPath, ['--version']).pid
  const others = [
    `ann.kith.${process.ppid}.part`,
    `ben.kith.${gone}.part`,
    `ann.kith.${gone}.part.txt`,
    'ann.kith.part',
  ]
  for (const name of [...others, `ann.kith.${gone}.part`, `ann.kith.${process.pid}.part`])
    await writeFile(join(folder, name), 'part of it')
  const pieces = async function* () {
    yield Buffer.from('all of it')
  }
  assert.deepEqual(await writeNewFile(file, pieces()), { ok: true, value: 9 })
  assert.deepEqual((await readdir(folder)).sort(), ['ann.kith', ...others].sort())
})
