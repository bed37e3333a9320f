import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { epochInForce, REKEY_MESSAGES, REKEY_MILLIS } from '../../../src/core/group/keyring.ts'
import { membersNow } from '../../../src/core/group/replica.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createPair, createTalk, type Device } from './device.ts'

const kinds = (events: readonly { kind: number }[]): string =>
  events.map(({ kind }) => Object.entries(KIND).find(([, number]) => number === kind)?.[0]).join(' ')

const inForce = (device: Device): string | undefined =>
  epochInForce(device.replica.keyring, membersNow(device.replica))?.id

test('[GR1] the first word founds the conversation, makes an epoch and is sealed under it', async () => {
  const { alice, bob } = await createPair(createNodeCrypto())
  const events = [...(await alice.founds(bob)), ...(await alice.says('hello'))]
  assert.equal(kinds(events), 'found epoch sealed')
  assert.deepEqual(await bob.hears(events), ['founded', 'epoch', 'content: hello'])
})

test('[GR2] whoever was asked takes part with a joining event before the first word', async () => {
  const { alice, bob } = await createPair(createNodeCrypto())
  await bob.hears([...(await alice.founds(bob)), ...(await alice.says('hello'))])
  const answer = await bob.says('hello yourself')
  assert.equal(kinds(answer), 'join epoch sealed')
  assert.deepEqual(await alice.hears(answer), ['joined', 'epoch', 'content: hello yourself'])
})

test('[GR2] accepting alone writes a joining event and no more', async () => {
  const { alice, bob } = await createPair(createDeterministicCrypto())
  await bob.hears([...(await alice.founds(bob)), ...(await alice.says('hello'))])
  assert.equal(kinds(await bob.joins()), 'join')
  assert.equal(bob.replica.joined, true)
})

test('[GR3] each turn of the talk makes a new epoch; several words in a row do not', async () => {
  const { alice, bob } = await createTalk(createDeterministicCrypto())
  const turn = await alice.says('one')
  assert.equal(kinds(turn), 'epoch sealed')
  const more = await alice.says('two')
  assert.equal(kinds(more), 'sealed')
  assert.deepEqual(await bob.hears([...turn, ...more]), ['epoch', 'content: one', 'content: two'])
  assert.equal(kinds(await bob.says('three')), 'epoch sealed')
})

test('[GR3] a read marker is no turn of the talk', async () => {
  const { alice, bob } = await createTalk(createDeterministicCrypto())
  await bob.hears(await alice.says('one'))
  const mark = await bob.marks()
  assert.equal(kinds(mark), 'sealed')
  assert.deepEqual(await alice.hears(mark), ['content: read'])
})

test('[GR4] a new epoch is made after a day and after a thousand messages', async () => {
  const { alice } = await createTalk(createDeterministicCrypto())
  assert.equal(kinds(await alice.says('one')), 'epoch sealed')
  alice.now += REKEY_MILLIS - 1
  assert.equal(kinds(await alice.says('two')), 'sealed')
  alice.now += 1
  assert.equal(kinds(await alice.says('three')), 'epoch sealed')
  for (let said = 1; said < REKEY_MESSAGES; said++) assert.equal(kinds(await alice.says('more')), 'sealed')
  assert.equal(kinds(await alice.says('one too many')), 'epoch sealed')
})

test("[GR4] another's clock does not decide when this device makes a new epoch", async () => {
  const { alice, bob } = await createTalk(createDeterministicCrypto())
  bob.now += 400 * 24 * 3_600_000
  await alice.hears(await bob.says('from the future'))
  assert.equal(kinds(await alice.says('one')), 'epoch sealed')
  alice.now += REKEY_MILLIS
  assert.equal(kinds(await alice.says('two')), 'epoch sealed')
})

test('[GR5] two people who found the conversation at the same moment share one', async () => {
  const { alice, bob } = await createPair(createNodeCrypto())
  const hers = [...(await alice.founds(bob)), ...(await alice.says('from Alice'))]
  const his = [...(await bob.founds(alice)), ...(await bob.says('from Bob'))]
  assert.equal(alice.replica.conversation, bob.replica.conversation)
  assert.deepEqual(await alice.hears(his), ['founded', 'epoch', 'content: from Bob'])
  assert.deepEqual(await bob.hears(hers), ['founded', 'epoch', 'content: from Alice'])
  assert.equal(inForce(alice), inForce(bob))
  const next = await bob.hears(await alice.says('the same thought'))
  assert.equal(next.at(-1), 'content: the same thought')
})

test('[GR6] when both make an epoch at once, both go on, and both send under the same one', async () => {
  const { alice, bob } = await createTalk(createNodeCrypto())
  bob.now += REKEY_MILLIS
  alice.now += REKEY_MILLIS
  const hers = await alice.says('from Alice')
  const his = await bob.says('from Bob')
  assert.deepEqual(await alice.hears(his), ['epoch', 'content: from Bob'])
  assert.deepEqual(await bob.hears(hers), ['epoch', 'content: from Alice'])
  assert.equal(inForce(alice), inForce(bob))
  const smaller = [...hers, ...his]
    .filter(({ kind }) => kind === KIND.epoch)
    .map(({ id }) => id)
    .sort()[0]
  assert.equal(inForce(alice), smaller)
  for (const text of ['and', 'on', 'and', 'on']) {
    assert.ok((await bob.hears(await alice.says(text))).includes(`content: ${text}`))
    assert.ok((await alice.hears(await bob.says(text))).includes(`content: ${text}`))
  }
})
