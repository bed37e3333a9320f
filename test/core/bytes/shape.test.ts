import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHex } from '../../../src/core/bytes/hex.ts'
import { bool, bytes, hex, list, literal, nullable, text, tuple, uint } from '../../../src/core/bytes/shape.ts'

test('[BY5] a shape reads what fits it', () => {
  const shape = tuple(literal(1), hex(2), nullable(uint(9)), list(text(3), 2), bool, bytes(1, 2))
  const value = shape([1, Uint8Array.of(0xab, 0xcd), null, ['abc', ''], true, Uint8Array.of(5)])
  assert.deepEqual(value, [1, 'abcd', null, ['abc', ''], true, Uint8Array.of(5)])
})

test('[BY5] a shape refuses every value beyond its limits', () => {
  const refused: readonly unknown[] = [
    uint(9)(10),
    uint()(-1),
    uint()('1'),
    bytes(1, 2)(new Uint8Array(3)),
    bytes(1, 2)(new Uint8Array(0)),
    hex(2)(new Uint8Array(3)),
    text(3)('abcd'),
    list(bool, 2)([true, true, true]),
    list(bool, 2)([true, 1]),
    tuple(bool)([]),
    tuple(bool)([true, true]),
    tuple(bool)(null),
    nullable(bool)(0),
    literal('direct')('group'),
    bool(undefined),
  ]
  assert.deepEqual(
    refused,
    refused.map(() => undefined),
  )
})

test('[BY5] hexadecimal text has one form', () => {
  assert.equal(isHex('00ff', 2), true)
  for (const text of ['00FF', '00f', '00fg', '00ff0', '', 7, undefined]) assert.equal(isHex(text, 2), false)
})
