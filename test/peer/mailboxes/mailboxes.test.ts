import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { toHex } from '../../../src/core/bytes/hex.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { RENEW_MILLIS } from '../../../src/peer/mailboxes/deposit.ts'
import { DIRECT_MILLIS } from '../../../src/peer/mailboxes/depositor.ts'
import { RECEIPT_MILLIS } from '../../../src/peer/mailboxes/receipts.ts'
import { blobsIn, CONVERSATION, createOffice, createStage, pass, type Office } from './stage.ts'

const setUp = async () => {
  const office = createOffice()
  const { time, createDesk } = createStage(office)
  const ann = await createDesk(1)
  const bob = await createDesk(2)
  ann.held.set(bob.device, new Map())
  bob.held.set(ann.device, new Map())
  await pass(time, 0)
  return { office, time, ann, bob, createDesk }
}

const DAY_MILLIS = 24 * 60 * 60 * 1000

const hexes = (events: readonly Uint8Array[]): readonly string[] => events.map(toHex)

const asksOf = (office: Office, kind: string): number => office.asked.filter((each) => each === kind).length

suite('what is left on a server', () => {
  test('[AW1] what somebody lacks after two seconds lies in the mailbox, and reaches who reads it', async () => {
    const { office, time, ann, bob } = await setUp()
    const one = await ann.write()
    const two = await ann.write()
    await pass(time, DIRECT_MILLIS - 1)
    assert.equal(asksOf(office, 'put'), 0)
    await pass(time, 1)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 2)
    assert.equal(ann.mailboxes.sealedAt(CONVERSATION), 'There')
    assert.deepEqual(hexes(bob.received), hexes([one.bytes, two.bytes]))
  })

  test('[AW1] what is written while something before it is put there is put there, too', async () => {
    const { office, time, ann } = await setUp()
    await ann.write()
    office.meanwhile = () => ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
    await pass(time, DIRECT_MILLIS)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 2)
  })

  test('[AW37] what was written before the clock was set back is put two seconds later, not when it is that late again', async () => {
    const { office, time, ann } = await setUp()
    await ann.write()
    ann.aheadMillis = -40 * DAY_MILLIS
    ann.mailboxes.connected()
    await pass(time, DIRECT_MILLIS)
    assert.equal(blobsIn(office), 1)
  })

  test('[AW2] what links bring to everybody in time is put nowhere', async () => {
    const { office, time, ann, bob } = await setUp()
    await ann.write()
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    await pass(time, 10 * DIRECT_MILLIS)
    assert.equal(asksOf(office, 'put'), 0)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 0)
  })

  test('[AW3] what everybody has is taken away, also by a writer that began anew', async () => {
    const { office, time, ann, bob } = await setUp()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.equal(blobsIn(office), 1)
    ann.restart()
    await pass(time, 0)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
    ann.held.set(bob.device, new Map([[ann.device, 1]]))
    ann.mailboxes.kept(CONVERSATION, { fresh: [], isRegrouped: false })
    await pass(time, DIRECT_MILLIS)
    assert.equal(blobsIn(office), 0)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
  })

  test('[AW4] a full server shows with its name, the message stays here, and it is tried again', async () => {
    const { office, time, ann } = await setUp()
    office.refusal = { kind: 'full-server' }
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.deepEqual(ann.mailboxes.failure(), { kind: 'full', server: 'There' })
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 0)
    office.refusal = undefined
    await pass(time, 60 * 60 * 1000)
    assert.equal(ann.mailboxes.failure(), undefined)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
  })

  test('[AW4] a slow server is asked again after the time that it names, and not before', async () => {
    const { office, time, ann } = await setUp()
    office.refusal = { kind: 'slow', millis: 30_000 }
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    const asked = asksOf(office, 'put')
    await pass(time, 29_000)
    assert.equal(asksOf(office, 'put'), asked)
    office.refusal = undefined
    await pass(time, 1_000)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
  })

  test('[AW5] nothing is lost between two servers, or none: what is not there is put once one is', async () => {
    const { office, time, ann, bob } = await setUp()
    office.address = undefined
    ann.mailboxes.connected()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.equal(asksOf(office, 'put'), 0)
    office.address = 'elsewhere:12345'
    ann.mailboxes.connected()
    bob.mailboxes.connected()
    await pass(time, DIRECT_MILLIS)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
    assert.equal(bob.received.length, 1)
    office.mailboxes.clear()
    office.address = 'third:12345'
    ann.mailboxes.connected()
    bob.mailboxes.connected()
    await pass(time, DIRECT_MILLIS)
    assert.equal(bob.received.length, 2)
  })

  test('[AW6] what waits for something else is read once more after a restart, and what is on disk is not', async () => {
    const { time, ann, bob } = await setUp()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.equal(bob.received.length, 1)
    bob.restart()
    await pass(time, 0)
    assert.equal(bob.received.length, 1)
    bob.answer = 'later'
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    assert.equal(bob.received.length, 2)
    bob.restart()
    await pass(time, 0)
    assert.equal(bob.received.length, 3)
  })

  test('[AW7] a server that drops, swaps, cuts, repeats and reorders blobs harms nothing but what it drops', async () => {
    const { office, time, ann, bob } = await setUp()
    office.tamper = () => []
    const events = []
    for (let number = 0; number < 4; number++) {
      events.push(await ann.write())
      await pass(time, DIRECT_MILLIS)
    }
    assert.equal(bob.received.length, 0)
    const stranger = { cursor: 90, blob: new Uint8Array(1024).fill(7) }
    office.tamper = ([first, second, third, fourth]) => {
      if (!first || !second || !third || !fourth) return []
      const cut = { cursor: 91, blob: third.blob.slice(0, 500) }
      return [
        { ...second, cursor: 80 },
        { ...first, cursor: 81 },
        stranger,
        cut,
        { ...first, cursor: 92 },
        { ...fourth, cursor: 93 },
      ]
    }
    office.connections += 1
    bob.mailboxes.connected()
    await pass(time, 0)
    assert.deepEqual(
      hexes(bob.received),
      hexes([events[1], events[0], events[0], events[3]].map((event) => event?.bytes ?? new Uint8Array())),
    )
  })

  test('[AW8] an operation also lies where those read who are no longer in, whoever else has it', async () => {
    const { office, time, ann, bob } = await setUp()
    const before = ann.secrets
    ann.secrets = [new Uint8Array(32).fill(9), ...before]
    ann.held.clear()
    await ann.write(KIND.sealed)
    await ann.write(KIND.operation)
    await ann.write(KIND.epoch)
    await ann.write(KIND.operation)
    await pass(time, DIRECT_MILLIS)
    // The operation and the key that came with it, and not what was done after that.
    assert.equal(blobsIn(office), 1)
    assert.equal(bob.received.length, 2)
  })

  test('[AW9] everything that was before lies there for a newcomer who is away, and once', async () => {
    const { office, time, ann, createDesk } = await setUp()
    ann.held.clear()
    for (let number = 0; number < 4; number++) await ann.write()
    await pass(time, DIRECT_MILLIS)
    ann.restart()
    await pass(time, 0)
    const eve = await createDesk(3)
    ann.held.set(eve.device, new Map())
    ann.since.set(eve.device, 5)
    ann.admitted.set(eve.device, 5)
    await ann.write(KIND.operation)
    await pass(time, DIRECT_MILLIS)
    assert.equal(eve.received.length, 5)
    const puts = asksOf(office, 'put')
    ann.restart()
    await pass(time, DIRECT_MILLIS)
    assert.equal(asksOf(office, 'put'), puts)
  })

  test('[AW10] what is needed still when the server will soon forget it is put anew', async () => {
    const { office, time, ann } = await setUp()
    await ann.write()
    await pass(time, DIRECT_MILLIS)
    office.mailboxes.clear()
    await pass(time, RENEW_MILLIS)
    ann.mailboxes.connected()
    await pass(time, DIRECT_MILLIS)
    assert.equal(blobsIn(office), 1)
    assert.equal(ann.mailboxes.sealedUpTo(CONVERSATION), 1)
  })
})

suite('receipts', () => {
  test('[AW11] who has it from the server says so to its author, and one receipt lies there at a time', async () => {
    const { office, time, ann, bob } = await setUp()
    for (let number = 1; number <= 2; number++) {
      await ann.write()
      await pass(time, DIRECT_MILLIS)
      bob.vector.set(ann.device, number)
      bob.mailboxes.kept(CONVERSATION, { fresh: [{ author: ann.device }], isRegrouped: false })
      await pass(time, RECEIPT_MILLIS)
      assert.equal(ann.learnt.at(-1)?.[1].get(ann.device), number)
    }
    assert.equal(ann.learnt.at(-1)?.[0], bob.device)
    ann.mailboxes.kept(CONVERSATION, { fresh: [], isRegrouped: false })
    await pass(time, DIRECT_MILLIS)
    assert.equal(blobsIn(office), 1)
  })

  test('[AW11] nothing is said to those who are linked', async () => {
    const { office, time, ann, bob } = await setUp()
    bob.linked.add(ann.device)
    bob.vector.set(ann.device, 1)
    bob.mailboxes.kept(CONVERSATION, { fresh: [{ author: ann.device }], isRegrouped: false })
    await pass(time, RECEIPT_MILLIS)
    assert.equal(asksOf(office, 'put'), 0)
  })

  test('[AW12] the word of who is no member counts for nothing', async () => {
    const { time, ann, bob, createDesk } = await setUp()
    const eve = await createDesk(3)
    eve.held.set(ann.device, new Map())
    eve.vector.set(ann.device, 1)
    ann.vector.set(ann.device, 1)
    eve.mailboxes.kept(CONVERSATION, { fresh: [{ author: ann.device }], isRegrouped: false })
    await pass(time, RECEIPT_MILLIS)
    assert.equal(ann.learnt.length, 0)
    assert.equal(bob.learnt.length, 0)
  })
})

suite('mailboxes of invitations', () => {
  test('[AW13] what is put there waits for a server, is put once, replaces what was there, and is read by who watches', async () => {
    const { office, time, ann, bob } = await setUp()
    const secret = new Uint8Array(32).fill(5)
    office.address = undefined
    const request = { kind: 'request', bytes: Uint8Array.of(1) } as const
    ann.mailboxes.invitations.put(secret, 'mine', request)
    await pass(time, 0)
    assert.equal(ann.mailboxes.invitations.heldAt(secret, 'mine'), undefined)
    const seen: string[] = []
    bob.mailboxes.invitations.watch(secret, ({ kind, bytes }) => seen.push(`${kind} ${toHex(bytes)}`))
    office.address = 'there:12345'
    ann.mailboxes.connected()
    bob.mailboxes.connected()
    await pass(time, 0)
    assert.equal(ann.mailboxes.invitations.heldAt(secret, 'mine'), 'There')
    ann.restart()
    ann.mailboxes.invitations.put(secret, 'mine', request)
    await pass(time, 0)
    assert.equal(blobsIn(office), 1)
    ann.mailboxes.invitations.put(secret, 'mine', { ...request, bytes: Uint8Array.of(2) })
    await pass(time, 0)
    assert.equal(blobsIn(office), 1)
    assert.deepEqual(seen, ['request 01', 'request 02'])
  })
})
