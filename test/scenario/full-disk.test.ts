import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { says, startPair, texts } from './peer.ts'
import { createStage, startServer } from './stage.ts'

const DISK = 'size=6m'

/** A small disk of the test's own, which needs root. */
const smallDisk = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'kith', folder], { stdio: 'pipe' })
}

const skip = ((): string | false => {
  const folder = join(tmpdir(), `kith-disk-probe-${process.pid}`)
  try {
    smallDisk(folder)
    execFileSync('umount', [folder])
    return false
  } catch {
    return 'needs root, for a small disk of its own'
  }
})()

const fill = async (folder: string): Promise<string> => {
  const { bavail, bsize } = await statfs(folder)
  const file = join(folder, 'ballast')
  await writeFile(file, Buffer.alloc(bavail * bsize))
  return file
}

test(
  '[SC20] on a full disk nothing is lost or said to be kept, and with space it goes on by itself',
  { skip, timeout: 120_000 },
  async (context: TestContext) => {
    const stage = await createStage(context)
    const { address } = await startServer(stage)
    const folder = join(stage.data, 'profiles', 'ann')
    smallDisk(folder)
    stage.afterwards(() => void execFileSync('umount', ['--lazy', folder]))
    const [ann, bob] = await startPair(stage, address)
    const conversation = await ann.with(bob)
    await ann.sees(await ann.says(conversation, 'plenty of room'), 'delivered')
    await bob.sees(await bob.says(conversation, 'indeed'), 'delivered')

    const ballast = await fill(folder)
    const kept: string[] = []
    // What the log still has room for is kept.
    let refusal: unknown
    for (let number = 0; refusal === undefined; number += 1) {
      const said = await ann.calls.say({ conversation, text: `number ${number}` })
      if (said.ok) kept.push(`number ${number}`)
      else refusal = said.refusal
    }
    assert.deepEqual(refusal, { kind: 'disk-full' })
    assert.equal((await ann.calls.status()).storeFailure?.kind, 'full')
    const told = await stage.kith(['say', 'Bob', 'anything', '--data', stage.data, '--profile', 'ann'])
    assert.equal(told.code, 1)
    assert.match(told.err, /The disk is full, so nothing was kept or sent/)
    const doctor = await stage.kith(['doctor', '--data', stage.data, '--profile', 'ann'])
    assert.deepEqual([doctor.code, /^BAD {2}Store/m.test(doctor.out)], [1, true], doctor.out)
    const missed = await bob.says(conversation, 'can you hear me?')
    const window = await fetch(/http:\/\/127\.0\.0\.1:\d+/.exec(ann.program.out())?.[0] ?? '')
    assert.equal(window.status, 200)

    await rm(ballast)
    await ann.sees(await ann.says(conversation, 'room again'), 'delivered')
    assert.equal((await ann.calls.status()).storeFailure, undefined)
    await bob.sees(missed, 'delivered')
    await ann.hears(conversation, says('can you hear me?'))
    const expected = ['plenty of room', 'indeed', ...kept, 'can you hear me?', 'room again']
    for (const peer of [ann, bob])
      assert.deepEqual(texts(await peer.lines(conversation)).toSorted(), expected.toSorted())
  },
)
