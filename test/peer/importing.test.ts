import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { PREAMBLE_BYTES_MAX, readPreamble, unlockExport } from '../../src/core/backup/export.ts'
import { encode } from '../../src/core/bytes/cbor.ts'
import type { Hex } from '../../src/core/bytes/hex.ts'
import type { Stretch } from '../../src/core/crypto/passphrase.ts'
import { hkdfExtract } from '../../src/core/crypto/symmetric.ts'
import type { Name } from '../../src/core/identity/name.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { exportStore } from '../../src/peer/exporting.ts'
import { importWhole, mergeExport, surveyExport, type OpenExport } from '../../src/peer/importing.ts'
import { openSelf, selfChanges, type Self } from '../../src/peer/self.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Change, Put, Store } from '../../src/store/port.ts'

const crypto = createNodeCrypto()
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const idOf = (name: string): Hex => createHash('sha256').update(name).digest('hex')
const stretch: Stretch = async (passphrase, salt) => hkdfExtract(salt, utf8(passphrase))
const how = { memoryKib: 8, passes: 1, lanes: 1 }
const [hall, attic, bob] = [idOf('hall'), idOf('attic'), idOf('bob')]

const record = (space: Extract<Put, { put: 'record' }>['space'], key: string, value: string): Change => ({
  put: 'record',
  space,
  key,
  value: encode(value),
})

/** A message in a conversation: its event and its line. */
const message = (conversation: Hex, author: Hex, seq: number): readonly Change[] => {
  const id = idOf(`${conversation} ${author} ${seq}`)
  const place = { id, conversation, author, seq }
  return [
    { put: 'event', event: { ...place, bytes: utf8(`event ${seq}`), content: utf8(`said ${seq}`) } },
    { put: 'line', line: { ...place, time: seq, counts: true, text: `message ${seq}`, bytes: utf8(`line ${seq}`) } },
  ]
}

/** What a conversation is made of besides messages. */
const keysOf = (conversation: Hex, state: string): readonly Change[] => [
  record('conversation', `held/${conversation}`, 'held'),
  record('conversation', `${conversation}/graph`, `graph ${state}`),
  record('conversation', `${conversation}/group`, `group ${state}`),
  record('held', `${conversation}/${bob}`, `held ${state}`),
  record('secret', `${conversation}/own`, `own ${state}`),
]

const dice = { crypto, now: 1_000, random: (bytes: number) => new Uint8Array(randomBytes(bytes)) }

/** Ann, who has talked with Bob in the hall. */
const profile = async (): Promise<{ readonly store: Store; readonly self: Self }> => {
  const store = openMemoryStore()
  const opened = await openSelf(store, dice)
  assert.ok(opened.ok)
  const self = { ...opened.value, name: 'Ann' as Name, nameTime: 1 }
  const changes = [
    ...selfChanges(self),
    record('setting', 'server', 'chat.example'),
    record('person', bob, 'Bob'),
    record('device', idOf('bobs device'), 'Bob'),
    ...keysOf(hall, 'then'),
    ...message(hall, self.device, 1),
    ...message(hall, bob, 1),
    {
      put: 'line',
      line: { id: 'gap/1', conversation: hall, author: bob, time: 2, seq: 2, counts: false, bytes: utf8('gap') },
    } as const,
  ]
  await store.commit(changes)
  return { store, self }
}

const exported = async (store: Store, self: Self): Promise<OpenExport> => {
  const pieces: Uint8Array[] = []
  const exporting = exportStore(store, { self, now: 5 }, 'exported!', { stretch, how, random: randomBytes })
  for await (const piece of exporting.pieces) pieces.push(piece)
  const file = Buffer.concat(pieces)
  const preamble = readPreamble(file.subarray(0, PREAMBLE_BYTES_MAX))
  assert.ok(preamble.ok)
  const key = await unlockExport(preamble.value, 'exported!', stretch)
  assert.ok(key.ok)
  const rest = file.subarray(preamble.value.bytes)
  return {
    key: key.value,
    read: async function* () {
      yield rest
    },
  }
}

const isOf = (entry: Put, changes: readonly Change[]): boolean =>
  changes.some((change) => JSON.stringify(change) === JSON.stringify(entry))

const dumpOf = async (store: Store): Promise<readonly Put[]> => (await store.dump({ bytes: 1e9 })).entries
const isMark = (entry: Put): boolean => entry.put === 'record' && entry.key.endsWith('/restored')
const textOf = async (store: Store, space: 'conversation' | 'secret' | 'person' | 'held', key: string) => {
  const value = await store.record(space, key)
  return value && new TextDecoder().decode(value.subarray(1))
}

const merge = async (store: Store, file: OpenExport) => {
  const survey = await surveyExport(store, file)
  if (!survey.ok) return survey
  assert.ok(survey.value.at === 'same')
  return mergeExport(store, file, { ...survey.value, now: 9 })
}

test('[EX10] what is imported into an unused profile is all of what was exported', async () => {
  const { store, self } = await profile()
  const file = await exported(store, self)
  const fresh = openMemoryStore()
  // Somebody has started it once, and has not said who they are.
  await openSelf(fresh, dice)
  assert.deepEqual(await surveyExport(fresh, file), { ok: true, value: { at: 'unused' } })
  const built = openMemoryStore()
  assert.deepEqual(await importWhole(built, file, 9), {
    ok: true,
    value: { conversations: { added: 1, kept: 0 }, messages: { added: 2, kept: 0 }, people: { added: 1, kept: 0 } },
  })
  const entries = await dumpOf(built)
  assert.deepEqual(
    entries.filter((entry) => !isMark(entry)),
    await dumpOf(store),
  )
  const again = await openSelf(built, dice)
  assert.ok(again.ok)
  assert.deepEqual(selfChanges(again.value), selfChanges(self))
})

test('[EX15] a conversation whose keys came from an export is marked as restored, and no other', async () => {
  const { store, self } = await profile()
  const file = await exported(store, self)
  const built = openMemoryStore()
  await importWhole(built, file, 9)
  assert.deepEqual(
    (await dumpOf(built)).filter(isMark).map((entry) => (entry.put === 'record' ? entry.key : '')),
    [`${hall}/restored`],
  )
  await merge(store, file)
  assert.deepEqual((await dumpOf(store)).filter(isMark), [])
})

test('[EX11] an old export of the same device adds what is missing and changes nothing that is here', async () => {
  const { store, self } = await profile()
  await store.commit(message(hall, bob, 2))
  const file = await exported(store, self)
  // This is the device as it would be had it never received the second message; otherwise it has gone on since.
  const later = openMemoryStore()
  for (const entry of await dumpOf(store)) if (!isOf(entry, message(hall, bob, 2))) await later.commit([entry])
  await later.commit([
    ...keysOf(hall, 'now'),
    ...message(hall, self.device, 2),
    record('person', bob, 'Robert'),
    record('setting', 'server', 'other.example'),
    { drop: 'line', conversation: hall, id: 'gap/1' },
    { drop: 'record', space: 'device', key: idOf('bobs device') },
  ])
  const before = await dumpOf(later)
  assert.deepEqual(await merge(later, file), {
    ok: true,
    value: { conversations: { added: 0, kept: 1 }, messages: { added: 1, kept: 2 }, people: { added: 0, kept: 1 } },
  })
  const after = await dumpOf(later)
  const added = after.filter((entry) => !before.some((each) => JSON.stringify(each) === JSON.stringify(entry)))
  assert.deepEqual(added, [record('device', idOf('bobs device'), 'Bob'), ...message(hall, bob, 2)])
  assert.equal(after.length, before.length + 3, 'nothing is gone, and the gap that was filled is not back')
  assert.deepEqual(
    [await textOf(later, 'secret', `${hall}/own`), await textOf(later, 'conversation', `${hall}/graph`)],
    ['own now', 'graph now'],
  )
  assert.deepEqual(await merge(later, file), {
    ok: true,
    value: { conversations: { added: 0, kept: 1 }, messages: { added: 0, kept: 3 }, people: { added: 0, kept: 1 } },
  })
  assert.deepEqual(await dumpOf(later), after, 'a second time changes nothing')
})

test('[EX11] what was deleted since does not come back', async () => {
  const { store, self } = await profile()
  const file = await exported(store, self)
  await store.commit([
    { drop: 'texts', conversation: hall },
    { drop: 'record', space: 'draft', key: hall },
  ])
  const before = await dumpOf(store)
  const outcome = await merge(store, file)
  assert.ok(outcome.ok)
  assert.deepEqual(outcome.value.messages, { added: 0, kept: 2 })
  assert.deepEqual(await dumpOf(store), before)
})

test('[EX11] a conversation that is not here at all comes back with its keys', async () => {
  const { store, self } = await profile()
  await store.commit([...keysOf(attic, 'then'), ...message(attic, self.device, 1), record('draft', attic, 'unsaid')])
  const file = await exported(store, self)
  const lost = openMemoryStore()
  for (const entry of await dumpOf(store)) {
    const isAbout =
      entry.put === 'record'
        ? entry.key.includes(attic)
        : (entry.put === 'event' ? entry.event : entry.line).conversation === attic
    if (!isAbout) await lost.commit([entry])
  }
  const outcome = await merge(lost, file)
  assert.ok(outcome.ok)
  assert.deepEqual(outcome.value.conversations, { added: 1, kept: 1 })
  assert.equal(await textOf(lost, 'secret', `${attic}/own`), 'own then')
  assert.equal((await lost.lines({ conversation: attic, limit: 9 })).length, 1)
  assert.deepEqual((await dumpOf(lost)).filter((entry) => !isMark(entry)).length, (await dumpOf(store)).length)
})

test('[EX12] the export of somebody else, or of another device, is refused by a profile that is in use', async () => {
  const { store, self } = await profile()
  const other = await profile()
  const file = await exported(store, self)
  const before = await dumpOf(other.store)
  assert.deepEqual(await surveyExport(other.store, file), {
    ok: false,
    refusal: { kind: 'export-of-another', name: 'Ann' },
  })
  assert.deepEqual(await dumpOf(other.store), before)
})

test('[EX13] an export of what this device wrote later is refused: nothing takes the device back behind it', async () => {
  const { store, self } = await profile()
  const older = openMemoryStore()
  for (const entry of await dumpOf(store)) await older.commit([entry])
  await store.commit([...message(hall, self.device, 2), ...message(hall, self.device, 3), ...message(hall, bob, 2)])
  const file = await exported(store, self)
  assert.deepEqual(await surveyExport(older, file), { ok: false, refusal: { kind: 'export-ahead', events: 2 } })
})

test('[EX14] a file that is damaged at its very end is refused before anything is written', async () => {
  const { store, self } = await profile()
  const file = await exported(store, self)
  const damaged: OpenExport = {
    key: file.key,
    read: async function* () {
      for await (const piece of file.read()) yield piece.subarray(0, -1)
    },
  }
  const fresh = openMemoryStore()
  assert.deepEqual(await surveyExport(fresh, damaged), { ok: false, refusal: { kind: 'export-damaged' } })
  assert.deepEqual(await surveyExport(store, damaged), { ok: false, refusal: { kind: 'export-damaged' } })
})

test('[EX14] a disk that is full ends an import with that', async () => {
  const { store, self } = await profile()
  const file = await exported(store, self)
  const built = openMemoryStore()
  built.failNext({ kind: 'full' })
  assert.deepEqual(await importWhole(built, file, 9), { ok: false, refusal: { kind: 'full' } })
})
