import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const KITH = fileURLToPath(new URL('../../bin/kith.js', import.meta.url))
const ENV = { ...process.env, KITH_LAUNCHED: '1' }

/** A file that is there on Linux: whatever is written to it finds the disk full. */
const FULL = '/dev/full'

test('[CL71] output that cannot be written is told and ends with 1', { skip: !existsSync(FULL) }, () => {
  const full = openSync(FULL, 'w')
  try {
    for (const line of [['--help'], ['--version'], ['help', 'say']]) {
      const ran = spawnSync(process.execPath, [KITH, ...line], { stdio: ['ignore', full, 'pipe'], env: ENV })
      assert.equal(ran.status, 1, line.join(' '))
      assert.match(ran.stderr.toString(), /^kith: The output cannot be written \(.*ENOSPC/)
    }
  } finally {
    closeSync(full)
  }
})

test('[CL71] output that nobody reads any more ends with 0, and quietly', async () => {
  const child = spawn(process.execPath, [KITH, '--help'], { stdio: ['ignore', 'pipe', 'pipe'], env: ENV })
  child.stdout.destroy()
  const noted: Buffer[] = []
  child.stderr.on('data', (part: Buffer) => noted.push(part))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.deepEqual([code, Buffer.concat(noted).toString()], [0, ''])
})
