import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { heardOf } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { operationBody } from '../../../src/core/group/operation.ts'
import { membersNow, membershipNow } from '../../../src/core/group/replica.ts'
import { heldUpTo, isVoided } from '../../../src/core/group/voided.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { seededRandom } from '../reach/random.ts'
import { deliverAll } from './agreement.ts'
import { addition, createDevice, createPerson, type Device } from './device.ts'
import { forge } from './forge.ts'
import { createParty, hearsAll, namesIn, type Party } from './party.ts'
import { readableBy } from './thief.ts'

const crypto = createDeterministicCrypto()

const newcomer = async (name: string, from = crypto): Promise<Device> =>
  createDevice(from, await createPerson(from, name))

/** The same story for everybody: who is in, as each of them says. */
const storyOf = (party: Party, devices: readonly Device[] = party.devices): string => {
  const stories = new Set(devices.map((device) => namesIn(device, party.devices)))
  return [...stories].join(' / ')
}

test('[MB13] a removal wins over an addition beside it, and a later addition lets in again', async () => {
  const party = await createParty(crypto, { admins: ['Bob'], members: ['Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const phone = await createDevice(crypto, await createPerson(crypto, 'Carol'), 'phone')
  await alice.removes(carol)
  await bob.operates(addition([carol, phone], 'admin'))
  await party.everybodyHears()
  assert.equal(storyOf(party), 'Alice* Bob*')
  assert.equal(membersNow(alice.replica).devices.has(phone.id), false)
  await bob.adds(carol)
  await party.everybodyHears()
  assert.equal(storyOf(party), 'Alice* Bob* Carol')
})

test('[MB13] a demotion wins over a promotion beside it, and over what was done by that role beside it', async () => {
  const party = await createParty(crypto, { admins: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const dan = await newcomer('Dan')
  await alice.operates({ kind: 'demote', person: carol.me.person })
  await carol.adds(dan)
  await carol.operates({ kind: 'title', title: 'Carol was here' })
  await bob.removes(alice)
  await party.everybodyHears()
  assert.equal(storyOf(party, [bob, carol]), 'Bob* Carol', 'Dan is not in; Bob was not the one demoted')
  assert.equal(membershipNow(bob.replica).title.text, 'Trip')
})

test('[MB14] of two admins who remove each other at once the one who came earlier stays', async () => {
  for (const [first, second] of [
    [1, 2],
    [2, 1],
    [0, 1],
    [1, 0],
  ] as const) {
    const party = await createParty(crypto, { admins: ['Bob', 'Carol'], members: ['Dan'] })
    const [one, other] = [party.devices[first], party.devices[second]] as [Device, Device]
    await one.removes(other)
    await other.removes(one)
    await party.everybodyHears()
    const stays = first < second ? one : other
    const goes = stays === one ? other : one
    assert.match(storyOf(party), new RegExp(stays.name))
    assert.doesNotMatch(storyOf(party), new RegExp(goes.name))
  }
})

test('[MB14] three admins who remove each other in a circle at once end in one group, the same for all', async () => {
  const party = await createParty(crypto, { admins: ['Bob', 'Carol', 'Dan'] })
  const [, bob, carol, dan] = party.devices as [Device, Device, Device, Device]
  await bob.removes(carol)
  await carol.removes(dan)
  await dan.removes(bob)
  await party.everybodyHears()
  // Bob is heard first, so Carol is out and what she did beside falls; nobody has taken Dan's right from him.
  assert.equal(storyOf(party), 'Alice* Dan*')
})

test('[MB14] two devices of one person that revoke each other: the one that came earlier stays', async () => {
  const party = await createParty(crypto, { members: ['Bob'] })
  const [alice, bob] = party.devices as [Device, Device]
  const phone = await createDevice(crypto, await createPerson(crypto, 'Bob'), 'phone')
  await bob.operates({ kind: 'device', entry: phone.entry })
  phone.watches(alice)
  await party.with(phone).everybodyHears()
  // Written on what it knew long ago, as a thief would.
  await bob.operates({ kind: 'revoke', device: phone.id })
  await phone.operates({ kind: 'revoke', device: bob.id })
  await party.with(phone).everybodyHears()
  assert.deepEqual([...membersNow(alice.replica).devices.keys()].sort(), [alice.id, bob.id].sort())
})

test('[MB15] whoever a removed admin let in beside the removal falls with them, and what those did too', async () => {
  const party = await createParty(crypto, { admins: ['Bob', 'Mallory'], members: ['Carol'] })
  const [alice, bob, mallory, carol] = party.devices as [Device, Device, Device, Device]
  const [puppet, second] = [(await newcomer('Puppet')).watches(alice), (await newcomer('Second')).watches(alice)]
  const before = party.events
  await alice.removes(mallory)
  await mallory.operates(addition([puppet], 'admin'))
  await deliverAll(puppet, [...before, ...mallory.wrote])
  await puppet.operates(addition([second], 'admin'))
  await deliverAll(second, [...before, ...mallory.wrote, ...puppet.wrote])
  await second.removes(bob)
  await puppet.removes(alice)
  await party.with(puppet, second).everybodyHears()
  assert.equal(storyOf(party.with(puppet, second), [alice, bob, carol]), 'Alice* Bob* Carol')
})

test('[MB16] what a removed device wrote and its remover had not heard of is void, and told so', async () => {
  const party = await createParty(crypto, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  const heard = await carol.says('heard')
  await alice.hears(heard)
  const unheard = await carol.says('unheard')
  const removal = await alice.removes(carol)
  assert.deepEqual(await bob.hears([...heard, ...unheard]), ['content: heard', 'content: unheard'])
  await bob.hears(removal)
  assert.deepEqual(
    [...heard, ...unheard].map((event) => isVoided(bob.replica, event)),
    [false, true],
  )
  assert.deepEqual(await alice.hears(unheard), ['voided: unheard'])
  const more = await carol.says('and more')
  assert.deepEqual(await bob.hears(more), ['voided: and more'])
})

test('[MB16] which devices are concerned is told with the removal, and again when the removal falls', async () => {
  const party = await createParty(crypto, { admins: ['Bob', 'Carol'], members: ['Dan'] })
  const [alice, bob, carol, dan] = party.devices as [Device, Device, Device, Device]
  const words = await dan.says('unheard by Carol')
  await alice.hears(words)
  await bob.removes(carol)
  const removal = await carol.removes(dan)
  const seq = words[0]?.seq
  const told = await alice.hearsOf(removal)
  assert.deepEqual([...(told[0]?.disputed ?? [])], [[dan.id, seq]])
  assert.equal(isVoided(alice.replica, words[0] as SignedEvent), true)
  const undone = (await alice.hearsOf(bob.wrote)).at(-1)
  assert.deepEqual(undone?.disputed.get(dan.id), seq, 'look again at what Dan said')
  assert.equal(isVoided(alice.replica, words[0] as SignedEvent), false)
  assert.deepEqual(undone?.changes, [
    { kind: 'person-removed', person: carol.me.person, by: bob.me.person },
    { kind: 'person-added', person: dan.me.person, role: 'member', by: alice.me.person },
  ])
})

test('[MB17] who knows of their removal and writes all the same is a stranger', async () => {
  const party = await createParty(crypto, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  await alice.removes(carol)
  await party.everybodyHears()
  assert.equal(
    await carol.writes({ kind: 'read', upTo: [] }, false).catch((error: Error) => error.message),
    'not-a-member',
  )
  const event = await forge(carol, { kind: KIND.sealed, body: bob.wrote.at(-1)?.body ?? null })
  assert.deepEqual(await bob.hears([event]), ['refused: stranger'])
})

test('[MB18] who was removed is given what their remover had heard and the removal, and no more', async () => {
  const party = await createParty(crypto, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  assert.equal(heldUpTo(alice.replica, carol.id), undefined)
  const before = heardOf(alice.replica.graph)
  const [removal] = await alice.removes(carol)
  await alice.says('without Carol')
  await bob.hears(alice.wrote.slice(-3))
  await bob.says('indeed')
  await alice.hears(bob.wrote)
  const held = heldUpTo(alice.replica, carol.id)
  assert.equal(held?.get(alice.id), removal?.seq)
  assert.equal(held?.get(bob.id), before.get(bob.id))
  assert.deepEqual(heldUpTo(alice.replica, 'ff'.repeat(32)), new Map())
})

test('[MB4] whoever was removed opens nothing that is said by who knows, with all keys and the whole log', async () => {
  const real = createNodeCrypto()
  const party = await createParty(real, { members: ['Bob', 'Carol'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  await alice.says('with Carol')
  const stolen = carol.replica
  await alice.removes(carol)
  await bob.hears(alice.wrote)
  await alice.says('one')
  await bob.says('two')
  await carol.hears(party.events)
  const everything = party.events
  assert.deepEqual(await readableBy(real, stolen, everything), ['with Carol'])
  assert.deepEqual(await readableBy(real, carol.replica, everything), ['with Carol'])
})

test('[MB16] a removed client that writes on old parents changes nothing', async () => {
  const party = await createParty(crypto, { admins: ['Mallory'], members: ['Carol', 'Dan'] })
  const [alice, mallory, carol, dan] = party.devices as [Device, Device, Device, Device]
  const old = mallory.replica
  await alice.removes(mallory)
  await party.everybodyHears()
  const before = [...membershipNow(carol.replica).roles]
  // As if it had never heard of it.
  mallory.replica = old
  const puppet = await newcomer('Puppet')
  await mallory.operates(addition([puppet], 'admin'))
  await mallory.operates({ kind: 'title', title: 'Mallory was here' })
  await mallory.operates({ kind: 'remove', person: dan.me.person })
  await mallory.rekeys()
  await mallory.says('a forged memory')
  const outcomes = await hearsAll(carol, [mallory])
  assert.deepEqual(outcomes.at(-1), 'voided: a forged memory')
  assert.deepEqual([...membershipNow(carol.replica).roles], before)
  assert.equal(membershipNow(carol.replica).title.text, 'Trip')
  await carol.says('as ever')
  await hearsAll(alice, [mallory, carol])
  assert.equal(alice.opened.at(-1), 'as ever')
})

test('[MB16] the complaint of a removed client makes nobody change keys', async () => {
  const party = await createParty(crypto, { members: ['Mallory', 'Carol'] })
  const [alice, mallory, carol] = party.devices as [Device, Device, Device]
  const old = mallory.replica
  await alice.removes(mallory)
  await carol.hears(alice.wrote)
  mallory.replica = old
  const epoch = alice.wrote.findLast(({ kind }) => kind === KIND.epoch) as SignedEvent
  const complaint = await mallory.complains(epoch.id)
  assert.deepEqual([...(await carol.hears(complaint)), ...(await alice.hears(complaint))], ['void', 'void'])
  assert.deepEqual(await alice.hears(await carol.says('still the same key')), ['content: still the same key'])
})

test('[MB19] an invitation that two admins use at once lets in as many as it is for, the same ones everywhere', async () => {
  const party = await createParty(crypto, { admins: ['Bob'], members: ['Carol'] })
  const [alice, bob] = party.devices as [Device, Device]
  const invitation = 'ab'.repeat(32)
  await alice.operates({ kind: 'invite', invitation, role: 'member', uses: 1, expiry: alice.now + 1_000 })
  await party.everybodyHears()
  const [dan, eve] = [(await newcomer('Dan')).watches(alice), (await newcomer('Eve')).watches(alice)]
  await alice.operates(addition([dan], 'member', invitation))
  await bob.operates(addition([eve], 'member', invitation))
  const all = party.with(dan, eve)
  await all.everybodyHears()
  await all.everybodyHears()
  const story = storyOf(all)
  assert.ok(['Alice* Bob* Carol Dan', 'Alice* Bob* Carol Eve'].includes(story), story)
  assert.equal(membershipNow(alice.replica).invitations.get(invitation)?.used.length, 1)
  assert.equal(
    await bob.refusal(addition([story.includes('Dan') ? eve : dan], 'member', 'cd'.repeat(32))),
    'no-such-invitation',
  )
  alice.now += 2_000
  assert.equal(
    await alice.refusal(addition([story.includes('Dan') ? eve : dan], 'member', invitation)),
    'invitation-expired',
  )
  await alice.operates({ kind: 'uninvite', invitation })
  assert.equal(membershipNow(alice.replica).invitations.size, 0)
})

test('[MB16] a removal that names what it held of somebody twice is not read', async () => {
  const { devices } = await createParty(crypto, { members: ['Bob'] })
  const [alice, bob] = devices as [Device, Device]
  const body = operationBody({ kind: 'remove', person: bob.me.person, held: new Map([[bob.id, 1]]) })
  const [kind, person, [pair]] = body as readonly [string, Uint8Array, readonly [readonly [Uint8Array, number]]]
  const event = await forge(alice, { kind: KIND.operation, body: [kind, person, [pair, pair]] })
  assert.deepEqual(await bob.hears([event]), ['newer'])
})

test('[MB2] events of everybody, shuffled, leave the same void behind', async (t) => {
  const seed = 41_003
  t.diagnostic(`seed ${seed}`)
  const random = seededRandom(seed)
  const party = await createParty(crypto, { admins: ['Bob'], members: ['Carol', 'Dan'] })
  const [alice, bob, carol] = party.devices as [Device, Device, Device]
  await carol.says('one')
  await bob.hears(carol.wrote)
  await bob.removes(carol)
  await carol.says('two')
  await alice.removes(bob)
  await carol.says('three')
  const events = party.events
  const results = new Set<string>()
  for (let run = 0; run < 12; run++) {
    const watcher = (await newcomer(`watcher ${run}`)).watches(alice)
    await deliverAll(
      watcher,
      [...events].sort(() => random() - 0.5),
    )
    results.add(
      events
        .filter((event) => isVoided(watcher.replica, event) === true)
        .map(({ id }) => id)
        .join(),
    )
  }
  assert.equal(results.size, 1)
})
