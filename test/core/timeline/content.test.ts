import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from '../../../src/core/bytes/cbor.ts'
import {
  encodeContent,
  isEmoji,
  parseText,
  parseTyped,
  readContent,
  type Content,
} from '../../../src/core/timeline/content.ts'
import { TEXT_BYTES_MAX } from '../../../src/core/timeline/size.ts'
import { mutated } from '../bytes/mutated.ts'

const target = 'ab'.repeat(32)

const contents: readonly Content[] = [
  { kind: 'text', text: 'Grüße\n\tund 👩‍👩‍👧', reply: null },
  { kind: 'text', text: 'x', reply: target },
  { kind: 'edit', target, text: 'better' },
  { kind: 'delete', target },
  { kind: 'reaction', target, emoji: '👍🏽', on: true },
  { kind: 'profile', name: 'Ann', was: 'Anna' },
  { kind: 'read', upTo: [[target, 7]] },
  { kind: 'again', target, plaintext: Uint8Array.of(1, 2) },
  {
    kind: 'introduction',
    conversation: target,
    founding: Uint8Array.of(1),
    title: 'Family',
    mailbox: new Uint8Array(32),
    listings: [Uint8Array.of(2), Uint8Array.of(3)],
  },
  { kind: 'introduction', conversation: target, founding: Uint8Array.of(1), title: 'x', mailbox: null, listings: [] },
  { kind: 'history', conversation: target, contents: [[target, Uint8Array.of(1, 2)]] },
  { kind: 'shared', with: target, days: 7, count: 3 },
  { kind: 'shared', with: target, days: null, count: 0 },
  { kind: 'invitation', secret: new Uint8Array(16), history: { share: 'none' } },
  { kind: 'invitation', secret: new Uint8Array(16), history: { share: 'days', days: 30 } },
  { kind: 'invitation', secret: new Uint8Array(16), history: { share: 'all' } },
]

const parsed = (typed: string): string => {
  const text = parseText(typed)
  return text.ok ? text.value : text.refusal.kind
}

test('[TL1] every content reads back as it was written', () => {
  for (const content of contents) assert.deepEqual(readContent(encodeContent(content)), content)
})

test('[TL1] content of a later version is kept as something newer', () => {
  assert.deepEqual(readContent(encode([42, 'a poll'])), { kind: 'newer', number: 42 })
})

test('[TL2] no damaged content throws, and none that is read breaks the rules', (t) => {
  const seed = 2_002
  t.diagnostic(`seed ${seed}`)
  for (const { bytes } of mutated(contents.map(encodeContent), { seed })) {
    const content = readContent(bytes)
    if (content?.kind === 'text' || content?.kind === 'edit') assert.equal(parsed(content.text), content.text)
    if (content?.kind === 'reaction') assert.equal(isEmoji(content.emoji), true)
    if (content && content.kind !== 'newer') assert.deepEqual(encodeContent(content), bytes)
  }
})

test('[TL3] a text loses blank lines before it and white space after it, and nothing else', () => {
  assert.equal(parsed('  \n\n  indented\n\nbelow  \n '), '  indented\n\nbelow')
  assert.equal(parsed('a\r\nb\rc'), 'a\nb\nc')
  assert.equal(parsed('\uFEFFmarked'), 'marked')
  assert.equal(parsed('half \ud83d'), 'half \ufffd')
  for (const nothing of ['', '   ', '\n\t\n', '\uFEFF', '\u00a0\u2003']) assert.equal(parsed(nothing), 'text-empty')
})

test('[TL3] a text in which nothing is seen is refused where it is typed, and read where it was said', () => {
  for (const nothing of ['\u200B', '\u2800 \u2800', '\u00AD', '\u202E\u2066']) {
    assert.equal(parseTyped(nothing).ok, false)
    assert.equal(parseText(nothing).ok, true)
  }
  assert.deepEqual(parseTyped('👩‍🚀'), { ok: true, value: '👩‍🚀' })
})

test('[TL3] what was parsed once is the same when parsed again, and survives being sent', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\uFEFF', 'a', '\t', '\ud800') }),
  )
  fc.assert(
    fc.property(typed, (text) => {
      const once = parseText(text)
      if (!once.ok) return
      assert.equal(parsed(once.value), once.value)
      const content: Content = { kind: 'text', text: once.value, reply: null }
      assert.deepEqual(readContent(encodeContent(content)), content)
    }),
    { numRuns: 10_000 },
  )
})

test('[TL4] a text has at most 64 KiB of UTF-8', () => {
  assert.equal(parsed('a'.repeat(TEXT_BYTES_MAX)).length, TEXT_BYTES_MAX)
  assert.equal(parsed('a'.repeat(TEXT_BYTES_MAX + 1)), 'text-too-long')
  assert.equal(parsed('é'.repeat(TEXT_BYTES_MAX / 2 + 1)), 'text-too-long')
  assert.equal(parsed('é'.repeat(50_000_000)), 'text-too-long')
})

test('[TL4] reading a text takes no longer for the white space inside it', () => {
  // An expression that backtracks squares the length: then this test takes an hour, not a moment.
  for (const blank of [' ', '\n', '\t ', '\u00a0'])
    for (let round = 0; round < 200; round++) assert.equal(parsed(`a${blank.repeat(30_000)}b`).at(-1), 'b')
})

test('[TL5] a reaction is one emoji', () => {
  for (const emoji of ['👍', '❤️', '👩‍👩‍👧', '🏳️‍🌈', '🇩🇪', '👍🏽', '©️']) assert.equal(isEmoji(emoji), true, emoji)
  for (const other of ['', 'a', '1', '👍👍', '👍 ', '\u200d', '<b>', '👍'.repeat(40)])
    assert.equal(isEmoji(other), false, other)
  // What no Unicode has joined so far, and places that are kept for emoji to come.
  for (const later of ['🐈‍🚀', '🧙🏽‍🐈', '\u{1FAFD}', '\u{1FADA}\uFE0F']) assert.equal(isEmoji(later), true, later)
  for (const other of ['🐈‍', '‍🐈', '🐈‍a', '🐈🚀']) assert.equal(isEmoji(other), false, other)
})
