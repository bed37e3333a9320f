import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { PREAMBLE_BYTES_MAX, readPreamble, unlockExport } from '../../src/core/backup/export.ts'
import type { Stretch } from '../../src/core/crypto/passphrase.ts'
import { hkdfExtract } from '../../src/core/crypto/symmetric.ts'
import { readLine } from '../../src/core/timeline/line.ts'
import { shownOf } from '../../src/core/timeline/message.ts'
import { exportStore } from '../../src/peer/exporting.ts'
import { mergeExport, type OpenExport } from '../../src/peer/importing.ts'
import type { Self } from '../../src/peer/self.ts'
import type { Store } from '../../src/store/port.ts'
import { createDevice, createPerson, type Device } from '../core/group/device.ts'
import { conversationOf, crypto } from './stage.ts'

const stretch: Stretch = async (passphrase, salt) => hkdfExtract(salt, new TextEncoder().encode(passphrase))
const how = { memoryKib: 8, passes: 1, lanes: 1 }

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

/** Ann says three things in a group with Ben, corrects the first, deletes the second and reacts to the third. */
const talked = async () => {
  const [ann, ben] = await Promise.all(
    ['Ann', 'Ben'].map(async (name) => createDevice(crypto, await createPerson(crypto, name))),
  )
  assert.ok(ann && ben)
  await ann.foundsGroup()
  await ann.adds(ben)
  const said: string[] = []
  for (const text of ['at nin', 'too much', 'come']) said.push((await ann.says(text)).at(-1)?.id ?? assert.fail())
  const [typo, slip, call] = said
  assert.ok(typo && slip && call)
  const before = ann.wrote.slice()
  await ann.writes({ kind: 'edit', target: typo, text: 'at nine' }, true)
  await ann.writes({ kind: 'delete', target: slip }, true)
  await ann.writes({ kind: 'reaction', target: call, emoji: '👍', on: true }, true)
  return { ann, ben, before, after: ann.wrote.slice(before.length), group: ann.replica.conversation }
}

const AS_CHANGED = ['at nine', 'deleted', 'come 👍']

const selfOf = ({ me }: Device) => ({ ...me, name: 'Ben' }) as unknown as Self

const merged = async (here: Store, { ben, group }: Awaited<ReturnType<typeof talked>>, from: Store): Promise<void> => {
  const how = { self: selfOf(ben), known: new Set([group]), now: 9 }
  assert.ok((await mergeExport(here, await exported(from, selfOf(ben)), how)).ok)
}

const told = async (store: Store, conversation: string): Promise<readonly string[]> => {
  const lines = await store.lines({ conversation, limit: 100 })
  return lines.flatMap(({ bytes }) => {
    const line = readLine(bytes)
    if (line?.kind !== 'text') return []
    if (line.message.kind === 'deleted') return ['deleted']
    return [[line.message.text, ...shownOf(line.message).reactions.map(([emoji]) => emoji)].join(' ')]
  })
}

const found = async (store: Store, conversation: string, text: string): Promise<number> =>
  (await store.search({ text, conversation, limit: 9 })).length

test('[EX340] what an import adds about messages that are here changes their lines', async () => {
  const all = await talked()
  const { ben, group, before, after } = all
  const [here, there] = [await conversationOf(ben, group), await conversationOf(ben, group)]
  for (const each of [here, there]) await each.hear(before)
  await there.hear(after)
  assert.deepEqual(await told(here.store, group), ['at nin', 'too much', 'come'])
  await merged(here.store, all, there.store)
  assert.deepEqual(await told(here.store, group), AS_CHANGED)
  assert.deepEqual([await found(here.store, group, 'too much'), await found(here.store, group, 'nine')], [0, 1])
})

test('[EX340] a message that an import adds is as what was done to it here left it', async () => {
  const all = await talked()
  const { ben, group, before, after } = all
  const [here, there] = [await conversationOf(ben, group), await conversationOf(ben, group)]
  await there.hear(before)
  // What Ann said came late: everything else is here already.
  await here.hear([...before.slice(0, -3), ...after])
  assert.deepEqual(await told(here.store, group), [])
  await merged(here.store, all, there.store)
  assert.deepEqual(await told(here.store, group), AS_CHANGED)
  assert.equal(await found(here.store, group, 'too much'), 0)
})

test('[EX341] what an import added is taken in when others send it, and what follows it stands behind no gap', async () => {
  const all = await talked()
  const { ann, ben, group, before, after } = all
  const [here, there] = [await conversationOf(ben, group), await conversationOf(ben, group)]
  for (const each of [here, there]) await each.hear(before)
  await there.hear(after)
  await merged(here.store, all, there.store)
  const again = await conversationOf(ben, group, { store: here.store })
  await again.hear([...after, ...(await ann.says('and now'))])
  assert.deepEqual(again.conversation.vector.get(ann.me.device), ann.wrote.length)
})
