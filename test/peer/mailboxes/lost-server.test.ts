import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { decodeDeposit, encodeDeposit } from '../../../src/peer/mailboxes/deposit.ts'
import { DIRECT_MILLIS } from '../../../src/peer/mailboxes/depositor.ts'
import { RECEIPT_MILLIS } from '../../../src/peer/mailboxes/receipts.ts'
import { blobsIn, CONVERSATION, createOffice, createStage, pass, type Desk, type Office } from './stage.ts'

const setUp = async () => {
  const office = createOffice()
  const { time, createDesk } = createStage(office)
  const [ann, bob] = [await createDesk(1), await createDesk(2)]
  ann.held.set(bob.device, new Map())
  bob.held.set(ann.device, new Map())
  await pass(time, 0)
  return { office, time, ann, bob }
}

/** The server comes back at its address without what it kept, and with its clock behind. */
const loseFolder = (office: Office, ...desks: readonly Desk[]): void => {
  office.mailboxes.clear()
  office.life = 'a0'.repeat(32)
  office.last = 0
  office.connections += 1
  for (const { mailboxes } of desks) mailboxes.connected()
}

const sealed = ({ mailboxes }: Desk): number => mailboxes.sealedUpTo(CONVERSATION)

suite('a server that comes back without what it kept', () => {
  test('[AW36] what lay there is kept here again until it was put once more, and then reaches who reads it', async () => {
    const { office, time, ann, bob } = await setUp()
    office.tamper = () => []
    await ann.write()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([sealed(ann), blobsIn(office), bob.received.length], [2, 1, 0])
    loseFolder(office, ann)
    await pass(time, 0)
    assert.deepEqual([sealed(ann), ann.mailboxes.sealedAt(CONVERSATION)], [0, undefined])
    office.tamper = (blobs) => blobs
    bob.mailboxes.connected()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([sealed(ann), blobsIn(office), bob.received.length], [2, 1, 2])
  })

  test('[AW240] what is put there then is read from the start, though its cursors are less than those that were read', async () => {
    const { office, time, ann, bob } = await setUp()
    for (const seq of [1, 2, 3]) {
      await ann.write()
      await pass(time, DIRECT_MILLIS)
      assert.deepEqual([bob.received.length, office.last], [seq, seq])
    }
    loseFolder(office, ann)
    bob.restart()
    ann.held.set(bob.device, new Map([[ann.device, 3]]))
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual([bob.received.length, office.last], [4, 1])
    // What was read in this life is not read again.
    office.connections += 1
    bob.restart()
    await pass(time, DIRECT_MILLIS)
    assert.equal(bob.received.length, 4)
  })

  test('[AW36] it is noticed by a writer that was off meanwhile, and stays noticed', async () => {
    const { office, time, ann } = await setUp()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    office.refusal = { kind: 'full-server' }
    loseFolder(office)
    ann.restart()
    await pass(time, DIRECT_MILLIS)
    assert.equal(sealed(ann), 0)
    office.address = undefined
    ann.restart()
    await pass(time, DIRECT_MILLIS)
    assert.equal(sealed(ann), 0)
  })

  test('[AW36] nothing is put again in the same life, nor what everybody has', async () => {
    const { office, time, ann, bob } = await setUp()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    const puts = (): number => office.asked.filter((each) => each === 'put').length
    assert.equal(puts(), 1)
    office.connections += 1
    ann.mailboxes.connected()
    await pass(time, 2 * DIRECT_MILLIS)
    assert.deepEqual([sealed(ann), puts()], [1, 1])
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    loseFolder(office, ann)
    await pass(time, 2 * DIRECT_MILLIS)
    assert.equal(puts(), 1)
  })

  test('[AW36] a receipt that lay there is put again', async () => {
    const { office, time, ann, bob } = await setUp()
    bob.vector.set(ann.device, 3)
    bob.mailboxes.kept(CONVERSATION, { fresh: [{ author: ann.device }], isRegrouped: false })
    await pass(time, RECEIPT_MILLIS)
    assert.equal(blobsIn(office), 1)
    loseFolder(office, bob)
    await pass(time, RECEIPT_MILLIS)
    assert.equal(blobsIn(office), 1)
  })

  test('[AW36] what belongs to an invitation is put again, also after a restart', async () => {
    const { office, time, ann } = await setUp()
    const secret = new Uint8Array(32).fill(9)
    const card = { kind: 'card', bytes: new Uint8Array([1]) } as const
    ann.mailboxes.invitations.put(secret, 'card', card)
    await pass(time, 1_000)
    assert.deepEqual([blobsIn(office), ann.mailboxes.invitations.heldAt(secret, 'card')], [1, 'There'])
    loseFolder(office, ann)
    assert.equal(ann.mailboxes.invitations.heldAt(secret, 'card'), undefined)
    await pass(time, 1_000)
    assert.deepEqual([blobsIn(office), ann.mailboxes.invitations.heldAt(secret, 'card')], [1, 'There'])
    office.mailboxes.clear()
    office.life = 'b0'.repeat(32)
    ann.restart()
    ann.mailboxes.invitations.put(secret, 'card', card)
    await pass(time, 1_000)
    assert.equal(blobsIn(office), 1)
  })

  test('[AW36] [AW35] a record without a life is put again once, and what may lie there is still taken away', async () => {
    const { office, time, ann, bob } = await setUp()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    const records = await ann.store.records('mailbox', 'sent/')
    for (const { key, value } of records) {
      const deposit = decodeDeposit(value)
      assert.ok(deposit)
      const { life: _, ...lifeless } = deposit
      await ann.store.commit([{ put: 'record', space: 'mailbox', key, value: encodeDeposit(lifeless) }])
    }
    for (const blobs of [2, 2]) {
      ann.restart()
      await pass(time, DIRECT_MILLIS)
      assert.deepEqual([sealed(ann), blobsIn(office)], [1, blobs])
    }
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    ann.mailboxes.connected()
    await pass(time, 0)
    assert.equal(blobsIn(office), 0)
  })
})
