// Brings an export into a profile: node import-process.ts DATA FILE PASSPHRASE [BYTES]
// With BYTES, it is killed by itself as soon as the profile's folder has grown by so much.

import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openProfile } from '../../src/cli/compose-profile.ts'
import { profileOf } from '../../src/cli/profile.ts'

const [data = '', file = '', passphrase = '', grown] = process.argv.slice(2)
const profile = profileOf('ann', data)
assert.ok(profile.ok)
const { folder } = profile.value

const bytesInFolder = (): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

const killOnceBeyond = (bytes: number): void => {
  if (bytesInFolder() > bytes) process.kill(process.pid, 'SIGKILL')
  setImmediate(() => killOnceBeyond(bytes))
}

const opened = await openProfile(profile.value)
assert.ok(opened.ok)
const unlocked = await opened.value.unlock(undefined)
assert.ok(unlocked.ok)
if (grown !== undefined) killOnceBeyond(bytesInFolder() + Number(grown))
const imported = await unlocked.value.importFrom(file, () => Promise.resolve(passphrase))
assert.ok(imported.ok, JSON.stringify(imported))
process.exit()
