import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { contentIn, isCommitted, readSealed, sealContent } from '../../../src/core/group/sealed.ts'
import { signWritten } from '../../../src/core/group/pen.ts'
import { write } from '../../../src/core/group/write.ts'
import { encodeContent, readContent } from '../../../src/core/timeline/content.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createTalk, textIn, type Device } from './device.ts'

const crypto = createNodeCrypto()

/** Says something and keeps the salted plaintext, as the store does. */
const keeping = async (device: Device, text: string) => {
  const content = encodeContent({ kind: 'text', text, reply: null })
  const written = await write(device.pen, device.replica, { content, speech: true })
  assert.ok(written.ok)
  device.replica = written.value.replica
  const events = await signWritten(device.pen, written.value)
  const [event, { plaintext } = {}] = [events.at(-1), written.value.events.at(-1)]
  assert.ok(event && plaintext)
  return { events, event, plaintext }
}

const bodyOf = ({ body }: SignedEvent) => readSealed(body) ?? assert.fail('not a sealed event')

test('[GR28] what was lost is said again under a new epoch, and the first event proves that it is the same', async () => {
  const { alice, bob } = await createTalk(crypto)
  bob.replica = { ...bob.replica, keyring: { ...bob.replica.keyring, own: [] } }
  const { events, event, plaintext } = await keeping(alice, 'meet me at noon')
  assert.deepEqual(await bob.hears(events), ['closed epoch', 'sealed: closed-epoch'])
  await alice.hears(await bob.complains((events[0] as SignedEvent).id))
  const repeated = await alice.writes({ kind: 'again', target: event.id, plaintext }, true)
  assert.deepEqual(await bob.hears(repeated), ['epoch', 'content: again'])
  assert.equal(isCommitted(bodyOf(bob.held.get(event.id) as SignedEvent), plaintext), true)
  assert.equal(textIn(plaintext), 'meet me at noon')
})

test('[GR28] a repetition of something else, or with a bit turned, is not what was said', async () => {
  const { alice } = await createTalk(crypto)
  const noon = await keeping(alice, 'meet me at noon')
  const night = await keeping(alice, 'meet me at midnight')
  assert.equal(isCommitted(bodyOf(noon.event), night.plaintext), false)
  for (let bit = 0; bit < noon.plaintext.length * 8; bit++) {
    const turned = Uint8Array.from(noon.plaintext)
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(isCommitted(bodyOf(noon.event), turned), false)
  }
})

test('[GR29] equal words have commitments and ciphertexts that do not show it', async () => {
  const { alice } = await createTalk(createDeterministicCrypto())
  const [one, other] = [await keeping(alice, 'yes'), await keeping(alice, 'yes')]
  assert.notDeepEqual(bodyOf(one.event)[2], bodyOf(other.event)[2])
  assert.notDeepEqual(bodyOf(one.event)[3].slice(0, 8), bodyOf(other.event)[3].slice(0, 8))
})

test('[GR30] a message key that a restored copy takes a second time seals nothing with the same key stream', () => {
  const messageKey = new Uint8Array(32).fill(9)
  const place = { conversation: '11'.repeat(32), author: '22'.repeat(32), seq: 7, epoch: '33'.repeat(32), index: 0 }
  const ciphertexts = ['attack', 'retreat'].map((text) => {
    const sealed = readSealed(sealContent(messageKey, place, encodeContent({ kind: 'text', text, reply: null })).body)
    return sealed?.[3] ?? assert.fail()
  })
  // Both plaintexts begin with the same salt: under one key stream the ciphertexts would, too.
  assert.notDeepEqual(ciphertexts[0]?.slice(0, 16), ciphertexts[1]?.slice(0, 16))
})

test('[GR28] a plaintext that is not one says nothing', () => {
  assert.equal(contentIn(new Uint8Array(0)), undefined)
  assert.equal(contentIn(Uint8Array.of(0x80)), undefined)
  assert.equal(readContent(new Uint8Array(0)), undefined)
})
