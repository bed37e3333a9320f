import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import type { StatusView } from '../../src/view/view.ts'
import { startPair, startPeer } from './peer.ts'
import { createStage, startServer, type Stage } from './stage.ts'

const TIMEOUT = { timeout: 120_000 }

const QUIET = ['--no-open', '--nearby', 'off', '--server', 'none', '--listen', '127.0.0.1:0']

const start = (stage: Stage, words: readonly string[]) => stage.kith([...QUIET, '--data', stage.data, ...words])

const takenPort = async (context: TestContext): Promise<number> => {
  const taken = createServer().listen(0)
  await new Promise((resolve) => taken.once('listening', resolve))
  context.after(() => void taken.close())
  return (taken.address() as AddressInfo).port
}

test(
  '[SC13] a profile that runs says so and gives its window; one that was killed starts again',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const ann = await startPeer(stage, 'ann', { name: 'Ann', server: 'none' })
    const second = await start(stage, ['--profile', 'ann'])
    assert.equal(second.code, 0, second.err)
    assert(second.out.startsWith(`Kith already runs with the profile ann (process ${ann.program.pid}).\n`), second.out)
    assert.match(second.out, /^Open this within a minute: http:\/\/127\.0\.0\.1:\d+\/#code=[0-9a-f]{32}$/m)
    await ann.kill()
    assert((await readdir(ann.folder)).includes('door.json'), 'it left its door file behind')
    const again = await startPeer(stage, 'ann', {})
    assert.equal(again.id, ann.id)
  },
)

test('[SC14] eight profiles run side by side on one machine, and each finds all others', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const { address } = await startServer(stage)
  const names = Array.from({ length: 8 }, (_, number) => `person${number}`)
  const peers = await Promise.all(names.map((name) => startPeer(stage, name, { name, server: address })))
  for (const peer of peers) for (const other of peers) if (other !== peer) await peer.finds(other)
  const [first, ...others] = peers
  assert(first)
  for (const other of others) await other.sees(await other.says(await other.with(first), 'hello'), 'delivered')
  const folders = await readdir(join(stage.data, 'profiles'))
  assert.deepEqual(folders.toSorted(), names)
})

test('[SC15] what Kith writes is its owner’s alone, whatever the umask', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const open = { through: ['sh', '-c', 'umask 000; exec "$@"', 'sh'] }
  const server = stage.start(['server', '--port', '0', '--data', stage.data], open)
  await server.prints(/TCP port/)
  const peer = stage.start([...QUIET, '--data', stage.data, '--profile', 'ann', '--name', 'Ann'], open)
  await peer.prints(/Window/)
  const found = await readdir(stage.data, { recursive: true, withFileTypes: true })
  assert.deepEqual(
    found
      .filter((each) => each.isFile())
      .map(({ name }) => name)
      .toSorted()
      .slice(0, 2),
    ['door.json', 'kith.db'],
  )
  for (const each of [...found.map(({ parentPath, name }) => join(parentPath, name)), stage.data])
    assert.equal((await stat(each)).mode & 0o077, 0, each)
})

test('[SC16] a database of a newer version, or none at all, is left as it is, in words', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const folder = join(stage.data, 'profiles', 'ann')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'kith.db')
  const garbage = 'these are somebody’s notes\n'.repeat(500)
  await writeFile(file, garbage)
  const damaged = await start(stage, ['--profile', 'ann'])
  assert.equal(damaged.code, 1)
  assert.match(damaged.err, /^kith: .*kith\.db is not a database of Kith\. Nothing was changed\./)
  assert.equal((await stat(file)).size, Buffer.byteLength(garbage))

  const bob = await startPeer(stage, 'bob', { name: 'Bob', server: 'none' })
  await bob.stop()
  const database = new DatabaseSync(join(bob.folder, 'kith.db'))
  database.exec('PRAGMA user_version = 4711')
  database.close()
  const newer = await start(stage, ['--profile', 'bob'])
  assert.equal(newer.code, 1)
  assert.match(newer.err, /written by a newer version of Kith\. Nothing was changed\. Update Kith/)
})

test('[SC17] what cannot be opened is named with how to mend it, and ends with 1', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  await writeFile(join(stage.folder, 'file'), '')
  const notFolder = await stage.kith([...QUIET, '--data', join(stage.folder, 'file')])
  assert.equal(notFolder.code, 1)
  assert.match(notFolder.err, /The folder \S+ cannot be used .* choose another with --data/)
  if (process.getuid?.() !== 0) {
    await mkdir(join(stage.folder, 'closed'))
    await chmod(join(stage.folder, 'closed'), 0o500)
    const closed = await stage.kith([...QUIET, '--data', join(stage.folder, 'closed')])
    assert.deepEqual([closed.code, /cannot be used/.test(closed.err)], [1, true])
  }
  const port = await takenPort(context)
  const inUse = new RegExp(
    `^kith: Another program already listens on port ${port}\\. End it, or choose another port\\.`,
  )
  const listening = await stage.kith([
    '--no-open',
    '--nearby',
    'off',
    '--server',
    'none',
    '--data',
    stage.data,
    '--listen',
    String(port),
  ])
  assert.equal(listening.code, 1)
  assert.match(listening.err, inUse)
  const server = await stage.kith(['server', '--port', String(port), '--data', stage.data])
  assert.equal(server.code, 1)
  assert.match(server.err, inUse)
  const window = await start(stage, ['--ui', String(port), '--name', 'Ann'])
  assert.equal(window.code, 1)
  assert.match(window.err, inUse)
})

test(
  '[SC18] a server that cannot be reached, or is none, is named in words and tried again',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const taken = createServer((socket) => socket.on('error', () => {}).end('220 mail.example ESMTP\r\n')).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => taken.once('listening', resolve))
    context.after(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const ann = await startPeer(stage, 'ann', { name: 'Ann', server: `127.0.0.1:${port}` })
    const troubleOf = (status: StatusView | undefined) => status?.servers.find((each) => each.at === 'unreachable')
    const wrong = await ann.until(({ status }) => troubleOf(status))
    assert.equal(wrong.failure.kind, 'not-kith')
    assert(wrong.next >= wrong.since)
    await new Promise((resolve) => taken.close(resolve))
    const gone = await ann.until(({ status }) => {
      const trouble = troubleOf(status)
      return trouble?.failure.kind === 'refused' ? trouble : undefined
    })
    assert.equal(gone.failure.detail.includes('ECONNREFUSED'), true, gone.failure.detail)
    const status = await stage.kith(['status', '--data', stage.data, '--profile', 'ann'])
    assert.match(status.out, new RegExp(`^Server {4}Cannot reach 127\\.0\\.0\\.1:${port}\\. `, 'm'))
    // What is tried again succeeds once somebody is there.
    await startServer(stage, ['--port', String(port)])
    await ann.until(({ status: now }) => (now?.servers[0]?.at === 'connected' ? true : undefined))
  },
)

test('[SC19] what is not allowed is refused with 2 and in words, before anything is made', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const cases: readonly (readonly [readonly string[], RegExp, string?])[] = [
    [['--bogus'], /There is no option --bogus/],
    [['dance'], /There is no command 'dance'/],
    [['--profile', '../../elsewhere'], /not '\.\.\/\.\.\/elsewhere'/],
    [['--profile', 'a/b'], /not 'a\/b'/],
    [['--profile', ''], /not ''/],
    [['--profile', '.'], /not '\.'/],
    [['people', '--profile', '..'], /not '\.\.'/],
    [['--nearby', 'maybe'], /--nearby takes on or off/],
    [['--listen', '70000'], /--listen takes PORT or HOST:PORT/],
    [['server', '--port', '-1'], /--port/],
    [['say', 'Bob', '--wait', 'heard', 'hello'], /--wait takes sealed, delivered or read/],
  ]
  for (const [words, said] of cases) {
    const { code, out, err } = await stage.kith([...words, '--data', stage.data])
    assert.deepEqual([words, code, out], [words, 2, ''])
    assert.match(err, said)
  }
  await assert.rejects(stat(stage.data), { code: 'ENOENT' })
})

test('[SC19] names and messages that are not allowed are refused with 2 and in words', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const { address } = await startServer(stage)
  for (const [name, said] of [
    ['a\u{202E}b', /must not hold hidden or direction-changing characters\. Take out U\+202E/],
    [' ', /needs at least one letter/],
    ['x'.repeat(41), /at most 40 characters\. Take out 1 character/],
  ] as const) {
    const refused = await start(stage, ['--profile', 'nobody', '--name', name])
    assert.equal(refused.code, 2)
    assert.match(refused.err, said)
  }
  const wrong = await stage.kith([
    '--no-open',
    '--nearby',
    'off',
    '--data',
    stage.data,
    '--profile',
    'nobody',
    '--server',
    'a b',
  ])
  assert.deepEqual([wrong.code, /“a b” is not a server’s address/.test(wrong.err)], [2, true])

  const [ann, bob] = await startPair(stage, address)
  const conversation = await ann.with(bob)
  const words = ['say', 'Bob', '-', '--wait', 'delivered', '--data', stage.data, '--profile', 'ann']
  const most = 'm'.repeat(64 * 1024)
  const fits = await stage.kith(words, { stdin: most })
  assert.equal(fits.code, 0, fits.err)
  const tooLong = await stage.kith(words, { stdin: `${most}m` })
  assert.deepEqual([tooLong.code, /too long to send/.test(tooLong.err)], [2, true])
  const refused = await ann.calls.say({ conversation, text: `${most}m` })
  assert.deepEqual(refused, { ok: false, refusal: { kind: 'text-too-long', bytes: 65_537, limit: 65_536 } })
  assert.equal((await bob.lines(conversation)).filter((line) => line.kind === 'message').length, 1)
})
