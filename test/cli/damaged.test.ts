import assert from 'node:assert/strict'
import { copyFile, mkdtemp, open, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { openPeer } from '../../src/cli/compose.ts'
import { openProfile } from '../../src/cli/compose-profile.ts'
import { profileOf, type Profile } from '../../src/cli/profile.ts'
import { isDamage } from '../../src/store/damage.ts'
import { kith, machineWith, type Machine } from './fake-world.ts'

const tellNobody = (error: unknown): void => assert.fail(String(error))

const HERE = { listen: { host: '127.0.0.1', port: 0 } }

const PAGE_BYTES = 4_096

const usedProfile = async (t: TestContext): Promise<Profile> => {
  const data = await mkdtemp(join(tmpdir(), 'kith-damaged-'))
  t.after(() => rm(data, { recursive: true }))
  const profile = profileOf('ann', data)
  assert(profile.ok)
  const peer = await openPeer(profile.value, HERE, tellNobody)
  assert(peer.ok)
  await peer.value.close()
  return profile.value
}

/** A machine on which this profile is real. */
const machineOf = (profile: Profile): Machine => {
  const machine = machineWith({ secrets: ['a passphrase', 'a passphrase'], passing: true })
  const real = { openProfile: () => openProfile(profile), openPeer: () => openPeer(profile, HERE, tellNobody) }
  return { ...machine, world: { ...machine.world, ...real } }
}

const damages: Readonly<Record<string, (file: string, size: number) => Promise<void>>> = {
  'cut to its first page': (file) => truncate(file, PAGE_BYTES),
  'its end cut off': (file, size) => truncate(file, size - 3 * PAGE_BYTES),
  'its second page overwritten': (file) => overwrite(file, PAGE_BYTES, PAGE_BYTES),
  'all but its first page overwritten': (file, size) => overwrite(file, PAGE_BYTES, size - PAGE_BYTES),
}

const overwrite = async (file: string, from: number, bytes: number): Promise<void> => {
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(bytes, 'Z'), 0, bytes, from)
  await handle.close()
}

test('[CL74] a damaged database is told as such by every command, and by doctor among what it found', async (t) => {
  const profile = await usedProfile(t)
  const file = join(profile.folder, 'kith.db')
  const whole = join(profile.folder, '..', 'whole.db')
  await copyFile(file, whole)
  for (const [what, damage] of Object.entries(damages)) {
    const told = async (line: string): Promise<string> => {
      await copyFile(whole, file)
      await damage(file, (await stat(file)).size)
      const machine = machineOf(profile)
      const exit = await kith(line, machine)
      return `${exit} ${machine.noted.join()} ${machine.printed.join('\n')}`
    }
    for (const line of ['status', 'history bob', 'start', 'passphrase set', 'export /nowhere/at/all'])
      assert.match(await told(line), /^1 .* is damaged \(.*Keep the file as it is.*from a copy/, `${what}: ${line}`)
    assert.match(await told('doctor'), /^1 [^]*ok +Node[^]*BAD +Peer +cannot be started\n.* is damaged/, what)
  }
})

test('[CL74] a file that ends before its last page, and pages that contradict each other, are damage', () => {
  const errors = [11, 267, 522, 10, 5, 8_202].map((errcode) => Object.assign(new Error('of SQLite'), { errcode }))
  assert.deepEqual(errors.map(isDamage), [true, true, true, false, false, true])
  assert.equal(isDamage(new Error('disk image is malformed')), false)
})
