import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import {
  areCertified,
  entriesOf,
  operationBody,
  PICTURE_BYTES_MAX,
  readOperation,
  USES_MAX,
  type Operation,
} from '../../../src/core/group/operation.ts'
import { readFounding, type Founding } from '../../../src/core/group/founding.ts'
import { parseTitle, readTitle, TITLE_CHARACTERS_MAX, TITLE_UNITS_MAX } from '../../../src/core/group/title.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { mutated } from '../bytes/mutated.ts'
import { createDevice, createPerson, type Device } from './device.ts'

const crypto = createDeterministicCrypto()
const [person, device, invitation] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32)) as [string, string, string]
const held = new Map([
  [device, 7],
  [invitation, 2],
])

const createBob = async (): Promise<readonly [Device, Device]> => {
  const bob = await createPerson(crypto, 'Bob')
  return [await createDevice(crypto, bob), await createDevice(crypto, bob, 'phone')]
}

const everyOperation = async (): Promise<readonly Operation[]> => {
  const entries = (await createBob()).map(({ entry }) => entry)
  return [
    { kind: 'add', role: 'member', invitation: null, entries },
    { kind: 'add', role: 'admin', invitation, entries: entries.slice(1) },
    { kind: 'remove', person, held },
    { kind: 'leave', held: new Map() },
    { kind: 'device', entry: entries[0] as (typeof entries)[0] },
    { kind: 'revoke', device, held },
    { kind: 'promote', person },
    { kind: 'demote', person },
    { kind: 'title', title: 'Trip to Rome 🏛️' },
    { kind: 'picture', picture: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d) },
    { kind: 'picture', picture: new Uint8Array(0) },
    { kind: 'invite', invitation, role: 'admin', uses: 10, expiry: 2 ** 41 },
    { kind: 'uninvite', invitation },
  ]
}

test('[MB28] every operation reads back as it was written', async () => {
  for (const operation of await everyOperation()) {
    const decoded = decode(encode(operationBody(operation)))
    assert.deepEqual(decoded.ok && readOperation(decoded.value), operation)
  }
})

test('[MB28] no damaged operation throws, what is read keeps to its limits, and no certificate can be changed', async (t) => {
  const seed = 28_001
  t.diagnostic(`seed ${seed}`)
  const operations = await everyOperation()
  const valid = operations.map((operation) => encode(operationBody(operation)))
  const owners = new Set(entriesOf(operations[0] as Operation).map(({ certificate }) => certificate.slice(0, 2).join()))
  let read = 0
  for (const { bytes } of mutated(valid, { seed })) {
    const decoded = decode(bytes)
    const operation = decoded.ok ? readOperation(decoded.value) : undefined
    if (!operation) continue
    read += 1
    // A title may be shown with less than was written.
    if (operation.kind === 'title') assert.deepEqual(readOperation(operationBody(operation)), operation)
    else assert.deepEqual(Uint8Array.from(encode(operationBody(operation))), Uint8Array.from(bytes))
    if (operation.kind === 'invite') assert.ok(operation.uses >= 1 && operation.uses <= USES_MAX)
    const entries = entriesOf(operation)
    if (await areCertified(crypto, entries))
      for (const { certificate } of entries) assert.ok(owners.has(certificate.slice(0, 2).join()))
  }
  assert.ok(read > 100, `${read} were read`)
})

test('[MB28] what breaks a rule of its kind is no operation', async () => {
  const [bob] = await createBob()
  const alice = await createDevice(crypto, await createPerson(crypto, 'Alice'))
  const wrong: Record<string, Plain> = {
    'nobody added': operationBody({ kind: 'add', role: 'member', invitation: null, entries: [] }),
    'devices of two people': operationBody({
      kind: 'add',
      role: 'member',
      invitation: null,
      entries: [bob.entry, alice.entry],
    }),
    'a device twice': operationBody({ kind: 'add', role: 'member', invitation: null, entries: [bob.entry, bob.entry] }),
    'another role': (
      operationBody({ kind: 'add', role: 'member', invitation: null, entries: [bob.entry] }) as readonly Plain[]
    ).with(1, 'owner'),
    'a title that is too long': ['title', 'x'.repeat(TITLE_UNITS_MAX + 1)],
    'a picture that is none': ['picture', new Uint8Array(40)],
    'a picture that is too large': ['picture', Uint8Array.of(0xff, 0xd8, 0xff, ...new Uint8Array(PICTURE_BYTES_MAX))],
    'an invitation for nobody': ['invite', new Uint8Array(32), 'member', 0, 5],
    'an operation of a later version': ['merge', new Uint8Array(32)],
    'a name of every object': ['constructor', new Uint8Array(32)],
  }
  for (const [what, body] of Object.entries(wrong)) assert.equal(readOperation(body), undefined, what)
})

test('[MB28] no damaged founding of a group founds another than the one it was written for', async (t) => {
  const seed = 28_002
  t.diagnostic(`seed ${seed}`)
  const [bob] = await createBob()
  const [founding] = await bob.foundsGroup('Trip')
  if (!founding) assert.fail()
  for (const { bytes } of mutated([encode(founding.body)], { seed })) {
    const decoded = decode(bytes)
    const read: Founding | undefined = decoded.ok
      ? await readFounding(crypto, { ...founding, body: decoded.value })
      : undefined
    // Title and slot key are the founder's to choose.
    if (read) assert.deepEqual([read.kind, read.entries[0].certificate], ['group', bob.certificate])
  }
})

test('[MB29] a title is one line of 1 to 60 visible characters', () => {
  const titleOf = (typed: string): string => {
    const parsed = parseTitle(typed)
    return parsed.ok ? parsed.value : parsed.refusal.kind
  }
  assert.deepEqual(['  Trip \n to  Rome ', '   ', 'x'.repeat(60), 'x'.repeat(61), 'a\u202Eb'].map(titleOf), [
    'Trip to Rome',
    'title-empty',
    'x'.repeat(60),
    'title-too-long',
    'title-forbidden',
  ])
})

test('[MB47] whatever a step says as a title is a step for everybody, and shown without what a title may not have', () => {
  const shown = (claimed: string): string | undefined => {
    const read = readOperation(['title', claimed])
    return read?.kind === 'title' ? read.title : undefined
  }
  for (const [claimed, title] of [
    ['Trip', 'Trip'],
    [' one\u2028two\u202E  three ', 'onetwo three'],
    ['Jose\u0301', 'José'],
    ['', 'Untitled'],
    ['\u202E \u200B', 'Untitled'],
    ['x'.repeat(TITLE_CHARACTERS_MAX + 1), 'x'.repeat(TITLE_CHARACTERS_MAX)],
    // Not assigned in any version of Unicode so far: a letter, an emoji or an accent in some later one.
    ['Trip \u{3FFFD}', 'Trip \u{3FFFD}'],
  ] as const)
    assert.equal(shown(claimed), title, JSON.stringify(claimed))
  const any = fc.string({ unit: 'binary', maxLength: TITLE_UNITS_MAX }).filter((text) => text.length <= TITLE_UNITS_MAX)
  fc.assert(
    fc.property(any, (claimed) => {
      const title = shown(claimed.toWellFormed()) ?? assert.fail('no step')
      assert.equal(readTitle(title), title)
      assert.ok(parseTitle(title).ok)
    }),
    { numRuns: 10_000 },
  )
})
