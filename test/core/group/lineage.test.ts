import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineageOf, mailboxesBefore, mailboxSecrets } from '../../../src/core/group/lineage.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createDevice, createPerson, type Device } from './device.ts'
import { createParty } from './party.ts'

test('[AW8] what changes the members also lies in the mailboxes of before, and what comes after it does not', async () => {
  const crypto = createDeterministicCrypto()
  const party = await createParty(crypto, { members: ['Bob', 'Mallory'] })
  const [alice, bob, mallory] = party.devices as [Device, Device, Device]
  const lineages = () => mailboxSecrets(bob.replica)
  const firstEpoch = (lineage: string): string =>
    bob.replica.keyring.epochs
      .filter(({ id }) => lineageOf(bob.replica, id) === lineage)
      .reduce((first, each) => (each.depth < first.depth ? each : first)).id
  const before = ({ id, secret }: { id: string; secret: Uint8Array }) => ({ secret, epoch: firstEpoch(id) })

  await alice.rekeys()
  await party.everybodyHears()
  const rekeyed = alice.wrote.at(-1)?.id ?? ''
  await alice.removes(mallory)
  await party.everybodyHears()
  const [withoutMallory, withMallory, ...older] = lineages()
  assert.ok(withoutMallory && withMallory && withMallory.devices.has(mallory.id))
  const told = mailboxesBefore(bob.replica, firstEpoch(withoutMallory.id))
  assert.deepEqual(told, [withMallory, ...older].map(before))
  assert.deepEqual(mailboxesBefore(bob.replica, rekeyed), [], 'a later key of the same members')
  assert.deepEqual(mailboxesBefore(bob.replica, firstEpoch(withMallory.id)), older.map(before), 'nothing later')

  await alice.adds((await createDevice(crypto, await createPerson(crypto, 'Carol'))).watches(alice))
  await party.everybodyHears()
  const toldOfCarol = mailboxesBefore(bob.replica, firstEpoch(lineages()[0]?.id ?? ''))
  assert.deepEqual(toldOfCarol[0], before(withoutMallory))
  assert.ok(!toldOfCarol.some(({ secret }) => secret === withMallory.secret), 'who was out reads nothing of it')
})
