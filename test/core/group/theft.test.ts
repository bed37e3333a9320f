import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { KEYS_KEPT_MILLIS_MAX, REKEY_MILLIS, type Keyring } from '../../../src/core/group/keyring.ts'
import { readSealed } from '../../../src/core/group/sealed.ts'
import { createTalk, type Device } from './device.ts'
import { readableBy } from './thief.ts'

const crypto = createNodeCrypto()

/** Everything that ever went over the wire. */
const recorded = (...devices: readonly Device[]): readonly SignedEvent[] => devices.flatMap(({ wrote }) => wrote)

const exchange = async (from: Device, to: Device, ...texts: readonly string[]): Promise<void> => {
  for (const text of texts) await to.hears(await from.says(text))
}

/** A talk with turns enough that whatever is going to be wiped was. */
const longTalk = async () => {
  const talk = await createTalk(crypto)
  await exchange(talk.alice, talk.bob, 'one', 'one more')
  await exchange(talk.bob, talk.alice, 'two', 'two more')
  await exchange(talk.alice, talk.bob, 'three')
  await exchange(talk.bob, talk.alice, 'four', 'four more')
  await exchange(talk.alice, talk.bob, 'five', 'five more')
  return talk
}

test("[GR7] stolen keys and everything recorded open nothing from before the other's last turn", async () => {
  const { alice, bob } = await longTalk()
  const wire = recorded(alice, bob)
  assert.deepEqual(await readableBy(crypto, alice.replica, wire), ['four', 'four more'])
  assert.deepEqual(await readableBy(crypto, bob.replica, wire), ['five', 'five more'])
})

test('[GR7] nothing that a device said itself is open to who steals its keys', async () => {
  const { alice, bob } = await longTalk()
  await alice.says('six, which Bob has not heard')
  const words = new Set(await readableBy(crypto, alice.replica, alice.wrote))
  assert.deepEqual(words, new Set())
  assert.equal(bob.opened.at(-1), 'five more')
})

test('[GR7] the thief of these tests does open what the keys were not yet wiped of', async () => {
  const { alice, bob } = await createTalk(crypto)
  const early = bob.replica
  const events = await alice.says('one')
  assert.deepEqual(await readableBy(crypto, early, events), ['one'])
  await bob.hears(events)
})

test('[GR8] a stolen keyring is of no more use once its owner has made an epoch', async () => {
  const { alice, bob } = await longTalk()
  const stolen = alice.replica
  await exchange(bob, alice, 'six, still open')
  await exchange(alice, bob, 'seven')
  await exchange(bob, alice, 'eight')
  await exchange(alice, bob, 'nine')
  const open = await readableBy(crypto, stolen, recorded(alice, bob))
  assert.deepEqual(open, ['four', 'four more', 'six, still open'])
})

test('[GR7] who speaks for days without an answer has all of it open to who steals from the silent one', async () => {
  const { alice, bob } = await longTalk()
  for (const text of ['day one', 'day two', 'day three']) {
    alice.now += REKEY_MILLIS
    await exchange(alice, bob, text)
  }
  const wire = recorded(alice, bob)
  const open = ['five', 'five more', 'day one', 'day two', 'day three']
  assert.deepEqual(await readableBy(crypto, bob.replica, wire), open)
  await exchange(bob, alice, 'an answer')
  await exchange(alice, bob, 'day four')
  assert.deepEqual(await readableBy(crypto, bob.replica, recorded(alice, bob)), ['day four'])
})

/** All secret bytes of a keyring in hexadecimal. */
const secretsIn = ({ epochs, skipped, own }: Keyring): string =>
  [
    ...epochs.flatMap(({ secrets }) => [...(secrets?.ratchets.values() ?? [])].map(({ key }) => key)),
    ...[...skipped.values()].map(({ key }) => key),
    ...own.map(({ seed }) => seed),
  ]
    .map((bytes) => Buffer.from(bytes).toString('hex'))
    .join(' ')

test('[GR9] a message key and the ratchet it came from are gone once the message was read', async () => {
  const { alice, bob } = await createTalk(crypto)
  await exchange(alice, bob, 'one')
  const epoch = bob.replica.keyring.epochs.at(-1)
  const ratchet = epoch?.secrets?.ratchets.get(alice.id)
  const key = Buffer.from(ratchet?.key ?? []).toString('hex')
  assert.match(secretsIn(bob.replica.keyring), new RegExp(key))
  await exchange(alice, bob, 'two')
  assert.doesNotMatch(secretsIn(bob.replica.keyring), new RegExp(key))
  assert.doesNotMatch(secretsIn(alice.replica.keyring), new RegExp(key))
})

test('[GR10] a slot key is gone once the other has sealed to a newer one', async () => {
  const { alice, bob } = await createTalk(crypto)
  const names = () => alice.replica.keyring.own.map(({ id }) => id)
  const first = names()
  await exchange(alice, bob, 'one')
  assert.deepEqual(names().slice(0, -1), first.slice(-names().length + 1), 'it may be sealed to still')
  await exchange(bob, alice, 'two')
  assert.equal(names().length, 1, 'only the one that was just used')
  assert.equal(first.includes(names()[0] ?? ''), false)
})

test('[GR11] keys are wiped after fourteen days by the next that is written or received', async () => {
  const { alice, bob } = await longTalk()
  const late = await alice.says('late')
  const later = await alice.says('later')
  await bob.hears(later)
  assert.equal(bob.replica.keyring.skipped.size, 1)
  assert.ok(bob.replica.keyring.epochs.length > 4)
  bob.now += KEYS_KEPT_MILLIS_MAX + 1
  alice.now += KEYS_KEPT_MILLIS_MAX + 1
  const answer = await bob.says('back from the mountains')
  assert.equal(bob.replica.keyring.skipped.size, 0)
  assert.equal(bob.replica.keyring.epochs.length, 2, 'the deepest, and the one just made')
  await alice.hears(answer)
  assert.equal(alice.replica.keyring.epochs.length, 1, 'the deepest')
  assert.deepEqual(await bob.hears(late), ['sealed: unknown-epoch'])
})

test('[GR11] no clock of another keeps keys alive or wipes them early', async () => {
  const { alice, bob } = await createTalk(crypto)
  await exchange(alice, bob, 'your turn')
  bob.now -= 100 * 24 * 3_600_000
  const slow = await bob.says('my clock is slow')
  const slower = await bob.says('very slow')
  assert.deepEqual(await alice.hears([...slow.slice(0, 1), ...slower]), ['epoch', 'content: very slow'])
  await exchange(alice, bob, 'indeed')
  assert.deepEqual(await alice.hears(slow.slice(1)), ['content: my clock is slow'])
  bob.now += 1_000 * 24 * 3_600_000
  await exchange(bob, alice, 'and now it is fast')
  await exchange(alice, bob, 'so it is')
  const known = alice.replica.keyring.epochs.length
  alice.now += KEYS_KEPT_MILLIS_MAX + 1
  await alice.says('much later')
  assert.ok(known > 3 && alice.replica.keyring.epochs.length === 2)
})

test('[GR9] every sealed event takes a place of its own in its ratchet', async () => {
  const { alice, bob } = await longTalk()
  const places = recorded(alice, bob)
    .filter(({ kind }) => kind === KIND.sealed)
    .map(({ author, body }) => `${author} ${readSealed(body)?.[0]} ${readSealed(body)?.[1]}`)
  assert.equal(new Set(places).size, places.length)
})
