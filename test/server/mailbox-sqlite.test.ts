import assert from 'node:assert/strict'
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { toHex } from '../../src/core/bytes/hex.ts'
import { LIFE_BYTES } from '../../src/core/mailbox/keys.ts'
import { BLOB_LIFETIME_MILLIS, MAILBOX_LIMITS, type MailboxLimits } from '../../src/server/mailbox.ts'
import { TRANSACTION_BYTES_MAX, TRANSACTION_WRITES_MAX } from '../../src/server/mailbox-queue.ts'
import { EXPIRE_EVERY_MILLIS, openSqliteMailboxes } from '../../src/server/mailbox-sqlite.ts'
import { EXPIRED_PER_TURN_MAX } from '../../src/server/mailbox-sqlite-table.ts'
import { ANN, BOB, mailboxContract, putInto, read, told } from '../contract/mailbox.ts'

const START = 1_800_000_000_000

const temporary = (): string => mkdtempSync(join(tmpdir(), 'kith-mailboxes-'))
const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** Mailboxes with a clock and an alarm that a test moves. */
const openAt = (file: string, limits: MailboxLimits = MAILBOX_LIMITS) => {
  let now = START
  let rings: { readonly at: number; readonly ring: () => void }[] = []
  const opened = openSqliteMailboxes({
    file,
    limits,
    now: () => now,
    after: (millis, ring) => {
      const alarm = { at: now + millis, ring }
      rings.push(alarm)
      return () => void (rings = rings.filter((each) => each !== alarm))
    },
  })
  assert.ok(opened.ok, JSON.stringify(opened))
  return {
    mailboxes: opened.value,
    pass: (millis: number): void => void (now += millis),
    /** Runs what is due. Answers how often something was. */
    ring: (): number => {
      let count = 0
      for (let due = rings.find(({ at }) => at <= now); due; due = rings.find(({ at }) => at <= now)) {
        rings = rings.filter((each) => each !== due)
        due.ring()
        count += 1
      }
      return count
    },
  }
}

mailboxContract('SQLite', async (limits, use) => {
  const folder = temporary()
  const { mailboxes, pass } = openAt(join(folder, 'mailboxes.sqlite'), limits)
  try {
    await use({ mailboxes, pass })
  } finally {
    await mailboxes.close()
    remove(folder)
  }
})

const inFolder = (t: TestContext): string => {
  const folder = temporary()
  t.after(() => remove(folder))
  return folder
}

test('[MX40] what was put is there after closing, counted, and cursors go on', async (t) => {
  const file = join(inFolder(t), 'mailboxes.sqlite')
  const first = openAt(file)
  const cursor = await putInto(first.mailboxes, ANN, 1)
  await putInto(first.mailboxes, BOB, 2, 5_000)
  const counts = first.mailboxes.counts()
  await first.mailboxes.close()
  const second = openAt(file)
  assert.deepEqual(second.mailboxes.counts(), counts)
  assert.deepEqual(told(await read(second.mailboxes, ANN)), ['1', 'end'])
  second.pass(-BLOB_LIFETIME_MILLIS / 2)
  assert.ok((await putInto(second.mailboxes, ANN, 3)) > cursor)
  await second.mailboxes.close()
})

test('[MX40] a process that is killed loses nothing that it answered, and repeats no cursor', async (t) => {
  const file = join(inFolder(t), 'mailboxes.sqlite')
  const acknowledged = new Map<number, number>()
  for (let round = 0; round < 4; round++) {
    const child = fork(new URL('mailbox-putter-process.ts', import.meta.url), [file, `${round}`])
    let heard = 0
    child.on('message', ([value, cursor]: [number, number]) => {
      assert.equal(acknowledged.has(cursor), false)
      acknowledged.set(cursor, value)
      // In the middle of the next transactions.
      if ((heard += 1) === 200) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    assert.ok(heard >= 200)
  }
  const opened = openSqliteMailboxes({ file })
  assert.ok(opened.ok, JSON.stringify(opened))
  const mailboxes = opened.value
  const kept = new Map<number, number | undefined>()
  for (let after = 0, more = true; more;) {
    const page = await read(mailboxes, ANN, after)
    for (const { cursor, bytes } of page.blobs) kept.set(cursor, bytes[0])
    after = page.blobs.at(-1)?.cursor ?? 0
    more = page.more
  }
  for (const [cursor, value] of acknowledged) assert.equal(kept.get(cursor), value)
  await mailboxes.close()
})

test('[MX240] mailboxes have one life for as long as their file stays, another when it is new or put back from a copy', async (t) => {
  const file = join(inFolder(t), 'mailboxes.sqlite')
  const lifeNow = async (): Promise<string> => {
    const { mailboxes } = openAt(file)
    await mailboxes.close()
    assert.equal(mailboxes.life.length, LIFE_BYTES)
    return toHex(mailboxes.life)
  }
  const lives = [await lifeNow(), await lifeNow()]
  copyFileSync(file, `${file}.copy`)
  rmSync(file)
  lives.push(await lifeNow())
  rmSync(file)
  // What it freed may be given to the next file.
  writeFileSync(`${file}.other`, '')
  renameSync(`${file}.copy`, file)
  lives.push(await lifeNow(), await lifeNow())
  assert.equal(lives[0], lives[1])
  assert.equal(lives[3], lives[4])
  assert.equal(new Set(lives).size, 3)
})

test('[MX42] a full disk refuses what does not fit, keeps the rest and reads on, and is well again with space', (t) => {
  const folder = inFolder(t)
  const isolated = (...command: readonly string[]) => spawnSync('unshare', ['-rm', ...command], { encoding: 'utf8' })
  if (isolated('mount', '-t', 'tmpfs', 'none', folder).status !== 0)
    return t.skip('no namespaces here in which to mount a small disk')
  const script = join(import.meta.dirname, 'mailbox-cramped-process.ts')
  const inside = 'mount -t tmpfs -o size=3m none "$1" && exec "$2" "$3" "$1"'
  const { stdout, stderr } = isolated('sh', '-c', inside, 'sh', folder, process.execPath, script)
  assert.equal(stderr, '')
  assert.deepEqual(stdout.trim().split('\n'), [
    'before: kept',
    'full: full-server, full-server',
    'read: 1 end',
    'counted: 1 blobs',
    'space again: kept',
    'read: 1 5 end',
  ])
})

test('[MX43] a file of something else, one in use and one of a later version are refused and left alone', async (t) => {
  const folder = inFolder(t)
  const file = join(folder, 'mailboxes.sqlite')
  const kindOf = (path: string): string => {
    const opened = openSqliteMailboxes({ file: path })
    return opened.ok ? 'opened' : `${opened.refusal.kind} ${opened.refusal.detail}`
  }
  const { mailboxes } = openAt(file)
  await putInto(mailboxes, ANN, 1)
  assert.match(kindOf(file), /^mailboxes-failed database is locked/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await mailboxes.close()
  const later = Buffer.from(readFileSync(file))
  later.writeUInt32BE(2, 60)
  writeFileSync(file, later)
  assert.match(kindOf(file), /later version/)
  assert.deepEqual(readFileSync(file), later)
  const foreign = join(folder, 'notes.txt')
  writeFileSync(foreign, 'dear diary '.repeat(100))
  assert.match(kindOf(foreign), /^mailboxes-failed/)
  assert.match(readFileSync(foreign, 'utf8'), /^dear diary/)
  assert.match(kindOf(join(folder, 'missing', 'mailboxes.sqlite')), /ENOENT/)
})

test('[MX44] while much waits to be written, everything else goes on between transactions', async (t) => {
  const { mailboxes } = openAt(join(inFolder(t), 'mailboxes.sqlite'))
  const groups = 5
  const putting: Promise<unknown>[] = []
  for (let each = 0; each < groups * TRANSACTION_WRITES_MAX; each++) putting.push(putInto(mailboxes, ANN, 1))
  for (let each = 0; each < groups; each++) putting.push(putInto(mailboxes, BOB, 2, TRANSACTION_BYTES_MAX))
  let turns = 0
  let state: 'writing' | 'written' = 'writing'
  const count = (): void => {
    turns += 1
    if (state === 'writing') setImmediate(count)
  }
  setImmediate(count)
  await Promise.all(putting)
  state = 'written'
  assert.ok(turns >= groups, `${turns} turns of the event loop`)
  await mailboxes.close()
})

test('[MX45] blobs whose time is over are taken away some at a time, and their space is given back', async (t) => {
  const file = join(inFolder(t), 'mailboxes.sqlite')
  const { mailboxes, pass, ring } = openAt(file)
  await Promise.all(Array.from({ length: EXPIRED_PER_TURN_MAX * 2 + 1 }, () => putInto(mailboxes, ANN, 1, 50_000)))
  pass(BLOB_LIFETIME_MILLIS / 2)
  await putInto(mailboxes, BOB, 2)
  pass(BLOB_LIFETIME_MILLIS / 2 + 1)
  assert.ok(ring() >= 3)
  assert.deepEqual([mailboxes.counts().mailboxes, mailboxes.counts().blobs], [1, 1])
  assert.deepEqual(told(await read(mailboxes, BOB)), ['2', 'end'])
  // Space is given back sweep by sweep.
  for (let sweeps = 0; sweeps < 12; sweeps++) {
    pass(EXPIRE_EVERY_MILLIS)
    ring()
  }
  await mailboxes.close()
  assert.ok(statSync(file).size < 500_000, `${statSync(file).size} bytes`)
})
