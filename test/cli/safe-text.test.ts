import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { jsonLine, printable, printableLines } from '../../src/cli/safe-text.ts'

// What a terminal may obey, or a reader be fooled by: controls, escape, deletions, C1, direction marks, separators.
const DANGEROUS = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe0fff],
] as const

const dangersIn = (text: string): readonly string[] =>
  [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0
    return DANGEROUS.some(([first, last]) => code >= first && code <= last)
  })

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b[31m',
      '\u001b]0;title\u0007',
      '\u009b2J',
      '\u202e',
      '\u2066',
      '\ufff9',
      '\r',
      '\n',
      '\b',
      '\u0000',
      '\ud800',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})

test('[CL5] whatever somebody writes, nothing that a terminal obeys is printed', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      assert.deepEqual(dangersIn(printable(text)), [])
      for (const line of printableLines(text)) assert.deepEqual(dangersIn(line), [])
    }),
    { numRuns: 10_000 },
  )
})

test('[CL5] JSON is printed as safely, and reads back as it was', () => {
  fc.assert(
    fc.property(fc.record({ text: hostile, other: fc.jsonValue() }), (value) => {
      const line = jsonLine(value)
      assert.deepEqual(dangersIn(line), [])
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 10_000 },
  )
})

test('[CL5] an escape sequence is written out, and plain text, accents and emoji stay as they are', () => {
  assert.equal(printable('\u001b[2Jgone'), '\\u{1b}[2Jgone')
  assert.equal(printable('abc\u202Efdp.exe'), 'abc\\u{202e}fdp.exe')
  for (const text of ['Zoë', 'नमस्ते', '你好', 'שלום', '👩‍👩‍👧', '❤️', 'a  b']) assert.equal(printable(text), text)
})

test('[CL5] a message’s lines come apart whatever breaks them', () => {
  assert.deepEqual(printableLines('a\nb\r\nc\rd\u2028e'), ['a', 'b', 'c', 'd', 'e'])
})
