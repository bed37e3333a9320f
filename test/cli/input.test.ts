import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { refusalWords } from '../../src/view/refusal-words.ts'

const KITH = fileURLToPath(new URL('../../bin/kith.js', import.meta.url))
const ENV = { ...process.env, KITH_LAUNCHED: '1' }

/** What `kith say WHO -` says of a file, or of bytes that are written to one, where there is no profile to say it with. */
const saying = (input: Buffer | 'folder'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-input-'))
  const file = input === 'folder' ? folder : join(folder, 'input')
  if (input !== 'folder') writeFileSync(file, input)
  const opened = openSync(file, 'r')
  try {
    const line = ['say', 'bob', '-', '--data', folder]
    const ran = spawnSync(process.execPath, [KITH, ...line], { stdio: [opened, 'pipe', 'pipe'], env: ENV })
    return `${ran.status} ${ran.stderr.toString()}`
  } finally {
    closeSync(opened)
    rmSync(folder, { recursive: true })
  }
}

test('[CL232] standard input that is no text is refused, and nothing is put in the place of its bytes', () => {
  for (const input of [
    Buffer.from([0x89, 0x50, 0x4e, 0x47]),
    Buffer.from('caf\u00e9', 'latin1'),
    Buffer.from('hi', 'utf16le'),
    Buffer.from('a\0b'),
  ])
    assert.match(saying(input), /^2 kith: Standard input is no text in UTF-8, so nothing was sent\./)
  assert.match(saying('folder'), /^2 kith: Standard input cannot be read \(it is a folder\), so nothing was sent\./)
  assert.match(saying(Buffer.from('\ufeffcaf\u00e9\r\n')), /^2 kith: There is no profile default/)
})

test('[CL232] what is too long is told with how much a message holds, to the byte', () => {
  assert.match(saying(Buffer.alloc(65_539, 'x')), /^2 kith: Standard input is too long.*more than 65,536 bytes/)
  assert.match(refusalWords({ kind: 'text-too-long', bytes: 65_537, limit: 65_536 }), /65,537 bytes, and 65,536 bytes/)
})
