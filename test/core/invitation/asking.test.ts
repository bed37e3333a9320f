import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import {
  ANSWER_BYTES_MAX,
  INTRODUCTION_BYTES_MAX,
  makeAnswer,
  openAnswer,
  openIntroduction,
  readAnswer,
} from '../../../src/core/invitation/answer.ts'
import { makeRequest, openRequest, readRequest, REQUEST_BYTES_MAX } from '../../../src/core/invitation/request.ts'
import { invitationId, invitationMailbox, requestKey } from '../../../src/core/invitation/secret.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { mutated } from '../bytes/mutated.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { NOW, SECRET, somebody, type Somebody } from './world.ts'

const crypto = createNodeCrypto()
const OTHER_SECRET = new Uint8Array(16).fill(9)
const INTRODUCTION = new TextEncoder().encode('the way into the group')

const requestOf = (who: Somebody, ann: Somebody, ciphers: Crypto = crypto, card = who.cardBytes): Promise<Uint8Array> =>
  makeRequest(
    ciphers,
    { deviceSeed: who.deviceSeed, card },
    { invitation: invitationId(SECRET), wanted: ann.person, time: NOW, secret: SECRET },
  )

const opened = async (from: Uint8Array, secret = SECRET, ciphers: Crypto = crypto): Promise<string> => {
  const read = readRequest(from)
  if (!read.ok) return read.refusal.kind
  const request = await openRequest(ciphers, secret, read.value)
  return request.ok ? request.value.card.name : request.refusal.kind
}

test('[IN4] id, mailbox and code of an invitation follow from its secret, and differ from each other', () => {
  const ids = [SECRET, OTHER_SECRET].map(invitationId)
  const keys = [SECRET, OTHER_SECRET].flatMap((each) => [invitationMailbox(each), requestKey(each)])
  const all = [...ids, ...keys.map((each) => Buffer.from(each).toString('hex'))]
  assert.equal(new Set(all).size, 6)
})

test('[IN5] a request says who asks, whom they want and when', async () => {
  const [ann, bob] = [await somebody(crypto, 'Ann', 1), await somebody(crypto, 'Bob', 11)]
  const read = readRequest(await requestOf(bob, ann))
  assert(read.ok)
  assert.deepEqual([read.value.invitation, read.value.time], [invitationId(SECRET), NOW])
  assert.deepEqual(await openRequest(crypto, SECRET, read.value), {
    ok: true,
    value: { invitation: invitationId(SECRET), card: bob.card, wanted: ann.person, time: NOW },
  })
})

test('[IN5] who does not hold the secret cannot ask', async () => {
  const [ann, bob] = [await somebody(crypto, 'Ann', 1), await somebody(crypto, 'Bob', 11)]
  assert.equal(await opened(await requestOf(bob, ann), OTHER_SECRET), 'wrong-code')
})

test('[IN5] nobody asks with the card of another, though they hold the link and the card', async () => {
  const [ann, bob, eve] = [
    await somebody(crypto, 'Ann', 1),
    await somebody(crypto, 'Bob', 11),
    await somebody(crypto, 'Eve', 21),
  ]
  assert.equal(await opened(await requestOf(eve, ann, crypto, bob.cardBytes)), 'bad-signature')
  assert.equal(await opened(await requestOf(eve, ann, crypto, bob.cardBytes.slice(0, -1))), 'bad-card')
})

test('[IN5] no damaged request opens, and none of ten thousand throws', async (t) => {
  const random = 5_002
  t.diagnostic(`seed ${random}`)
  const ciphers = createDeterministicCrypto()
  const [ann, bob] = [await somebody(ciphers, 'Ann', 1), await somebody(ciphers, 'Bob', 11)]
  const valid = await requestOf(bob, ann, ciphers)
  assert(valid.length <= REQUEST_BYTES_MAX)
  assert.equal(await opened(valid, SECRET, ciphers), 'Bob')
  for (const { bytes } of mutated([valid], { seed: random }))
    assert.notEqual(await opened(bytes, SECRET, ciphers), 'Bob')
  assert.equal(await opened(new Uint8Array(REQUEST_BYTES_MAX + 1)), 'malformed')
})

const answerBy = (
  ann: Somebody,
  bob: Somebody,
  ciphers: Crypto = crypto,
  input: Partial<Parameters<typeof makeAnswer>[2]> = {},
): Promise<Uint8Array | undefined> =>
  makeAnswer(
    ciphers,
    { deviceSeed: ann.deviceSeed, card: ann.cardBytes, secret: SECRET },
    { invitation: invitationId(SECRET), newcomer: bob.card, outcome: 'let-in', asked: NOW, ...input },
  )

test('[IN6] an answer says what became of whose request and who decided; its introduction opens for the newcomer alone', async () => {
  const [ann, bob, eve] = [
    await somebody(crypto, 'Ann', 1),
    await somebody(crypto, 'Bob', 11),
    await somebody(crypto, 'Eve', 21),
  ]
  const bytes = await answerBy(ann, bob, crypto, { introduction: INTRODUCTION })
  assert(bytes)
  const newcomer = { person: bob.person, device: bob.device }
  assert.deepEqual(readAnswer(bytes), { ok: true, value: { invitation: invitationId(SECRET), newcomer } })
  const answer = await openAnswer(crypto, SECRET, bytes)
  assert(answer.ok)
  const { outcome, card, asked } = answer.value
  assert.deepEqual([outcome, card, asked, answer.value.newcomer], ['let-in', ann.card, NOW, newcomer])
  assert.deepEqual(await openIntroduction(crypto, answer.value, [eve.cardSeed, bob.cardSeed]), INTRODUCTION)
  assert.equal(await openIntroduction(crypto, answer.value, [eve.cardSeed, ann.cardSeed]), undefined)
  const moved = { ...answer.value, newcomer: { ...newcomer, person: eve.person } }
  assert.equal(await openIntroduction(crypto, moved, [bob.cardSeed]), undefined)
})

test('[IN6] each outcome reads back, and only to be let in comes with an introduction', async () => {
  const [ann, bob] = [await somebody(crypto, 'Ann', 1), await somebody(crypto, 'Bob', 11)]
  for (const outcome of ['let-in', 'used', 'expired', 'revoked', 'not-allowed'] as const) {
    const answer = await openAnswer(crypto, SECRET, (await answerBy(ann, bob, crypto, { outcome })) ?? new Uint8Array())
    assert.equal(answer.ok && answer.value.outcome, outcome)
  }
  const odd = await answerBy(ann, bob, crypto, { outcome: 'used', introduction: INTRODUCTION })
  assert.equal((await openAnswer(crypto, SECRET, odd ?? new Uint8Array())).ok, false)
  const long = { introduction: new Uint8Array(INTRODUCTION_BYTES_MAX + 1) }
  assert.equal(await answerBy(ann, bob, crypto, long), undefined)
  const most = await answerBy(ann, bob, crypto, { introduction: new Uint8Array(INTRODUCTION_BYTES_MAX) })
  assert((most?.length ?? 0) <= ANSWER_BYTES_MAX && (await openAnswer(crypto, SECRET, most ?? new Uint8Array())).ok)
})

test('[IN6] nobody answers in the name of another, nor without the secret', async () => {
  const [ann, bob, eve] = [
    await somebody(crypto, 'Ann', 1),
    await somebody(crypto, 'Bob', 11),
    await somebody(crypto, 'Eve', 21),
  ]
  const kindOf = async (bytes: Uint8Array | undefined, secret = SECRET): Promise<string> => {
    const answer = await openAnswer(crypto, secret, bytes ?? new Uint8Array())
    return answer.ok ? 'read' : answer.refusal.kind
  }
  assert.equal(await kindOf(await answerBy({ ...eve, cardBytes: ann.cardBytes }, bob)), 'bad-signature')
  assert.equal(await kindOf(await answerBy(ann, bob), OTHER_SECRET), 'wrong-code')
  assert.equal(await kindOf(await answerBy({ ...ann, cardBytes: new Uint8Array(9) }, bob)), 'bad-card')
})

test('[IN6] no damaged answer opens, and none of ten thousand throws', async (t) => {
  const random = 5_003
  t.diagnostic(`seed ${random}`)
  const ciphers = createDeterministicCrypto()
  const [ann, bob] = [await somebody(ciphers, 'Ann', 1), await somebody(ciphers, 'Bob', 11)]
  const valid = await answerBy(ann, bob, ciphers, { introduction: INTRODUCTION })
  assert(valid)
  assert.equal((await openAnswer(ciphers, SECRET, valid)).ok, true)
  for (const { bytes } of mutated([valid], { seed: random })) {
    assert.equal((await openAnswer(ciphers, SECRET, bytes)).ok, false)
    readAnswer(bytes)
  }
})
