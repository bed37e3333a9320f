import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'

import { missingProfile, profileOf, serverFolder } from '../../src/cli/profile.ts'
import { kith, machineWith } from './fake-world.ts'

test('[CL4] each profile has a folder of its own below the data folder', () => {
  const folderOf = (name?: string, data?: string): string => {
    const profile = profileOf(name, data)
    assert(profile.ok)
    return profile.value.folder
  }
  assert.equal(folderOf('ann', '/data'), resolve('/data/profiles/ann'))
  assert.equal(folderOf(undefined, '/data'), resolve('/data/profiles/default'))
  assert.equal(folderOf('ann', 'here'), resolve('here', 'profiles', 'ann'))
  assert(folderOf('ann').endsWith(join('kith', 'profiles', 'ann')) || process.platform === 'win32')
  assert.equal(serverFolder('/data'), resolve('/data/server'))
})

test('[CL4] no profile name leads out of the data folder', () => {
  const names = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '-', '_', '\0', 'A', ':') }),
  )
  fc.assert(
    fc.property(names, (name) => {
      const profile = profileOf(name, '/data')
      if (!profile.ok) return
      assert.match(name, /^[a-z0-9_-]{1,32}$/)
      assert.equal(profile.value.folder, ['', 'data', 'profiles', name].join(sep))
    }),
    { numRuns: 10_000 },
  )
})

test('[CL4] a name that is not one ends with 2, and nothing is opened', async () => {
  for (const name of ['../ann', 'Ann', 'a'.repeat(33), 'ann/bob', '.']) {
    const machine = machineWith()
    assert.equal(await kith(`people --profile=${name}`, machine), 2, name)
    assert.match(machine.noted.join(), /A profile is named with/)
    assert.deepEqual(machine.events, [])
  }
})

test('[CL72] a command for a profile that is not there makes none, names those that are, and ends with 2', async () => {
  const lines = [
    'people',
    'say bob hello',
    'tail',
    'history bob',
    'invite',
    'invitations',
    'revoke abc',
    'groups',
    'group new Climbers',
    'safety bob',
    'mute bob',
    'forget bob --yes',
    'name',
    'passphrase set',
    'export file',
    'status',
  ]
  for (const line of lines) {
    const machine = machineWith({ profiles: ['ann', 'bob'] })
    assert.equal(await kith(`${line} --profile tpyo`, machine), 2, line)
    assert.match(
      machine.noted.join(),
      /There is no profile tpyo, and none was made\. These are there: ann, bob\./,
      line,
    )
    assert.deepEqual([machine.printed, machine.events], [[], []], line)
  }
})

test('[CL72] a name, an invitation and an import may be the first step of a profile', async () => {
  for (const line of ['name Ann', 'join kith:abc', 'import file']) {
    const machine = machineWith({ profiles: [], passing: true })
    await kith(`${line} --profile new`, machine)
    assert.match(machine.events.join(), /(peer of|profile) new opened/, line)
  }
})

test('[CL72] doctor tells that there is no such profile: odd where there is none yet, else bad', async () => {
  for (const [profiles, exit, sign] of [
    [[], 0, 'hm'],
    [['ann'], 1, 'BAD'],
  ] as const) {
    const machine = machineWith({ profiles })
    assert.equal(await kith('doctor --profile tpyo --data /nowhere/kith', machine), exit)
    assert.match(machine.printed.join('\n'), new RegExp(`^${sign} +Profile +there is no tpyo$`, 'm'))
    assert.deepEqual(machine.events, [])
  }
})

test('[CL72] a profile is there when its folder is, and those beside it are named', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'kith-profiles-'))
  t.after(() => rm(data, { recursive: true }))
  const missing = async (name: string) => {
    const profile = profileOf(name, data)
    assert(profile.ok)
    return missingProfile(profile.value)
  }
  assert.deepEqual(await missing('ann'), { kind: 'profile-missing', profile: 'ann', others: [] })
  for (const name of ['bob', 'ann', 'Not one']) await mkdir(join(data, 'profiles', name), { recursive: true })
  assert.equal(await missing('ann'), undefined)
  assert.deepEqual(await missing('tpyo'), { kind: 'profile-missing', profile: 'tpyo', others: ['ann', 'bob'] })
})
