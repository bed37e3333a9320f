import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteMailboxes } from '../../src/server/mailbox-sqlite.ts'
import { ANN, blobOf, read, told } from '../contract/mailbox.ts'

// A process that fills the small disk of its first argument beside mailboxes, and says what they answer.

const [disk = ''] = process.argv.slice(2)
const filler = join(disk, 'filler')
const opened = openSqliteMailboxes({ file: join(disk, 'mailboxes.sqlite') })
assert.ok(opened.ok, JSON.stringify(opened))
const mailboxes = opened.value

const put = async (value: number, size?: number): Promise<string> => {
  const stored = await mailboxes.put(ANN, blobOf(value, size))
  return stored.ok ? 'kept' : stored.refusal.kind
}
const say = (what: string, answer: string): void => void process.stdout.write(`${what}: ${answer}\n`)

say('before', await put(1))
for (const bytes of [65_536, 4_096, 1]) {
  try {
    for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' })
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
}
say('full', (await Promise.all([put(2, 200_000), put(3, 90_000)])).join(', '))
say('read', told(await read(mailboxes, ANN)).join(' '))
say('counted', `${mailboxes.counts().blobs} blobs`)
rmSync(filler)
say('space again', await put(5, 90_000))
say('read', told(await read(mailboxes, ANN)).join(' '))
await mailboxes.close()
