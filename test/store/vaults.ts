import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stretch } from '../../src/crypto/argon2.ts'
import { createPageCipher } from '../../src/crypto/pages.ts'
import { copyStore } from '../../src/store/copy.ts'
import type { Put, Store } from '../../src/store/port.ts'
import { openVault, type Vault, type VaultPorts } from '../../src/store/vault.ts'
import { eventOf, lineOf, utf8 } from './examples.ts'

/** What is done to a passphrase. */
export type Deed = 'set' | 'change' | 'remove'

export const oldPassphrase = 'the old passphrase'
export const newPassphrase = 'the new passphrase'

/** Real ciphers, and as little stretching as Argon2 allows. */
export const portsOf = (rest: Partial<VaultPorts> = {}): VaultPorts => ({
  stretch,
  stretching: { memoryKib: 8, passes: 1, lanes: 1 },
  cipher: createPageCipher,
  random: randomBytes,
  ...rest,
})

export const vaultAt = (folder: string, rest: Partial<VaultPorts> = {}): Vault => {
  const opened = openVault(folder, portsOf(rest))
  assert.ok(opened.ok, `it opens: ${JSON.stringify(opened)}`)
  return opened.value
}

export const storeOf = async (vault: Vault, passphrase?: string): Promise<Store> => {
  const opened = await vault.open(passphrase)
  assert.ok(opened.ok, `it opens: ${JSON.stringify(opened)}`)
  return opened.value
}

/** Gives the vault another passphrase, or none, and keeps everything that is in it. */
export const reseal = async (vault: Vault, from: string | undefined, to: string | undefined): Promise<void> => {
  const store = await storeOf(vault, from)
  const rebuilt = await vault.rebuild(to, async (built) => {
    const copied = await copyStore(store, built)
    await store.close()
    return copied
  })
  assert.deepEqual(rebuilt, { ok: true, value: null })
}

/** Words that must not be readable in any file, each once as what it is kept as. */
export const confidences = ['nightingale', 'grasshopper', 'secretkey0123456', 'draftedtext', 'contentwords']

export const entries: readonly Put[] = [
  { put: 'record', space: 'draft', key: 'a', value: utf8('draftedtext') },
  { put: 'record', space: 'person', key: 'p', value: utf8('nightingale') },
  { put: 'record', space: 'secret', key: 'k', value: utf8('secretkey0123456') },
  { put: 'event', event: eventOf(1, { content: utf8('contentwords') }) },
  { put: 'line', line: lineOf(1, 'a grasshopper sings') },
]

export const everythingIn = async (store: Store): Promise<readonly Put[]> => (await store.dump({ bytes: 1e9 })).entries
