import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, utf8 } from './examples.ts'
import { filesWith } from './files.ts'
import {
  confidences,
  entries,
  everythingIn,
  newPassphrase,
  oldPassphrase,
  reseal,
  storeOf,
  vaultAt,
  type Deed,
} from './vaults.ts'

const run = async (folder: string, deed: Deed, last: number): Promise<readonly string[]> => {
  const script = join(import.meta.dirname, 'vault-process.ts')
  const child = spawn(process.execPath, [script, folder, deed, String(last)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  await once(child, 'close')
  return printed === '' ? [] : printed.split(' ')
}

/** While the new store is built every twelfth step; from where names begin to change, and just before, all. */
const pickedFrom = (steps: readonly string[]): readonly number[] => {
  const first = steps.indexOf('renameSync') - 3
  return steps.flatMap((_, index) => (index >= first || index % 12 === 0 ? [index + 1] : []))
}

const passphrases: Readonly<Record<Deed, readonly [string | undefined, string | undefined]>> = {
  set: [undefined, newPassphrase],
  change: [oldPassphrase, newPassphrase],
  remove: [oldPassphrase, undefined],
}

for (const deed of ['set', 'change', 'remove'] as const)
  test(`[AR9] a crash leaves the old state or the new one, whole: ${deed}`, async () => {
    const { folder, remove } = temporaryFolder()
    try {
      const [before, after] = passphrases[deed]
      const original = join(folder, 'original')
      const vault = vaultAt(original)
      const store = await storeOf(vault)
      await store.commit(entries)
      await store.close()
      if (before !== undefined) await reseal(vault, undefined, before)
      vault.release()

      const whole = join(folder, 'whole')
      cpSync(original, whole, { recursive: true })
      const steps = await run(whole, deed, 0)
      assert.ok(steps.length > 10)
      const endOf = async (last: number): Promise<string> => {
        const copy = join(folder, `killed-${last}`)
        cpSync(original, copy, { recursive: true })
        assert.deepEqual(await run(copy, deed, last), [], 'it was killed')
        const found = vaultAt(copy)
        const opened = found.sealed() === (after !== undefined) ? await found.open(after) : undefined
        const now = opened?.ok ? opened : await found.open(before)
        assert.ok(now.ok, `killed before step ${last}, ${steps[last - 1]}`)
        assert.deepEqual(await everythingIn(now.value), entries)
        await now.value.close()
        found.release()
        const names = readdirSync(copy)
          .map((name) => name.replace(/[0-9a-f]{16}/, 'X'))
          .toSorted()
        const sealed = (opened?.ok ? after : before) !== undefined
        assert.deepEqual(
          names.filter((name) => name !== 'kith.key.new'),
          sealed ? ['kith.key', 'kith.lock', 'sealed-X.db'] : ['kith.db', 'kith.lock'],
        )
        if (sealed)
          assert.deepEqual(
            confidences.flatMap((word) => filesWith(copy, utf8(word))),
            [],
            'nothing is left in the clear',
          )
        rmSync(copy, { recursive: true })
        return opened?.ok ? 'new' : 'old'
      }
      const ends: string[] = []
      const waiting = [...pickedFrom(steps).entries()]
      const kill = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) ends[next[0]] = await endOf(next[1])
      }
      await Promise.all([kill(), kill(), kill()])
      assert.deepEqual([...new Set(ends)], ['old', 'new'], 'there is one instant at which it changes')
      assert.deepEqual(ends.toSorted().toReversed(), ends)
    } finally {
      remove()
    }
  })
