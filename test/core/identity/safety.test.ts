import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  compareScanned,
  SAFETY_DIGITS,
  SAFETY_ROUNDS,
  safetyCode,
  safetyDigits,
} from '../../../src/core/identity/safety.ts'

const [ANN, BOB, CAROL, EVE] = ['aa', 'bb', 'cc', 'ee'].map((each) => each.repeat(32)) as [
  string,
  string,
  string,
  string,
]
const isKnown = (person: string): boolean => [BOB, CAROL].includes(person)

const scan = (code: string): string => {
  const result = compareScanned(code, { me: ANN, them: BOB, isKnown })
  if (result.ok) return 'same'
  return result.refusal.kind === 'safety-mismatch' ? `mismatch, other ${result.refusal.other}` : 'unreadable'
}

test('[SN1] both sides see the same sixty digits, and any other key changes them', () => {
  const digits = safetyDigits(ANN, BOB)
  assert.match(digits, /^\d{60}$/)
  assert.equal(digits.length, SAFETY_DIGITS)
  assert.equal(safetyDigits(BOB, ANN), digits)
  assert.notEqual(safetyDigits(ANN, EVE), digits)
})

test('[SN1] the digits are those of 5,200 rounds of SHA-512 over each key, the smaller key first', () => {
  const half = (person: string): string => {
    const key = Buffer.from(person, 'hex')
    let hash: Buffer = Buffer.concat([Buffer.from('kith safety 1'), key])
    for (let round = 0; round < SAFETY_ROUNDS; round++) hash = createHash('sha512').update(hash).update(key).digest()
    const groups = [0, 5, 10, 15, 20, 25].map((at) => (hash.readUIntBE(at, 5) % 100_000).toString().padStart(5, '0'))
    return groups.join('')
  }
  assert.equal(safetyDigits(BOB, ANN), half(ANN) + half(BOB))
})

test('[SN2] the code on their screen agrees exactly when each has the other’s key', () => {
  assert.equal(scan(safetyCode(BOB, ANN)), 'same')
  assert.equal(scan(`  ${safetyCode(BOB, ANN)}\n`), 'same')
})

test('[SN2] a code that plainly is about somebody else is told from one that warns of somebody between us', () => {
  assert.deepEqual(
    [
      [ANN, BOB],
      [CAROL, ANN],
      [BOB, CAROL],
      [EVE, ANN],
      [BOB, EVE],
      [EVE, EVE],
    ].map(([shower = '', about = '']) => scan(safetyCode(shower, about))),
    [
      'mismatch, other true',
      'mismatch, other true',
      'mismatch, other true',
      'mismatch, other false',
      'mismatch, other false',
      'mismatch, other false',
    ],
  )
})

test('[SN2] whatever else is scanned is unreadable, and nothing throws', () => {
  for (const text of ['', 'kith-safety:', 'kith:abc', safetyCode(BOB, ANN).slice(0, -2), 'x'.repeat(100_000)])
    assert.equal(scan(text), 'unreadable', text.slice(0, 80))
  const valid = safetyCode(BOB, ANN)
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, added, removed) => {
      const text = valid.slice(0, at) + added + valid.slice(at + removed)
      if (text.trim() !== valid) assert.notEqual(scan(text), 'same')
    }),
    { numRuns: 10_000 },
  )
})
