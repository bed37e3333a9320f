import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeBindingRequest } from '../../../src/core/stun/message.ts'
import {
  createStunAnswers,
  STUN_ANSWERS_BURST_MAX,
  STUN_ANSWERS_PER_SECOND_MAX,
  STUN_ANSWERS_TOTAL_BURST_MAX,
  STUN_ANSWERS_TOTAL_PER_SECOND_MAX,
  STUN_GROUPS_MAX,
} from '../../../src/link/stun/answers.ts'

const QUESTION = encodeBindingRequest(new Uint8Array(12).fill(7))

const createDesk = () => {
  let now = 0
  const answers = createStunAnswers(() => now)
  /** How many of so many questions are answered. */
  const ask = (count: number, hostOf: (index: number) => string): number => {
    let answered = 0
    for (let index = 0; index < count; index += 1)
      if (answers.answer('udp', QUESTION, { host: hostOf(index), port: 4_000 })) answered += 1
    return answered
  }
  return { ask, counts: answers.counts, pass: (millis: number) => void (now += millis) }
}

const someone = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`

test('[SV203] one address is answered so often, others go on being answered, and time brings it back', () => {
  const { ask, pass, counts } = createDesk()
  assert.equal(
    ask(1_000, () => '192.0.2.1'),
    STUN_ANSWERS_BURST_MAX,
  )
  assert.equal(
    ask(1, () => '192.0.2.2'),
    1,
  )
  pass(1_000)
  assert.equal(
    ask(1_000, () => '192.0.2.1'),
    STUN_ANSWERS_PER_SECOND_MAX,
  )
  const { answered, dropped } = counts()
  assert.deepEqual(
    [answered.udp, dropped],
    [
      STUN_ANSWERS_BURST_MAX + STUN_ANSWERS_PER_SECOND_MAX + 1,
      2_000 - STUN_ANSWERS_BURST_MAX - STUN_ANSWERS_PER_SECOND_MAX,
    ],
  )
})

test('[SV203] an IPv6 address counts as its /64', () => {
  const { ask } = createDesk()
  assert.equal(
    ask(1_000, (index) => `2001:db8:1:2::${index.toString(16)}`),
    STUN_ANSWERS_BURST_MAX,
  )
  assert.equal(
    ask(1, () => '2001:db8:1:3::1'),
    1,
  )
})

test('[SV203] all together are answered so often, however many addresses are invented', () => {
  const { ask, pass } = createDesk()
  assert.equal(ask(20_000, someone), STUN_ANSWERS_TOTAL_BURST_MAX)
  pass(1_000)
  assert.equal(ask(20_000, someone), STUN_ANSWERS_TOTAL_PER_SECOND_MAX)
})

test('[SV203] of those who asked, the one who did so first is forgotten first', () => {
  const { ask, pass } = createDesk()
  const first = (): string => '192.0.2.1'
  assert.equal(ask(1_000, first), STUN_ANSWERS_BURST_MAX)
  ask(STUN_GROUPS_MAX - 1, someone)
  pass(1_000)
  assert.equal(ask(1_000, first), STUN_ANSWERS_PER_SECOND_MAX)
  ask(1, () => '192.0.2.3')
  pass(1_000)
  assert.equal(ask(1_000, first), STUN_ANSWERS_BURST_MAX)
})
