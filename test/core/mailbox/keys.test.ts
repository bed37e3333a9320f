import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromHex, toHex } from '../../../src/core/bytes/hex.ts'
import { mailboxKeys, openMessage, signOpen } from '../../../src/core/mailbox/keys.ts'
import { signReceipt, verifyReceipt } from '../../../src/core/mailbox/receipt.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { SECRET, vectors, VECTORS_FILE } from '../../vectors/mailbox.ts'

const crypto = createNodeCrypto()
const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)

test('[MX1] the keys of a secret, and what is made with them, are those of the test vectors', async () => {
  assert.deepEqual(await vectors(), JSON.parse(readFileSync(VECTORS_FILE, 'utf8')))
})

test('[MX1] another secret has another mailbox, and the same one the same', async () => {
  const [one, again, other] = await Promise.all([SECRET, SECRET, filled(0x12)].map((each) => mailboxKeys(crypto, each)))
  assert.deepEqual(one, again)
  assert.notEqual(one?.mailbox, other?.mailbox)
})

test('[MX7] what opens a mailbox opens it on one connection to one server, and no other mailbox', async () => {
  const keys = await mailboxKeys(crypto, SECRET)
  const other = await mailboxKeys(crypto, filled(9))
  const connection = { server: 'ee'.repeat(32), nonce: filled(1) }
  const signature = await signOpen(crypto, keys, connection)
  const opens = (mailbox: string, server: string, nonce: Uint8Array) =>
    crypto.verify(fromHex(mailbox), openMessage(mailbox, { server, nonce }), signature)
  assert.deepEqual(
    await Promise.all([
      opens(keys.mailbox, connection.server, connection.nonce),
      opens(keys.mailbox, connection.server, filled(2)),
      opens(keys.mailbox, 'ef'.repeat(32), connection.nonce),
      opens(other.mailbox, connection.server, connection.nonce),
    ]),
    [true, false, false, false],
  )
})

test("[MX6] a receipt is its device's word on one conversation, and on nothing else", async () => {
  const seed = filled(5)
  const device = toHex(await crypto.publicKey(seed))
  const conversation = 'c0'.repeat(32)
  const said = { device, vector: [['a1'.repeat(32), 7]] as const, time: 1_000 }
  const receipt = await signReceipt(crypto, seed, { conversation, ...said })
  assert.equal(await verifyReceipt(crypto, conversation, receipt), true)
  assert.equal(await verifyReceipt(crypto, 'c1'.repeat(32), receipt), false)
  for (const changed of [
    { ...receipt, vector: [['a1'.repeat(32), 8]] as const },
    { ...receipt, time: 1_001 },
    { ...receipt, device: 'a1'.repeat(32) },
    { ...receipt, signature: filled(0, 64) },
  ])
    assert.equal(await verifyReceipt(crypto, conversation, changed), false)
})
