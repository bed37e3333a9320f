import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTheory, nameOf, pairOf, PAIRS } from './pairs.ts'
import { SIDES } from './sides.ts'

const relayed = PAIRS.filter((each) => inTheory(each) === 'relayed').map(nameOf)

test('[LB3] in theory all are direct but two symmetric ones, a symmetric one with a strict one, and those cut off', () => {
  const sharesNoFamily = SIDES.filter((side) => !['ipv6-firewalled', 'dual-stack', 'tcp-to-server-only'].includes(side))
  const expected = [
    'no-hairpin',
    ...SIDES.map((side) => `${side}+tcp-to-server-only`),
    ...sharesNoFamily.map((side) => `${side}+ipv6-firewalled`),
    ...['symmetric', 'port-restricted', 'carrier-grade', 'no-calls-at-once', 'udp-blocked', 'dual-stack'].map(
      (side) => `symmetric+${side}`,
    ),
  ]
  assert.deepEqual(relayed.toSorted(), expected.map((each) => nameOf(pairOf(each) ?? 'same-lan')).toSorted())
})

test('[LB3] a pair is the same whichever of its sides is named first', () => {
  assert.deepEqual(pairOf('symmetric+public'), pairOf('public+symmetric'))
  assert.equal(pairOf('symmetric'), undefined)
  assert.equal(new Set(PAIRS.map(nameOf)).size, PAIRS.length)
})
