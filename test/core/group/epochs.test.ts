import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plain } from '../../../src/core/bytes/cbor.ts'
import { fromHex, type Hex } from '../../../src/core/bytes/hex.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { chainOf } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { makeEpoch, type EpochPlace } from '../../../src/core/group/epoch.ts'
import { epochInForce } from '../../../src/core/group/keyring.ts'
import { directMembers } from '../../../src/core/group/members.ts'
import { horizonNow, membersNow } from '../../../src/core/group/replica.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createDevice, createPerson, createTalk, type Device } from './device.ts'
import { forge } from './forge.ts'

const crypto = createNodeCrypto()

/** The body of Bob's next epoch, with whatever he changes about it. */
const epochOf = async (bob: Device, changed: Partial<EpochPlace> = {}, slotKeys?: ReadonlyMap<Hex, Uint8Array>) => {
  const { replica } = bob
  const place = {
    conversation: replica.conversation,
    author: bob.id,
    seq: chainOf(replica.graph, bob.id).seq + 1,
    depth: horizonNow(replica).epochDepth + 1,
    parent: null,
    members: membersNow(replica),
    ...changed,
  }
  const input = { fresh: bob.random(32), parent: undefined, nextSlotKey: bob.cardSlotKey, unsealable: undefined }
  const made = await makeEpoch(bob.crypto, place, { ...input, slotKeys: slotKeys ?? replica.keyring.slotKeys })
  return made?.body as readonly Plain[]
}

/** What Alice makes of an epoch with this body. Neither of them remembers it afterwards. */
const heard = async (alice: Device, bob: Device, body: Plain): Promise<string> => {
  const { replica } = alice
  const before = epochInForce(alice.replica.keyring, membersNow(alice.replica))?.id
  const [outcome = ''] = await alice.hears([await forge(bob, { kind: KIND.epoch, body })])
  assert.equal(epochInForce(alice.replica.keyring, membersNow(alice.replica))?.id, before, 'it is not used')
  alice.replica = replica
  return outcome
}

test('[GR21] an epoch that leaves a member out, or lets one in, is void', async () => {
  const { alice, bob } = await createTalk(crypto)
  const mallory = await createDevice(crypto, await createPerson(crypto, 'Mallory'))
  const body = await epochOf(bob)
  const slots = body[5] as readonly Plain[]
  const more = directMembers(new Map([alice, bob, mallory].map(({ me }) => [me.device, me.person])))
  const keys = new Map([...bob.replica.keyring.slotKeys, [mallory.id, mallory.cardSlotKey]])
  const larger = await epochOf(bob, { members: more }, keys)
  const wrong: Record<string, Plain> = {
    'no slot': body.with(5, []),
    'a slot twice': body.with(5, [...slots, ...slots]),
    'one too many': larger,
    'one too many under the right digest': larger.with(2, body[2] as Plain),
    'another device in her place': body.with(
      5,
      slots.map((slot) => (slot as readonly Plain[]).with(0, fromHex(mallory.id))),
    ),
    'another digest': body.with(2, new Uint8Array(32)),
    'a slot for himself': body.with(5, [[fromHex(bob.id), new Uint8Array(16), new Uint8Array(1168)]]),
  }
  for (const [what, changed] of Object.entries(wrong)) assert.equal(await heard(alice, bob, changed), 'void', what)
})

test('[GR22] an epoch that claims to lie deeper than one below all known, or not below its parent, is void', async () => {
  const { alice, bob } = await createTalk(crypto)
  const depth = horizonNow(bob.replica).epochDepth
  const parent = epochInForce(bob.replica.keyring, membersNow(bob.replica))?.id as Hex
  assert.equal(await heard(alice, bob, await epochOf(bob, { depth: depth + 2 })), 'void')
  assert.equal(await heard(alice, bob, await epochOf(bob, { depth: 2 ** 40 })), 'void')
  assert.equal(await heard(alice, bob, await epochOf(bob, { depth: 0 })), 'void')
  assert.equal(await heard(alice, bob, await epochOf(bob, { depth, parent })), 'void')
})

test('[GR23] an epoch of another parent, place or author does not open, though its slot was sealed to this device', async () => {
  const { alice, bob } = await createTalk(crypto)
  const moved: Record<string, Partial<EpochPlace>> = {
    'another place in the chain': { seq: 99 },
    'another author': { author: alice.id },
    'another conversation': { conversation: '11'.repeat(32) },
    'an unknown parent': { parent: '22'.repeat(32) },
  }
  for (const [what, changed] of Object.entries(moved)) {
    const keys = new Map([...bob.replica.keyring.slotKeys, [bob.id, bob.cardSlotKey]])
    const body = await epochOf(bob, changed, keys)
    const slots = (await epochOf(bob))[5] as Plain
    const outcome = await heard(alice, bob, what === 'another author' ? body.with(5, slots) : body)
    assert.equal(outcome, what === 'an unknown parent' ? 'closed epoch' : 'split epoch', what)
  }
})

test('[GR24] who gives different members different secrets is found out by the confirmation', async () => {
  const { alice, bob } = await createTalk(crypto)
  const honest = await epochOf(bob)
  const other = await epochOf(bob)
  assert.equal(await heard(alice, bob, honest.with(5, other[5] as Plain)), 'split epoch')
  assert.equal(await heard(alice, bob, honest.with(3, other[3] as Plain)), 'split epoch')
})

test('[GR25] a complaint brings a slot key to seal to, and the next word goes out under a new epoch that opens', async () => {
  const { alice, bob } = await createTalk(crypto)
  bob.replica = { ...bob.replica, keyring: { ...bob.replica.keyring, own: [] } }
  const lost = await alice.says('lost')
  assert.deepEqual(await bob.hears(lost), ['closed epoch', 'sealed: closed-epoch'])
  const [complaint] = await bob.complains((lost[0] as SignedEvent).id)
  assert.deepEqual(await alice.hears([complaint as SignedEvent]), ['unopened'])
  const next = await alice.says('once more')
  assert.deepEqual(await bob.hears(next), ['epoch', 'content: once more'])
  assert.deepEqual(await alice.hears(await bob.says('now I hear you')), ['epoch', 'content: now I hear you'])
})

test('[GR26] after a complaint no epoch is built on one that the complaining device may not have', async () => {
  const { alice, bob } = await createTalk(crypto)
  bob.replica = { ...bob.replica, keyring: { ...bob.replica.keyring, own: [] } }
  const lost: SignedEvent[] = []
  for (let day = 0; day < 6; day++) {
    alice.now += 24 * 3_600_000
    lost.push(...(await alice.says(`day ${day}`)))
  }
  assert.deepEqual(new Set(await bob.hears(lost)), new Set(['closed epoch', 'sealed: closed-epoch']))
  const last = lost.findLast(({ kind }) => kind === KIND.epoch) as SignedEvent
  await alice.hears(await bob.complains(last.id))
  assert.deepEqual(await bob.hears(await alice.says('today')), ['epoch', 'content: today'])
})

test('[GR27] a complaint is told once for each epoch and device, and never of an unknown epoch', async () => {
  const { alice, bob } = await createTalk(createDeterministicCrypto())
  const epoch = alice.wrote.find(({ kind }) => kind === KIND.epoch) as SignedEvent
  assert.deepEqual(await alice.hears(await bob.complains(epoch.id)), ['unopened'])
  assert.deepEqual(await alice.hears(await bob.complains(epoch.id)), ['void'])
  assert.deepEqual(await alice.hears(await bob.complains('33'.repeat(32))), ['void'])
  assert.deepEqual(await bob.hears(await alice.says('still')), ['epoch', 'content: still'])
})
