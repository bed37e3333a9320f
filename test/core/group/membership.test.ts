import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { changesBetween } from '../../../src/core/group/changes.ts'
import { groupFoundingBody } from '../../../src/core/group/founding.ts'
import { epochInForce } from '../../../src/core/group/keyring.ts'
import { objectionTo, type Proposal } from '../../../src/core/group/operate.ts'
import { operationBody, type Operation } from '../../../src/core/group/operation.ts'
import { membersNow, membershipNow } from '../../../src/core/group/replica.ts'
import { isUnkeyed } from '../../../src/core/group/rekey.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { addition, createDevice, createPerson, createTalk, type Device } from './device.ts'
import { forge } from './forge.ts'
import { createParty, hearsAll, namesIn } from './party.ts'

const crypto = createDeterministicCrypto()
const INVITATION = 'ab'.repeat(32)

const newcomer = async (name: string, from = crypto): Promise<Device> =>
  createDevice(from, await createPerson(from, name))

test('[MB5] a group is founded by one person, who lets others in and says what it is called', async () => {
  const party = await createParty(crypto, { admins: ['Bob'], members: ['Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  await bob.operates({ kind: 'title', title: 'Trip to Rome' })
  await bob.operates({ kind: 'picture', picture: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) })
  await party.everybodyHears()
  for (const device of party.devices) {
    assert.equal(namesIn(device, party.devices), 'Alice* Bob* Carol')
    const { title, picture } = membershipNow(device.replica)
    assert.deepEqual([title.text, picture?.author], ['Trip to Rome', bob.id])
  }
  await carol.hears(await alice.operates({ kind: 'picture', picture: new Uint8Array(0) }))
  assert.equal(membershipNow(carol.replica).picture, undefined)
})

test('[MB32] several who are let in together are given one epoch, and read what is said from then on', async () => {
  const { devices } = await createParty(crypto, {})
  const [alice] = devices as [Device]
  const newcomers = [await newcomer('Bob'), await newcomer('Carol'), await newcomer('Dan')]
  const events = await alice.operates(...newcomers.map((each) => addition([each])))
  assert.deepEqual(
    events.map(({ kind }) => kind),
    [KIND.operation, KIND.operation, KIND.operation, KIND.epoch],
  )
  const all = [alice, ...newcomers]
  for (const each of newcomers) {
    await hearsAll(each.watches(alice), all)
    await each.joins()
  }
  for (const each of all) await hearsAll(each, all)
  await alice.says('Welcome')
  for (const each of newcomers) {
    assert.equal(namesIn(each, all), 'Alice* Bob Carol Dan')
    assert.deepEqual(await hearsAll(each, all), ['content: Welcome'])
  }
  const again = await newcomer('Eve')
  await assert.rejects(alice.operates(addition([again]), addition([devices[0] as Device])), /no-change/)
  assert.equal(namesIn(alice, all), 'Alice* Bob Carol Dan')
})

test('[MB5] who is no admin changes nothing but their own devices, and what they do all the same has no effect', async () => {
  const { devices } = await createParty(crypto, { admins: ['Bob'], members: ['Carol'] })
  const [alice, bob, carol] = devices as [Device, Device, Device]
  const dan = await newcomer('Dan')
  const phone = await createDevice(crypto, await createPerson(crypto, 'Carol'), 'phone')
  const held = new Map<string, number>()
  const forbidden: readonly (readonly [Proposal, Operation])[] = [
    [addition([dan]), addition([dan])],
    [
      { kind: 'remove', person: bob.me.person },
      { kind: 'remove', person: bob.me.person, held },
    ],
    [
      { kind: 'revoke', device: bob.id },
      { kind: 'revoke', device: bob.id, held },
    ],
    ...(
      [
        { kind: 'device', entry: dan.entry },
        { kind: 'promote', person: carol.me.person },
        { kind: 'demote', person: bob.me.person },
        { kind: 'title', title: 'Mine' },
        { kind: 'picture', picture: Uint8Array.of(0xff, 0xd8, 0xff) },
        { kind: 'invite', invitation: INVITATION, role: 'admin', uses: 1, expiry: 2 ** 50 },
        { kind: 'uninvite', invitation: INVITATION },
      ] as const
    ).map((both) => [both, both] as const),
  ]
  const before = membershipNow(alice.replica)
  for (const [proposal, operation] of forbidden) {
    assert.ok(
      ['not-admin', 'not-theirs', 'no-such-device'].includes((await carol.refusal(proposal)) ?? ''),
      proposal.kind,
    )
    const event = await forge(carol, { kind: KIND.operation, body: operationBody(operation) })
    assert.deepEqual(await alice.hears([event]), ['void'])
    await carol.hears([event])
    assert.equal(membershipNow(alice.replica), before)
  }
  await bob.hears(carol.wrote)
  assert.deepEqual(await hearsAll(alice, [carol]), [])
  assert.deepEqual(await alice.hears(await carol.operates({ kind: 'device', entry: phone.entry })), ['device', 'epoch'])
  assert.deepEqual(await alice.hears(await carol.operates({ kind: 'revoke', device: phone.id })), ['revoke', 'epoch'])
})

test('[MB5] nobody does what makes no sense, and screens can ask before', async () => {
  const { devices } = await createParty(crypto, { members: ['Bob'] })
  const [alice, bob] = devices as [Device, Device]
  const dan = await newcomer('Dan')
  const { person } = dan.me
  const refused: readonly [Proposal, string][] = [
    [addition([bob]), 'no-change'],
    [{ kind: 'remove', person }, 'no-such-person'],
    [{ kind: 'promote', person }, 'no-such-person'],
    [{ kind: 'promote', person: alice.me.person }, 'no-change'],
    [{ kind: 'demote', person: bob.me.person }, 'no-such-person'],
    [{ kind: 'title', title: 'Trip' }, 'no-change'],
    [{ kind: 'title', title: ' spaces ' }, 'bad-operation'],
    [{ kind: 'picture', picture: Uint8Array.of(1, 2, 3) }, 'bad-operation'],
    [{ kind: 'picture', picture: new Uint8Array(0) }, 'no-change'],
    [{ kind: 'uninvite', invitation: INVITATION }, 'no-change'],
    [addition([dan], 'member', INVITATION), 'no-such-invitation'],
    [addition([]), 'bad-operation'],
  ]
  for (const [proposal, why] of refused) assert.equal(await alice.refusal(proposal), why, proposal.kind)
  assert.deepEqual(objectionTo(bob.replica, addition([dan]), { now: 0 }), { kind: 'not-admin' })
  assert.equal(objectionTo(alice.replica, addition([dan]), { now: 0 }), undefined)
  const talk = await createTalk(crypto)
  assert.equal(await talk.alice.refusal({ kind: 'title', title: 'No group' }), 'not-a-group')
})

test('[MB6] a newcomer reads what is said from then on, and asks for nothing of before', async () => {
  const real = createNodeCrypto()
  const party = await createParty(real, { members: ['Bob'] })
  const [alice, bob] = party.devices as [Device, Device]
  await alice.says('before')
  const carol = (await newcomer('Carol', real)).watches(alice)
  await alice.adds(carol)
  const outcomes = await hearsAll(carol, [alice, bob])
  assert.deepEqual(
    new Set(outcomes),
    new Set(['founded', 'add', 'joined', 'not-for-us epoch', 'sealed: not-for-us', 'epoch']),
  )
  assert.deepEqual(await carol.hears(await alice.says('welcome')), ['content: welcome'])
  await bob.hears(alice.wrote)
  const answer = await carol.says('thank you')
  assert.deepEqual(
    answer.map(({ kind }) => kind),
    [KIND.join, KIND.sealed],
  )
  assert.deepEqual(await bob.hears(answer), ['joined', 'content: thank you'])
})

test('[MB7] whoever changes the members makes the epoch for exactly those who are in then', async () => {
  const party = await createParty(crypto, { admins: ['Bob'], members: ['Carol', 'Dan'] })
  const [alice, bob, carol, dan] = party.devices as [Device, Device, Device, Device]
  const events = await bob.removes(dan)
  assert.deepEqual(
    events.map(({ kind }) => kind),
    [KIND.operation, KIND.epoch],
  )
  await alice.hears(events)
  assert.equal(isUnkeyed(alice.replica), false)
  assert.equal(epochInForce(alice.replica.keyring, membersNow(alice.replica))?.id, events[1]?.id)
  await carol.hears(events)
  await alice.hears(await carol.operates({ kind: 'leave' }))
  assert.equal(carol.wrote.at(-1)?.kind, KIND.operation, 'who leaves makes no key for those who stay')
  assert.equal(isUnkeyed(alice.replica), true)
  assert.deepEqual(
    (await alice.rekeys()).map(({ kind }) => kind),
    [KIND.epoch],
  )
  assert.equal(namesIn(alice, party.devices), 'Alice* Bob*')
})

test('[MB8] in a group no turn of the talk makes an epoch', async () => {
  const { devices } = await createParty(crypto, { members: ['Bob'] })
  const [alice, bob] = devices as [Device, Device]
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
    [alice, bob],
  ] as const)
    assert.deepEqual(await to.hears(await from.says('so')), ['content: so'])
})

test('[MB9] who was out and is let in again has other keys and another mailbox than before', async () => {
  const party = await createParty(crypto, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const before = membersNow(alice.replica)
  await alice.removes(carol)
  await alice.adds(carol)
  await party.everybodyHears()
  const after = membersNow(alice.replica)
  assert.deepEqual([...after.devices], [...before.devices])
  assert.notEqual(after.digest, before.digest)
  assert.equal(carol.replica.joined, false, 'a fresh key is due')
  const answer = await carol.says('back again')
  assert.deepEqual(await bob.hears(answer), ['joined', 'content: back again'])
})

test('[MB10] where no admin is left, the most senior member is one', async () => {
  const party = await createParty(crypto, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  await alice.operates({ kind: 'leave' })
  await party.everybodyHears()
  assert.equal(namesIn(carol, party.devices), 'Bob* Carol')
  assert.equal(await carol.refusal({ kind: 'title', title: 'Mine' }), 'not-admin')
  await bob.operates({ kind: 'promote', person: carol.me.person })
  await party.everybodyHears()
  assert.equal(namesIn(carol, party.devices), 'Bob Carol*', 'by promotion, not by default')
})

test('[MB11] what people see of a change says who did it', async () => {
  const party = await createParty(crypto, { admins: ['Bob'], members: ['Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const [a, b, c] = [alice.me.person, bob.me.person, carol.me.person]
  alice.changes.length = 0
  const phone = await createDevice(crypto, await createPerson(crypto, 'Carol'), 'phone')
  await carol.operates({ kind: 'device', entry: phone.entry })
  await carol.operates({ kind: 'revoke', device: phone.id })
  await party.everybodyHears()
  await bob.operates({ kind: 'title', title: 'Rome' })
  await bob.operates({ kind: 'promote', person: c })
  await party.everybodyHears()
  await bob.operates({ kind: 'demote', person: c })
  await bob.removes(carol)
  await bob.operates(addition([carol]))
  await party.everybodyHears()
  await bob.operates({ kind: 'leave' })
  await party.everybodyHears()
  assert.deepEqual(alice.changes, [
    { kind: 'device-added', person: c, device: phone.id, by: c },
    { kind: 'device-revoked', person: c, device: phone.id, by: c },
    { kind: 'title', title: 'Rome', by: b },
    { kind: 'role', person: c, role: 'admin', by: b },
    { kind: 'role', person: c, role: 'member', by: b },
    { kind: 'person-removed', person: c, by: b },
    { kind: 'person-added', person: c, role: 'member', by: b },
    { kind: 'person-left', person: b },
  ])
  assert.equal(namesIn(alice, party.devices), 'Alice* Carol')
  assert.ok(a)
})

test('[MB11] of several changes that are seen at once each is told as the deed of who did it', async () => {
  const party = await createParty(crypto, { admins: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const before = membershipNow(alice.replica)
  await carol.operates({ kind: 'demote', person: bob.me.person })
  await party.everybodyHears()
  await alice.operates({ kind: 'demote', person: carol.me.person })
  assert.deepEqual(changesBetween(before, membershipNow(alice.replica)), [
    { kind: 'role', person: bob.me.person, role: 'member', by: carol.me.person },
    { kind: 'role', person: carol.me.person, role: 'member', by: alice.me.person },
  ])
})

test('[MB280] an admin who lets in again who is in brings nobody back to a key that was replaced', async () => {
  const party = await createParty(crypto, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const keyAt = (device: Device) => device.replica.keyring.slotKeys.get(bob.id)
  const own = keyAt(alice)
  assert.notDeepEqual(own, bob.entry.slotKey, 'Bob published another one when he joined')
  await alice.operates(addition([bob], 'admin'))
  await party.everybodyHears()
  assert.equal(namesIn(carol, party.devices), 'Alice* Bob* Carol')
  assert.deepEqual([keyAt(alice), keyAt(carol), keyAt(bob)], [own, own, undefined])
})

test('[MB281] in a direct conversation nobody is an admin, and nobody lets in, removes or invites', async () => {
  const { alice, bob } = await createTalk(crypto)
  const carol = await newcomer('Carol')
  for (const [device, other] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const { person } = other.me
    assert.deepEqual([...new Set(membershipNow(device.replica).roles.values())], ['member'])
    const proposals: readonly Proposal[] = [
      addition([carol]),
      { kind: 'remove', person },
      { kind: 'promote', person: device.me.person },
      { kind: 'invite', invitation: INVITATION, role: 'member', uses: 1, expiry: device.now + 1_000 },
    ]
    for (const proposal of proposals) assert.equal(await device.refusal(proposal), 'not-a-group', proposal.kind)
  }
  const removalBy = (device: Device, { me }: Device) =>
    forge(device, { kind: KIND.operation, body: operationBody({ kind: 'remove', person: me.person, held: new Map() }) })
  const [byAlice, byBob] = [await removalBy(alice, bob), await removalBy(bob, alice)]
  assert.deepEqual([await bob.hears([byAlice]), await alice.hears([byBob])], [['void'], ['void']])
})

test('[MB12] a group belongs to its founder: nobody else founds it, and no title that is not one is taken', async () => {
  const { devices } = await createParty(crypto, { members: ['Bob'] })
  const [alice, bob] = devices as [Device, Device]
  const { conversation } = alice.replica
  const [founding] = alice.wrote as [SignedEvent]
  const nonce = (founding.body as readonly Uint8Array[])[1] ?? assert.fail()
  for (const body of [
    groupFoundingBody(bob.entry, { nonce, title: 'Trip' }),
    groupFoundingBody(alice.entry, { nonce, title: 'Trip' }),
    groupFoundingBody(alice.entry, { nonce, title: ' no title' }),
    groupFoundingBody(alice.entry, { nonce: nonce.with(0, (nonce[0] ?? 0) ^ 1), title: 'Trip' }),
  ]) {
    const mallory = (await newcomer('Mallory')).watches(alice)
    const event = await forge(bob, {
      kind: KIND.found,
      body,
      header: { conversation, seq: 1, prev: null, control: [], after: [] },
    })
    assert.deepEqual(await mallory.hears([event]), ['refused: stranger'])
  }
})
