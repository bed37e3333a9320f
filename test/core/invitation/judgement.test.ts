import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ANSWER_MILLIS_MAX,
  stepJoining,
  type Joining,
  type JoiningInput,
} from '../../../src/core/invitation/joining.ts'
import { judge, stateOf, type Terms } from '../../../src/core/invitation/judgement.ts'
import { NOW } from './world.ts'

const TERMS: Terms = { uses: 1, used: 0, expires: NOW + 1_000, revoked: false }
const BOB = { isIn: false, isKeptOut: false }

test('[IN7] somebody is let in until the invitation is used up, expired or revoked', () => {
  assert.deepEqual(
    [
      judge(TERMS, BOB, NOW),
      judge({ ...TERMS, used: 1 }, BOB, NOW),
      judge(TERMS, BOB, NOW + 1_000),
      judge({ ...TERMS, revoked: true, used: 1 }, BOB, NOW + 1_000),
      judge(TERMS, { ...BOB, isKeptOut: true }, NOW),
    ],
    ['let-in', 'used', 'expired', 'revoked', 'not-allowed'],
  )
})

test('[IN7] who asks again after being let in is let in again, which takes no further use', () => {
  const again = { ...BOB, isIn: true }
  for (const terms of [
    { ...TERMS, used: 1 },
    { ...TERMS, revoked: true },
  ])
    assert.equal(judge(terms, again, NOW), 'let-in')
  assert.equal(judge(TERMS, again, NOW + 1_000_000), 'let-in')
})

test('[IN7] however many people ask and in whatever order, at most `uses` of them are let in', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(9)), (uses, asking) => {
      const admitted = new Set<number>()
      for (const each of asking) {
        const newcomer = { ...BOB, isIn: admitted.has(each) }
        const outcome = judge({ ...TERMS, uses, used: admitted.size }, newcomer, NOW)
        assert.equal(outcome, admitted.has(each) || admitted.size < uses ? 'let-in' : 'used')
        if (outcome === 'let-in') admitted.add(each)
      }
      assert(admitted.size <= uses)
    }),
  )
})

test('[IN7] the list says how an invitation stands', () => {
  assert.deepEqual(
    [TERMS, { ...TERMS, used: 1 }, { ...TERMS, expires: NOW }, { ...TERMS, used: 1, revoked: true }].map((each) =>
      stateOf(each, NOW),
    ),
    ['open', 'used', 'expired', 'revoked'],
  )
})

const LINK = { expires: NOW }
const after = (...inputs: readonly JoiningInput[]): Joining =>
  inputs.reduce<Joining>((joining, input) => stepJoining(joining, input, LINK), { at: 'waiting' })
const ENTERED = { kind: 'entered', conversation: 'c' } as const

test('[IN8] who waits is let in, or told why not', () => {
  assert.deepEqual(after(ENTERED), { at: 'in', conversation: 'c' })
  assert.deepEqual(after({ kind: 'refused', because: 'revoked' }), { at: 'refused', because: 'revoked' })
  assert.deepEqual(after({ kind: 'clock', now: NOW + ANSWER_MILLIS_MAX - 1 }), { at: 'waiting' })
  assert.deepEqual(after({ kind: 'clock', now: NOW + ANSWER_MILLIS_MAX }), { at: 'refused', because: 'expired' })
})

test('[IN8] to be let in wins over every refusal, and nothing takes it back but the group itself', () => {
  const refused = { kind: 'refused', because: 'used' } as const
  assert.equal(after(refused, ENTERED).at, 'in')
  assert.equal(after(ENTERED, refused, { kind: 'clock', now: NOW + ANSWER_MILLIS_MAX }).at, 'in')
})

test('[IN8] who was let in together with one too many is told that the invitation was used', () => {
  assert.deepEqual(after(ENTERED, { kind: 'crowded-out' }), { at: 'refused', because: 'used' })
  assert.deepEqual(after({ kind: 'crowded-out' }), { at: 'waiting' })
})
