import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { newPassphrase, oldPassphrase, portsOf, type Deed } from './vaults.ts'

// A process that sets, changes or removes the passphrase of the folder in its first argument and is killed before the
// step on the file system of the number in its third. It prints the names of all steps if it comes to its end.

const [folder = '', deed = 'set', last = '0'] = process.argv.slice(2)

const steps: string[] = []
const dying = <Act extends (...input: never[]) => unknown>(name: string, act: Act): Act =>
  ((...input: never[]) => {
    steps.push(name)
    if (steps.length === Number(last)) process.kill(process.pid, 'SIGKILL')
    return act(...input)
  }) as Act

// All that changes what is on disk, below everything else. SQLite's own steps are its own to survive.
const changing = ['openSync', 'writeSync', 'fsyncSync', 'ftruncateSync', 'renameSync', 'rmSync', 'chmodSync'] as const
for (const name of changing) Object.assign(fs, { [name]: dying(name, fs[name] as (...input: never[]) => unknown) })
syncBuiltinESMExports()

const { openVault } = await import('../../src/store/vault.ts')
const { copyStore } = await import('../../src/store/copy.ts')

const vault = openVault(folder, portsOf())
if (!vault.ok) throw new Error(vault.refusal.kind)
const before = deed === 'set' ? undefined : oldPassphrase
const after = deed === ('remove' satisfies Deed) ? undefined : newPassphrase
const store = await vault.value.open(before)
if (!store.ok) throw new Error(store.refusal.kind)
const rebuilt = await vault.value.rebuild(after, async (built) => {
  const copied = await copyStore(store.value, built)
  await store.value.close()
  return copied
})
if (!rebuilt.ok) throw new Error(rebuilt.refusal.kind)
vault.value.release()
process.stdout.write(steps.join(' '))
