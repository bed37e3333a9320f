import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { createPageCipher } from '../../src/crypto/pages.ts'
import { openSealedStore } from '../../src/store/sealed.ts'
import { openVault } from '../../src/store/vault.ts'
import { temporaryFolder, utf8 } from './examples.ts'
import { filesWith } from './files.ts'
import {
  confidences,
  entries,
  everythingIn,
  newPassphrase,
  oldPassphrase,
  portsOf,
  reseal,
  storeOf,
  vaultAt,
} from './vaults.ts'

describe('a profile with a passphrase', () => {
  let folder = ''
  let remove = () => {}
  beforeEach(() => {
    ;({ folder, remove } = temporaryFolder())
  })
  afterEach(() => remove())

  const readable = (): readonly string[] =>
    confidences.flatMap((word) => filesWith(folder, utf8(word)).map((file) => `${word} in ${file}`))

  const filled = async (passphrase?: string): Promise<void> => {
    const vault = vaultAt(folder)
    const store = await storeOf(vault)
    await store.commit(entries)
    await store.close()
    if (passphrase !== undefined) await reseal(vault, undefined, passphrase)
    vault.release()
  }

  test('[AR1] everything is there under a passphrase, under another, and without one again', async () => {
    await filled()
    for (const [from, to] of [
      [undefined, oldPassphrase],
      [oldPassphrase, newPassphrase],
      [newPassphrase, undefined],
    ]) {
      const vault = vaultAt(folder)
      await reseal(vault, from, to)
      assert.equal(vault.sealed(), to !== undefined)
      const store = await storeOf(vault, to)
      assert.deepEqual(await everythingIn(store), entries)
      assert.equal((await store.search({ text: 'grasshopper', limit: 1 })).length, 1)
      await store.close()
      vault.release()
    }
    assert.deepEqual(readdirSync(folder).toSorted(), ['kith.db', 'kith.lock'])
  })

  test('[AR2] no file of a profile with a passphrase contains a text, name, key or searched word', async () => {
    await filled()
    assert.equal(readable().length, confidences.length, 'they are there to be found')
    const vault = vaultAt(folder)
    await reseal(vault, undefined, oldPassphrase)
    const store = await storeOf(vault, oldPassphrase)
    await store.commit(
      entries.map((entry) => (entry.put === 'record' ? { ...entry, key: `again ${entry.key}` } : entry)),
    )
    assert.deepEqual(
      readdirSync(folder)
        .map((name) => name.replace(/[0-9a-f]{16}/, 'X'))
        .toSorted(),
      ['kith.key', 'kith.lock', 'sealed-X.db', 'sealed-X.db-wal'],
    )
    assert.deepEqual(readable(), [], 'with the log in use')
    await store.close()
    vault.release()
    assert.deepEqual(readable(), [], 'after closing')
    assert.deepEqual(filesWith(folder, utf8('SQLite format 3')), ['kith.lock'], 'nor what a database begins with')
  })

  test('[AR2] all files of a profile are readable by their owner only', async () => {
    const old = process.umask(0)
    try {
      await filled(oldPassphrase)
    } finally {
      process.umask(old)
    }
    const modes = [folder, ...readdirSync(folder).map((name) => join(folder, name))].map(
      (each) => statSync(each).mode & 0o077,
    )
    assert.deepEqual(new Set(modes), new Set([0]))
  })

  test('[AR3] a wrong passphrase is refused and changes nothing', async () => {
    await filled(oldPassphrase)
    const bytes = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')])
    const before = bytes()
    const vault = vaultAt(folder)
    for (const wrong of ['the wrong passphrase', '', undefined, `${oldPassphrase} `])
      assert.deepEqual(await vault.open(wrong), { ok: false, refusal: { kind: 'wrong-passphrase' } })
    vault.release()
    assert.deepEqual(bytes(), before)
  })

  test('[AR4] the same passphrase opens, however its characters were composed', async () => {
    await filled('grüne Wälder überall'.normalize('NFC'))
    const vault = vaultAt(folder)
    const store = await storeOf(vault, 'grüne Wälder überall'.normalize('NFD'))
    await store.close()
    vault.release()
  })

  test('[AR5] a changed passphrase comes with another data key: the old one opens no file any more', async () => {
    const keys: Uint8Array[] = []
    const cipher = (key: Uint8Array) => {
      keys.push(key.slice())
      return createPageCipher(key)
    }
    await filled(oldPassphrase)
    const vault = vaultAt(folder, { cipher })
    await reseal(vault, oldPassphrase, newPassphrase)
    vault.release()
    assert.equal(new Set(keys.map((key) => key.toString())).size, 2)
    const store = readdirSync(folder).find((name) => name.startsWith('sealed-')) ?? ''
    const opened = await openSealedStore({
      file: join(folder, store),
      cipher: createPageCipher(keys[0] ?? randomBytes(32)),
    })
    assert.deepEqual(opened.ok ? 'opened' : opened.refusal.kind, 'not-a-database')
  })

  test('[AR6] one process at a time has a profile, with a passphrase or without one', async () => {
    for (const passphrase of [undefined, oldPassphrase]) {
      await filled(passphrase)
      const first = vaultAt(folder)
      assert.deepEqual(openVault(folder, portsOf()), { ok: false, refusal: { kind: 'locked' } })
      const store = await storeOf(first, passphrase)
      assert.deepEqual(openVault(folder, portsOf()), { ok: false, refusal: { kind: 'locked' } })
      await store.close()
      first.release()
      vaultAt(folder).release()
    }
  })

  test('[AR7] a store that cannot be filled leaves the one before it, and nothing half built', async () => {
    await filled(oldPassphrase)
    const before = readdirSync(folder)
    const vault = vaultAt(folder)
    const refused = await vault.rebuild(newPassphrase, async () => ({ ok: false, refusal: { kind: 'full' } }))
    assert.deepEqual(refused, { ok: false, refusal: { kind: 'full' } })
    assert.deepEqual(readdirSync(folder), before)
    const store = await storeOf(vault, oldPassphrase)
    assert.deepEqual(await everythingIn(store), entries)
    await store.close()
    vault.release()
  })

  test('[AR8] a key file that is damaged, or whose store is gone, is refused, and everything left as it is', async () => {
    await filled(oldPassphrase)
    const file = join(folder, 'kith.key')
    const good = readFileSync(file)
    const refusal = { ok: false, refusal: { kind: 'key-damaged', file } }
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(good.length),
        (place, flip, length) => {
          const bad = Uint8Array.from(good.subarray(0, length))
          if (place < length) bad[place] = (bad[place] ?? 0) ^ flip
          writeFileSync(file, bad)
          const opened = openVault(folder, portsOf())
          if (opened.ok) opened.value.release()
          else assert.deepEqual(opened, refusal)
        },
      ),
      { numRuns: 500 },
    )
    writeFileSync(file, good)
    const store = readdirSync(folder).find((name) => name.startsWith('sealed-')) ?? ''
    rmSync(join(folder, store))
    assert.deepEqual(openVault(folder, portsOf()), refusal)
    assert.deepEqual(readdirSync(folder).toSorted(), ['kith.key', 'kith.lock'])
  })

  test('[AR8] no change to a sealed store goes unnoticed, and none throws', async () => {
    await filled(oldPassphrase)
    const name = readdirSync(folder).find((each) => each.startsWith('sealed-')) ?? ''
    const file = join(folder, name)
    const good = readFileSync(file)
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (place, flip) => {
        const bad = Buffer.from(good)
        bad[place] = (bad[place] ?? 0) ^ flip
        writeFileSync(file, bad)
        const vault = vaultAt(folder)
        const opened = await vault.open(oldPassphrase)
        if (opened.ok) {
          // The page was not needed for opening; whoever reads it is told.
          await assert.rejects(
            everythingIn(opened.value).then(async (found) => {
              assert.deepEqual(found, entries, 'what is read is what was written')
              await opened.value.search({ text: 'grasshopper', limit: 1 })
              throw new Error('a page that nothing is on')
            }),
          )
          await opened.value.close()
        }
        vault.release()
      }),
      { numRuns: 60 },
    )
  })
})
