import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plain } from '../../../src/core/bytes/cbor.ts'
import { toHex } from '../../../src/core/bytes/hex.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { chainOf } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { makeEpoch, PLAIN_SLOTS_ABOVE, readEpoch, type EpochPlace } from '../../../src/core/group/epoch.ts'
import { epochInForce } from '../../../src/core/group/keyring.ts'
import { lineageOf, mailboxSecrets } from '../../../src/core/group/lineage.ts'
import { groupMembers } from '../../../src/core/group/members.ts'
import { horizonNow, membersNow, membershipNow } from '../../../src/core/group/replica.ts'
import { readSealed } from '../../../src/core/group/sealed.ts'
import { unopenedBody } from '../../../src/core/group/unopened.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createDevice, createPerson, type Device } from './device.ts'
import { forge } from './forge.ts'
import { createParty, hearsAll, type Party } from './party.ts'
import { readableBy } from './thief.ts'

const crypto = createNodeCrypto()

const createThree = async (from = crypto): Promise<{ party: Party; alice: Device; bob: Device; mallory: Device }> => {
  const party = await createParty(from, { members: ['Bob', 'Mallory'] })
  const [alice, bob, mallory] = party.devices as [Device, Device, Device]
  return { party, alice, bob, mallory }
}

/** The body of the next epoch of this device, with whatever is changed about it. */
const epochOf = async (device: Device, changed: Partial<EpochPlace> = {}) => {
  const { replica } = device
  const parent = epochInForce(replica.keyring, membersNow(replica))
  const place = {
    conversation: replica.conversation,
    author: device.id,
    seq: chainOf(replica.graph, device.id).seq + 1,
    depth: horizonNow(replica).epochDepth + 1,
    parent: parent?.id ?? null,
    members: membersNow(replica),
    ...changed,
  }
  const made = await makeEpoch(device.crypto, place, {
    fresh: device.random(32),
    parent: parent?.secrets && { id: parent.id, members: parent.members, ...parent.secrets },
    nextSlotKey: device.cardSlotKey,
    slotKeys: replica.keyring.slotKeys,
    unsealable: new Uint8Array(2_000),
  })
  return made?.body as readonly Plain[]
}

test('[MB20] a member who gives different members different secrets is seen by those who got the wrong one', async () => {
  const { party, alice, bob, mallory } = await createThree()
  const [one, other] = [await epochOf(mallory), await epochOf(mallory)]
  const slots = (one[5] as readonly (readonly Plain[])[]).map((slot, at) =>
    toHex(slot[0] as Uint8Array) === bob.id ? ((other[5] as readonly Plain[])[at] as Plain) : slot,
  )
  const split = await forge(mallory, { kind: KIND.epoch, body: one.with(5, slots) })
  assert.deepEqual(await alice.hears([split]), ['epoch'])
  assert.deepEqual(await bob.hears([split]), ['split epoch'])
  // Bob complains, and from then on nobody uses it.
  await alice.hears(await bob.complains(split.id))
  assert.deepEqual(await bob.hears(await alice.says('under another key')), ['epoch', 'content: under another key'])
  assert.equal(party.devices.length, 3)
})

test('[MB21] an epoch that leaves a member out, lets one in, or lies at another depth is void for everybody', async () => {
  const { alice, bob, mallory } = await createThree(createDeterministicCrypto())
  const all = membersNow(mallory.replica)
  const { admissions } = membershipNow(mallory.replica)
  const names = new Map([...admissions].map(([device, { id }]) => [device, id]))
  const less = new Map([...all.devices].filter(([device]) => device !== bob.id))
  const without = groupMembers(less, { admissions: names, removals: [] })
  const eve = await createDevice(mallory.crypto, await createPerson(mallory.crypto, 'Eve'))
  const more = groupMembers(new Map(all.devices).set(eve.id, eve.me.person), {
    admissions: names.set(eve.id, names.get(bob.id) ?? ''),
    removals: [],
  })
  const body = await epochOf(mallory)
  const { epochDepth } = horizonNow(mallory.replica)
  const wrong: Record<string, Plain> = {
    'without Bob': await epochOf(mallory, { members: without }),
    'without Bob under the right digest': (await epochOf(mallory, { members: without })).with(2, body[2] as Plain),
    'with Eve': await epochOf(mallory, { members: more }),
    'with Eve under the right digest': (await epochOf(mallory, { members: more })).with(2, body[2] as Plain),
    deeper: await epochOf(mallory, { depth: epochDepth + 2 }),
    'far deeper': await epochOf(mallory, { depth: 2 ** 40 }),
    'as deep as the one before': await epochOf(mallory, { depth: epochDepth }),
    'with a slot of X25519': body.with(
      5,
      (body[5] as readonly (readonly Plain[])[]).map((slot) => slot.with(2, new Uint8Array(80))),
    ),
  }
  for (const [what, changed] of Object.entries(wrong)) {
    const event = await forge(mallory, { kind: KIND.epoch, body: changed })
    for (const device of [alice, bob]) {
      const { replica } = device
      const horizon = horizonNow(replica)
      assert.deepEqual(await device.hears([event]), ['void'], what)
      assert.deepEqual(horizonNow(device.replica), horizon, 'and nothing is built on its depth')
      device.replica = replica
    }
  }
})

test('[MB21] an epoch that was void stays void when it is looked up again long after', async () => {
  const { alice, bob, mallory } = await createThree(createDeterministicCrypto())
  const deeper = await forge(mallory, { kind: KIND.epoch, body: await epochOf(mallory, { depth: 1_000 }) })
  await bob.hears([deeper])
  await alice.hears([deeper])
  const before = horizonNow(bob.replica).epochDepth
  for (let made = 0; made < 80; made++) await bob.hears(await alice.rekeys())
  await mallory.hears([deeper])
  mallory.replica = { ...mallory.replica, graph: { ...mallory.replica.graph, controlHeads: [deeper.id] } }
  const epoch = await forge(mallory, { kind: KIND.epoch, body: await epochOf(mallory, { depth: 1_001 }) })
  assert.deepEqual(await bob.hears([epoch]), ['void'])
  assert.equal(horizonNow(bob.replica).epochDepth, before + 80)
})

test('[MB22] a message under an epoch that was not for those who were in by what its author knew is void', async () => {
  const { party, alice, bob, mallory } = await createThree(createDeterministicCrypto())
  const eve = (await createDevice(mallory.crypto, await createPerson(mallory.crypto, 'Eve'))).watches(alice)
  await alice.says('before Eve')
  await party.everybodyHears()
  const old = mallory.replica
  await alice.adds(eve)
  await party.everybodyHears()
  const { keyring } = mallory.replica
  mallory.replica = { ...old, keyring: { ...old.keyring } }
  const sealed = await mallory.says('sealed so that Eve cannot read it')
  const body = sealed.at(-1)?.body ?? null
  mallory.replica = { ...mallory.replica, keyring }
  await mallory.hears(alice.wrote)
  const moved = await forge(mallory, {
    kind: KIND.sealed,
    body,
    header: {
      seq: sealed.at(-1)?.seq ?? 0,
      prev: sealed.at(-1)?.prev ?? null,
      control: alice.replica.graph.controlHeads,
    },
  })
  assert.notEqual(readSealed(moved.body)?.[0], epochInForce(alice.replica.keyring, membersNow(alice.replica))?.id)
  assert.deepEqual(await bob.hears([moved]), ['void'])
})

test('[MB23] a member who publishes a key that nobody can seal to keeps the others from nothing', async () => {
  const { alice, bob, mallory } = await createThree()
  const nonsense = new Uint8Array(1_248).fill(0xff)
  const spoilt = await forge(mallory, { kind: KIND.unopened, body: unopenedBody('ee'.repeat(32), nonsense) })
  await alice.hears([spoilt])
  await bob.hears([spoilt])
  assert.deepEqual(await bob.hears(await alice.rekeys()), ['epoch'])
  assert.deepEqual(await bob.hears(await alice.says('on we go')), ['content: on we go'])
})

test('[MB24] a member that forks its own chain is marked by everybody who sees it, and the others go on', async () => {
  const { alice, bob, mallory } = await createThree(createDeterministicCrypto())
  const before = mallory.replica
  const [one] = await mallory.says('to Alice')
  mallory.replica = before
  const [other] = await mallory.says('to Bob')
  await alice.hears([one as SignedEvent])
  await bob.hears([other as SignedEvent])
  assert.deepEqual(await alice.hears([other as SignedEvent]), ['refused: fork'])
  assert.deepEqual(await bob.hears([one as SignedEvent]), ['refused: fork'])
  for (const device of [alice, bob]) assert.equal(chainOf(device.replica.graph, mallory.id).forked, true)
  assert.deepEqual(await bob.hears(await alice.says('he is lying')), ['content: he is lying'])
  assert.deepEqual(await bob.hears(await alice.removes(mallory)), ['remove', 'epoch'])
})

test("[MB25] a thief with a member's keys of long ago and the whole log opens nothing that was said since", async () => {
  const { party, alice, bob, mallory } = await createThree()
  await bob.says('old words')
  await party.everybodyHears()
  const stolen = bob.replica
  // Everybody makes an epoch once: each takes its newest key into use.
  for (const device of [bob, alice, mallory]) {
    await device.rekeys()
    await party.everybodyHears()
  }
  await alice.says('new words')
  await party.everybodyHears()
  const open = await readableBy(crypto, stolen, party.events)
  assert.equal(open.includes('new words'), false)
  assert.ok(
    (await readableBy(crypto, bob.replica, party.events)).includes('new words'),
    'with the keys of today it does',
  )
})

test('[MB26] epochs for the same members share a mailbox, which changes with them and which no newcomer inherits', async () => {
  const { party, alice, bob, mallory } = await createThree(createDeterministicCrypto())
  const nameOf = (device: Device): string => mailboxSecrets(device.replica).find(({ inForce }) => inForce)?.id ?? ''
  const first = nameOf(alice)
  await alice.rekeys()
  await bob.hears(alice.wrote)
  assert.deepEqual([nameOf(alice), nameOf(bob)], [first, first])
  assert.equal(lineageOf(alice.replica, alice.wrote.at(-1)?.id ?? ''), first)
  await alice.removes(mallory)
  await party.everybodyHears()
  assert.notEqual(nameOf(alice), first)
  assert.equal(nameOf(bob), nameOf(alice))
  assert.deepEqual(
    mailboxSecrets(bob.replica)
      .map(({ inForce }) => inForce)
      .indexOf(true),
    0,
    'the one in force comes first',
  )
  assert.ok(
    mailboxSecrets(bob.replica).some(({ id }) => id === first),
    'the one before is still read',
  )
  const carol = (await createDevice(alice.crypto, await createPerson(alice.crypto, 'Carol'))).watches(alice)
  await alice.adds(carol)
  await hearsAll(carol, party.devices)
  assert.deepEqual(
    mailboxSecrets(carol.replica).map(({ id }) => id),
    [nameOf(alice)],
  )
  const [lineage] = mailboxSecrets(carol.replica)
  assert.equal(lineage?.secret.length, 32)
  const own = mailboxSecrets(alice.replica)[0]
  assert.deepEqual([lineage?.secret, lineage?.members], [own?.secret, own?.members])
})

test('[MB27] an epoch for more than 64 devices is sealed with X25519 alone, and each opens it', async () => {
  const standIn = createDeterministicCrypto()
  const party = await createParty(standIn, {})
  const [alice] = party.devices as [Device]
  const people: Device[] = []
  while (people.length < PLAIN_SLOTS_ABOVE)
    people.push((await createDevice(standIn, await createPerson(standIn, `number ${people.length}`))).watches(alice))
  /** How many slots the last epoch has, and of how many bytes each. */
  const slots = (): readonly number[] => {
    const epoch = readEpoch(alice.wrote.at(-1)?.body ?? null)?.[5] ?? assert.fail()
    return [epoch.length, ...new Set(epoch.map(([, , sealed]) => sealed.length))]
  }
  for (const device of people.slice(0, -1)) await alice.adds(device)
  assert.deepEqual(slots(), [63, 1_168])
  await alice.adds(people.at(-1) as Device)
  assert.deepEqual(slots(), [64, 80])
  const words = await alice.says('to all 65')
  for (const device of [people[0], people[63]] as Device[]) {
    await device.hears(alice.wrote.slice(0, -1))
    assert.deepEqual(await device.hears(words), ['content: to all 65'])
  }
})
