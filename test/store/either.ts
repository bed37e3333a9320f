import assert from 'node:assert/strict'
import { createPageCipher } from '../../src/crypto/pages.ts'
import type { Alarm } from '../../src/store/database-store.ts'
import type { Store } from '../../src/store/port.ts'
import { openSealedStore } from '../../src/store/sealed.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'

/** The store in that file, sealed under a key (hexadecimal) or in the clear; the test fails when it does not open. */
export const openEither = async (file: string, key: string | undefined, after?: Alarm): Promise<Store> => {
  const cipher = key === undefined ? undefined : createPageCipher(Buffer.from(key, 'hex'))
  const alarm = after && { after }
  const opened = cipher ? await openSealedStore({ file, cipher, ...alarm }) : openSqliteStore({ file, ...alarm })
  assert.ok(opened.ok, `it opens: ${JSON.stringify(opened)}`)
  return opened.value
}
