import assert from 'node:assert/strict'
import { join, resolve, sep } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'

import { profileOf, serverFolder } from '../../src/cli/profile.ts'
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
  for (const name of ['../ann', 'Ann', '', 'a'.repeat(33), 'ann/bob', '.']) {
    const machine = machineWith()
    assert.equal(await kith(`people --profile=${name}`, machine), 2, name)
    assert.match(machine.noted.join(), /A profile is named with/)
    assert.deepEqual(machine.events, [])
  }
})
