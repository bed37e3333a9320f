import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { encode } from '../../../src/core/bytes/cbor.ts'
import { mailboxKeys } from '../../../src/core/mailbox/keys.ts'
import { encodeDeposit, noDeposit } from '../../../src/peer/mailboxes/deposit.ts'
import { DIRECT_MILLIS } from '../../../src/peer/mailboxes/depositor.ts'
import { RECEIPT_MILLIS } from '../../../src/peer/mailboxes/receipts.ts'
import { createDeterministicCrypto } from '../../core/deterministic-crypto.ts'
import { blobsIn, CONVERSATION, createOffice, createStage, pass, SECRET } from './stage.ts'

const HERE = 'here:12345'
const THERE = 'there:12345'

/** Ann uses the office here, Bob the one there; each visits the other's. */
const apart = async () => {
  const [here, there] = [createOffice(HERE, 'Here'), createOffice(THERE, 'There')]
  const { time, createDesk } = createStage(here)
  const ann = await createDesk(1, [[there, 'guest']])
  const bobs = createStage(there)
  const bob = await createDesk(2, [[there, 'own']])
  return { here, there, time, ann, bob, bobs }
}

/** Both use both. */
const shared = async () => {
  const [here, there] = [createOffice(HERE, 'Here'), createOffice(THERE, 'There')]
  const { time, createDesk } = createStage(here)
  const [ann, bob] = [await createDesk(1, [[there, 'own']]), await createDesk(2, [[there, 'own']])]
  for (const [one, other] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    one.held.set(other.device, new Map())
    one.servers.set(other.device, [HERE, THERE])
  }
  await pass(time, 0)
  return { here, there, time, ann, bob }
}

suite('what is left on several servers', () => {
  test('[AW30] what somebody lacks lies where they say that they read, under that server’s name', async () => {
    const { here, there, time, ann, bob } = await apart()
    ann.held.set(bob.device, new Map())
    ann.servers.set(bob.device, [THERE])
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [0, 1])
    assert.deepEqual([ann.mailboxes.sealedUpTo(CONVERSATION), ann.mailboxes.sealedAt(CONVERSATION)], [1, 'There'])
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    ann.mailboxes.kept(CONVERSATION, { fresh: [], isRegrouped: false })
    await pass(time, DIRECT_MILLIS)
    assert.equal(blobsIn(there), 0)
  })

  test('[AW30] who reads at no server that is reached is waited for here; who never said reads where I do', async () => {
    const { here, there, time, ann, bob } = await apart()
    ann.held.set(bob.device, new Map())
    for (const servers of [['elsewhere:1'], []]) {
      ann.servers.set(bob.device, servers)
      await ann.write()
      await pass(time, DIRECT_MILLIS)
      assert.deepEqual([blobsIn(here), blobsIn(there), ann.mailboxes.sealedUpTo(CONVERSATION)], [0, 0, 0])
    }
    ann.servers.delete(bob.device)
    ann.mailboxes.connected()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [1, 0])
    assert.equal(ann.mailboxes.sealedAt(CONVERSATION), 'Here')
  })

  test('[AW30] of several who read at different servers, each finds it at theirs, and both are named', async () => {
    const { here, there, time, ann, bob } = await apart()
    const carol = 'ca'.repeat(32)
    ann.held.set(bob.device, new Map()).set(carol, new Map())
    ann.servers.set(bob.device, [THERE])
    ann.servers.set(carol, [HERE])
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [1, 1])
    assert.equal(ann.mailboxes.sealedAt(CONVERSATION), 'There and Here')
    // One of them has it: nothing is taken away that the other may still read.
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    ann.mailboxes.kept(CONVERSATION, { fresh: [], isRegrouped: false })
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [1, 1])
    assert.equal(ann.mailboxes.sealedAt(CONVERSATION), 'Here')
  })

  test('[AW31] a server that is full is passed over for another at which they read', async () => {
    const { here, there, time, ann, bob } = await shared()
    here.refusal = { kind: 'full-server' }
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [0, 1])
    assert.deepEqual([ann.mailboxes.sealedAt(CONVERSATION), ann.mailboxes.failure()], ['There', undefined])
    assert.equal(bob.received.length, 1)
  })

  test('[AW31] what lies on a server that is gone is put on the other one', async () => {
    const { here, there, time, ann, bob } = await shared()
    here.tamper = () => []
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there), bob.received.length], [1, 0, 0])
    here.address = undefined
    for (const each of [ann, bob]) each.mailboxes.connected()
    await pass(time, 2 * DIRECT_MILLIS)
    assert.deepEqual([blobsIn(there), bob.received.length], [1, 1])
    // What both hold is taken away from either once it is there.
    here.address = HERE
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    ann.mailboxes.connected()
    await pass(time, 2 * DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [0, 0])
  })

  test('[AW32] each of my own servers is read, and no other; the place in each is kept by itself', async () => {
    const { here, there, time, ann, bob } = await shared()
    const carol = await createStage(here, time.now()).createDesk(3, [[there, 'guest']])
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    here.refusal = { kind: 'full-server' }
    await ann.write()
    await pass(time, 3 * DIRECT_MILLIS)
    here.refusal = undefined
    assert.deepEqual([blobsIn(here) > 0, blobsIn(there) > 0], [true, true])
    assert.equal(bob.received.length >= 2, true)
    const before = bob.received.length
    bob.restart()
    await pass(time, 0)
    assert.equal(bob.received.length, before)
    const theirs = carol.received.length
    assert.ok(theirs > 0 && theirs < before)
  })

  test('[AW33] a receipt lies where the author reads', async () => {
    const { here, there, time, ann, bob } = await apart()
    bob.held.set(ann.device, new Map())
    bob.servers.set(ann.device, [HERE])
    bob.vector.set(ann.device, 3)
    bob.mailboxes.kept(CONVERSATION, { fresh: [{ author: ann.device }], isRegrouped: false })
    ann.held.set(bob.device, new Map())
    await pass(time, RECEIPT_MILLIS)
    assert.deepEqual([blobsIn(here), blobsIn(there)], [1, 0])
    assert.deepEqual(
      ann.learnt.map(([device, vector]) => [device, [...vector]]),
      [[bob.device, [[ann.device, 3]]]],
    )
  })

  test('[AW34] what an invitation leaves waits at the servers that it names, and is found there alone', async () => {
    const { here, there, time, ann, bob } = await apart()
    const secret = new Uint8Array(32).fill(9)
    const heard: string[] = []
    // Bob invites: his is the server there. Ann answers there, as a guest.
    bob.mailboxes.invitations.at(secret, [THERE])
    bob.mailboxes.invitations.watch(secret, ({ kind }) => void heard.push(kind))
    ann.mailboxes.invitations.at(secret, [THERE])
    ann.mailboxes.invitations.put(secret, 'request', { kind: 'request', bytes: new Uint8Array([1]) })
    await pass(time, 1_000)
    assert.deepEqual([blobsIn(here), blobsIn(there), heard], [0, 1, ['request']])
    assert.equal(ann.mailboxes.invitations.heldAt(secret, 'request'), 'There')
    ann.mailboxes.invitations.drop(secret, 'request')
    await pass(time, 1_000)
    assert.equal(blobsIn(there), 0)
  })

  test('[AW35] [AW240] records of the time of one server are still read', async () => {
    const here = createOffice(HERE, 'Here')
    const { time, createDesk } = createStage(here)
    const [ann, bob] = [await createDesk(1), await createDesk(2)]
    ann.held.set(bob.device, new Map())
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([blobsIn(here), bob.received.length], [1, 1])
    const fresh = await createDesk(4)
    const { mailbox } = await mailboxKeys(createDeterministicCrypto(7), SECRET)
    const cursor = here.mailboxes.get(mailbox)?.at(-1)?.cursor ?? 0
    const { life: _, ...old } = { ...noDeposit({ address: HERE, life: here.life, name: 'Here' }), sealed: 7 }
    await fresh.store.commit([
      { put: 'record', space: 'mailbox', key: `read/${mailbox}`, value: encode([HERE, cursor]) },
      { put: 'record', space: 'mailbox', key: `sent/${CONVERSATION}`, value: encodeDeposit(old) },
    ])
    fresh.received.length = 0
    here.address = undefined
    fresh.restart()
    await pass(time, 0)
    assert.deepEqual([fresh.received.length, fresh.mailboxes.sealedUpTo(CONVERSATION)], [0, 7])
    assert.equal(fresh.mailboxes.sealedAt(CONVERSATION), 'Here')
    // Which server that was nobody knows: once one answers, only what is put there counts, and all of it is read.
    here.address = HERE
    fresh.mailboxes.connected()
    await pass(time, 0)
    assert.deepEqual([fresh.received.length, fresh.mailboxes.sealedUpTo(CONVERSATION)], [1, 0])
  })
})
