import assert from 'node:assert/strict'
import { test } from 'node:test'
import { vectorOf } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { membersNow } from '../../../src/core/group/replica.ts'
import { heldUpTo } from '../../../src/core/group/voided.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { addition, createDevice, createPerson, type Device } from './device.ts'
import { createParty, hearsAll } from './party.ts'

const crypto = createDeterministicCrypto()
const INVITATION = 'ab'.repeat(32)

const newcomer = async (name: string): Promise<Device> => createDevice(crypto, await createPerson(crypto, name))

const isIn = (device: Device): boolean => membersNow(device.replica).devices.has(device.id)

/** What a device holds after one of the others gave it all that it may have. */
const givenBy = async (giver: Device, device: Device): Promise<void> => {
  const limit = heldUpTo(giver.replica, device.id) ?? vectorOf(giver.replica.graph)
  const events = [...giver.held.values()].filter(({ author, seq }) => seq <= (limit.get(author) ?? 0))
  await device.hears(events.filter(({ id }) => !device.held.has(id)).sort((a, b) => a.time - b.time))
}

test('[MB31] who was let in again by somebody who was removed beside it learns that it is out', async () => {
  const { devices } = await createParty(crypto, { admins: ['Bob', 'Carol'], members: ['Dan'] })
  const [alice, bob, carol, dan] = devices as [Device, Device, Device, Device]
  const removal = await alice.removes(dan)
  for (const each of [bob, carol, dan]) await each.hears(removal)
  // Carol lets Dan in again while Bob removes her.
  const again = await carol.operates(addition([dan]))
  await dan.hears(again)
  assert.ok(isIn(dan))
  await bob.removes(carol)
  const [said] = (await bob.says('without Carol')).slice(-1)
  await hearsAll(alice, devices)
  await hearsAll(bob, devices)
  assert.deepEqual([isIn(alice), membersNow(alice.replica).devices.has(dan.id)], [true, false])
  await givenBy(alice, dan)
  assert.equal(isIn(dan), false)
  assert.ok(said && alice.held.has(said.id) && !dan.held.has(said.id))
})

test('[MB31] who was let in again by an invitation that others used up beside it learns that it is out', async () => {
  const { devices } = await createParty(crypto, { admins: ['Bob'], members: ['Dan'] })
  const [alice, bob, dan] = devices as [Device, Device, Device]
  const erin = await newcomer('Erin')
  const removal = await alice.removes(dan)
  const invitation = await alice.operates({
    kind: 'invite',
    invitation: INVITATION,
    role: 'member',
    uses: 1,
    expiry: 2 ** 50,
  })
  for (const each of [bob, dan]) await each.hears([...removal, ...invitation])
  // Both are let in by it at once: Erin comes first in the order of all, by an operation that lies less deep.
  await bob.operates({ kind: 'title', title: 'Later' })
  await dan.hears(await bob.operates(addition([dan], 'member', INVITATION)))
  await dan.hears(bob.wrote)
  await alice.operates(addition([erin], 'member', INVITATION))
  await hearsAll(alice, [bob])
  assert.equal(membersNow(alice.replica).devices.has(dan.id), false)
  await givenBy(alice, dan)
  assert.equal(isIn(dan), false)
})

test('[MB18] a device that was out already gets nothing more when its person is removed as well', async () => {
  const { devices } = await createParty(crypto, { admins: ['Bob'] })
  const [alice, bob] = devices as [Device, Device]
  const phone = await createDevice(crypto, await createPerson(crypto, 'Bob'), 'phone')
  await alice.hears(await bob.operates({ kind: 'device', entry: phone.entry }))
  await alice.hears(await bob.operates({ kind: 'revoke', device: phone.id }))
  const limit = heldUpTo(alice.replica, phone.id)
  assert.equal(limit?.get(bob.id), bob.wrote.findLast(({ kind }) => kind === KIND.operation)?.seq)
  await alice.hears(await bob.says('without the phone'))
  await alice.removes(bob)
  assert.deepEqual(heldUpTo(alice.replica, phone.id), limit)
})

test('[MB19] an invitation that expires while an answer to it is written is refused, by the time that stands in the event', async () => {
  const { devices } = await createParty(crypto, { admins: ['Bob'] })
  const [alice, bob] = devices as [Device, Device]
  const erin = await newcomer('Erin')
  const expiry = alice.now + 60_000
  await bob.hears(await alice.operates({ kind: 'invite', invitation: INVITATION, role: 'member', uses: 1, expiry }))
  // Bob's clock is behind that of Alice, and what he writes has to be later than what it follows.
  alice.now = expiry + 1
  await bob.hears(await alice.says('late'))
  assert.equal(await bob.refusal(addition([erin], 'member', INVITATION)), 'invitation-expired')
  await assert.rejects(bob.operates(addition([erin], 'member', INVITATION)), /invitation-expired/)
})
