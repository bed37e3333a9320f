import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { profileOf } from '../../src/cli/profile.ts'
import { openProfileVault } from '../../src/cli/compose-profile.ts'
import type { Hex } from '../../src/core/bytes/hex.ts'
import type { Name } from '../../src/core/identity/name.ts'
import { stretch } from '../../src/crypto/argon2.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { exportStore } from '../../src/peer/exporting.ts'
import { openSelf, selfChanges } from '../../src/peer/self.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Change, Store } from '../../src/store/port.ts'

const MESSAGES = 3_000
/** A good part of what is brought in, and far from all of it. */
const GROWN_BYTES = 300_000

const idOf = (name: string): Hex => createHash('sha256').update(name).digest('hex')
const [hall, bob] = [idOf('hall'), idOf('bob')]

const message = (seq: number): readonly Change[] => {
  const place = { id: idOf(`message ${seq}`), conversation: hall, author: bob, seq }
  const bytes = new Uint8Array(randomBytes(200))
  return [
    { put: 'event', event: { ...place, bytes, content: bytes } },
    { put: 'line', line: { ...place, time: seq, counts: true, text: `message ${seq}`, bytes } },
  ]
}

const countIn = async (store: Store): Promise<{ readonly events: number; readonly lines: number }> => ({
  events: (await store.events({ conversation: hall, author: bob, from: 0, limit: 1e6, bytes: 1e9 })).length,
  lines: (await store.lines({ conversation: hall, limit: 1e6 })).length,
})

test('[EX343] an import that is killed has changed nothing, and brings in all of it when it is done again', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'kith-import-'))
  t.after(() => rmSync(data, { recursive: true }))
  const profile = profileOf('ann', data)
  assert.ok(profile.ok)
  const inProfile = async <Value>(act: (store: Store) => Promise<Value>): Promise<Value> => {
    const vault = openProfileVault(profile.value)
    assert.ok(vault.ok)
    const store = await vault.value.open()
    assert.ok(store.ok)
    const value = await act(store.value)
    await store.value.close()
    vault.value.release()
    return value
  }

  const full = openMemoryStore()
  const opened = await openSelf(full, {
    crypto: createNodeCrypto(),
    now: 1_000,
    random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
  })
  assert.ok(opened.ok)
  const self = { ...opened.value, name: 'Ann' as Name, nameTime: 1 }
  const before: readonly Change[] = [
    ...selfChanges(self),
    { put: 'record', space: 'conversation', key: `${hall}/graph`, value: new Uint8Array([1]) },
    ...message(1),
  ]
  await full.commit(before)
  for (let seq = 2; seq <= MESSAGES; seq++) await full.commit(message(seq))
  const how = { memoryKib: 8, passes: 1, lanes: 1 }
  const file = join(data, 'ann.kith')
  const pieces: Uint8Array[] = []
  const exporting = exportStore(full, { self, now: 5 }, 'exported!', { stretch, how, random: randomBytes })
  for await (const piece of exporting.pieces) pieces.push(piece)
  writeFileSync(file, Buffer.concat(pieces))
  await inProfile((store) => store.commit(before))

  const bringIn = async (...killed: readonly string[]): Promise<readonly unknown[]> => {
    const script = join(import.meta.dirname, 'import-process.ts')
    const child = spawn(process.execPath, [script, data, file, 'exported!', ...killed], { stdio: 'inherit' })
    return once(child, 'close')
  }
  assert.deepEqual(await bringIn(String(GROWN_BYTES)), [null, 'SIGKILL'])
  assert.deepEqual(await inProfile(countIn), { events: 1, lines: 1 })

  assert.deepEqual(await bringIn(), [0, null])
  assert.deepEqual(await inProfile(countIn), { events: MESSAGES, lines: MESSAGES })
})
