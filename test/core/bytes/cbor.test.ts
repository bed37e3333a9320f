import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode, encode, NESTING_MAX, type Plain } from '../../../src/core/bytes/cbor.ts'
import { fromHex, toHex } from '../../../src/core/bytes/hex.ts'
import { mutated } from './mutated.ts'

const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 6 }),
  ),
})).value

const read = (hex: string): unknown => {
  const decoded = decode(fromHex(hex))
  return decoded.ok ? decoded.value : 'refused'
}

test('[BY1] every value reads back as it was written', () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.deepEqual(decode(encode(value)), { ok: true, value })
    }),
  )
})

test('[BY1] small values have the bytes of RFC 8949', () => {
  assert.equal(toHex(encode([1, 24, 1000, -1, null, true, 'é', new Uint8Array([7])])), '880118181903e820f6f562c3a94107')
  assert.deepEqual(read('880118181903e820f6f562c3a94107'), [1, 24, 1000, -1, null, true, 'é', new Uint8Array([7])])
})

test('[BY2] a second encoding of a value is refused', () => {
  assert.equal(read('01'), 1)
  const others = { 'a longer integer': '1801', 'the float 1.0': 'f93c00', 'the double 1.0': 'fb3ff0000000000000' }
  for (const [what, hex] of Object.entries(others)) assert.equal(read(hex), 'refused', what)
  assert.equal(read('9f01ff'), 'refused', 'an array without a length')
  assert.equal(read('61ff'), 'refused', 'text that is not UTF-8')
  assert.equal(read('64efbbbf61'), 'refused', 'a mark of byte order')
  assert.equal(read('0101'), 'refused', 'bytes left over')
})

test('[BY3] maps, tags, floats, undefined and integers beyond 2^53 are refused', () => {
  for (const hex of ['a0', 'c101', 'f93e00', 'f7', '1b0020000000000001', 'f97e00', 'f98000', 'f8ff', ''])
    assert.equal(read(hex), 'refused', hex)
})

test('[BY3] what is nested too deeply is refused, however deeply', () => {
  const nested = (depth: number): string => '81'.repeat(depth) + '00'
  assert.notEqual(read(nested(NESTING_MAX)), 'refused')
  assert.equal(read(nested(NESTING_MAX + 1)), 'refused')
  assert.equal(read('81'.repeat(700_000) + '00'), 'refused')
  assert.equal(read('9b001fffffffffffff'), 'refused', 'an array that claims to be endless')
  assert.equal(read('5b001fffffffffffff'), 'refused', 'bytes that claim to be endless')
})

test('[BY4] of ten thousand damaged inputs none throws, and what is read has those very bytes', (t) => {
  const seed = 4_001
  t.diagnostic(`seed ${seed}`)
  const valid = fc.sample(plain, { seed, numRuns: 200 }).map(encode)
  let accepted = 0
  for (const { bytes } of mutated(valid, { seed })) {
    const decoded = decode(bytes)
    if (!decoded.ok) continue
    accepted += 1
    assert.equal(toHex(encode(decoded.value)), toHex(bytes))
  }
  assert.ok(accepted > 100, 'some damaged inputs are other values')
})
