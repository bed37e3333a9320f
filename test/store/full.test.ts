import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from './examples.ts'

/** A disk of two megabytes that only the command sees, by a mount in a namespace of its own (Linux). */
const onSmallDisk = (disk: string, script: string, key = ''): ReturnType<typeof spawnSync> =>
  spawnSync(
    'unshare',
    [
      '-rm',
      'sh',
      '-c',
      'mount -t tmpfs -o size=2m none "$1" && exec "$2" "$3" "$1" $4',
      'sh',
      disk,
      process.execPath,
      script,
      key,
    ],
    { encoding: 'utf8' },
  )

const hasSmallDisks = (): boolean => {
  const { folder, remove } = temporaryFolder()
  try {
    return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', folder]).status === 0
  } finally {
    remove()
  }
}

test('[ST7] a full disk refuses, shows nothing of it, and is well again when there is space', (context) =>
  fillDisk(context))

test('[ST7] [AR10] so does one beside a sealed store', (context) => fillDisk(context, 'ab'.repeat(32)))

const fillDisk = (context: TestContext, key?: string): void => {
  if (!hasSmallDisks()) return context.skip('no namespaces here in which to mount a small disk')
  const { folder, remove } = temporaryFolder()
  try {
    const { stdout, stderr } = onSmallDisk(folder, join(import.meta.dirname, 'cramped.ts'), key)
    assert.equal(stderr, '')
    assert.deepEqual(String(stdout).trim().split('\n'), [
      'before: {"ok":true,"value":null}',
      'full: [{"ok":false,"refusal":{"kind":"full"}},{"ok":false,"refusal":{"kind":"full"}}]',
      'visible: [[1],[],0,"not there",["kept kept"]]',
      'space again: {"ok":true,"value":null}',
      'visible: [[1],[4],1,"not there",["kept kept","new new"]]',
      'opened while full: [4]',
    ])
  } finally {
    remove()
  }
}
