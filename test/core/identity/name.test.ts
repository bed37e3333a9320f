import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lookOf, parseName } from '../../../src/core/identity/name.ts'
import { tagOf, TAG_CHARACTERS } from '../../../src/core/identity/tag.ts'

const parsed = (typed: string): string => {
  const name = parseName(typed)
  return name.ok ? name.value : name.refusal.kind
}

test('[ID5] a name is trimmed, has single spaces and one form of each letter', () => {
  assert.equal(parsed('  Ann   Lee\t'), 'Ann Lee')
  assert.equal(parsed('Jose\u0301'), 'José')
  for (const name of ['X', '李', '👩‍🚀', "Søren O'Neill-Šnajdr", 'نور', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '7']) assert.equal(parsed(name), name)
})

test('[ID5] a name has one to forty characters', () => {
  assert.equal(parsed('é'.repeat(40)), 'é'.repeat(40))
  assert.equal(parsed('x'.repeat(41)), 'name-too-long')
  assert.equal(parsed('x'.repeat(10_000_000)), 'name-too-long')
  for (const empty of ['', '   ', '\u200d', '\ufe0f', '\u2800', '\u0301'])
    assert.equal(parsed(empty), 'name-empty', JSON.stringify(empty))
})

test('[PE300] a name that is too long is told its length in the characters that the limit counts', () => {
  const lengthOf = (typed: string): number | undefined => {
    const name = parseName(typed)
    return !name.ok && name.refusal.kind === 'name-too-long' ? name.refusal.length : undefined
  }
  assert.equal(lengthOf('🌲'.repeat(41)), 41)
  assert.equal(lengthOf('e\u0301'.repeat(41)), 41)
  assert.equal(lengthOf(` ${'x'.repeat(41)}   `), 41)
  // Longer than could ever fit.
  assert.equal(lengthOf('🌲'.repeat(1_000)), 1_000)
})

test('[ID6] control, invisible and direction-changing characters are refused and named', () => {
  for (const code of [
    0, 7, 0x1b, 0x7f, 0x85, 0xad, 0x200b, 0x200e, 0x202e, 0x2028, 0x2066, 0xfeff, 0xd800, 0xe000, 0x3164, 0xfff9,
    0xfdd0, 0xffff,
  ]) {
    const name = parseName(`A${String.fromCharCode(code)}B`)
    const expected = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    assert.equal(!name.ok && name.refusal.kind === 'name-forbidden' && name.refusal.character, expected)
  }
})

test('[ID12] a character that only a later Unicode assigns is allowed, also alone', () => {
  for (const name of ['Ann \u{3FFFD}', '\u{1FAFD}\u{1FADA}', '\u{3FFFD}']) assert.equal(parsed(name), name)
})

test('[ID5] what was parsed once is the same when parsed again, and nothing throws', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom(' ', '\t', 'a', '\u0301', '\u200d', '\u00a0', 'ﬁ', '\u1100', '\u1161', '\ud83d'),
      maxLength: 60,
    }),
  )
  fc.assert(
    fc.property(typed, (text) => {
      const once = parseName(text)
      if (once.ok) assert.equal(parsed(once.value), once.value)
    }),
    { numRuns: 10_000 },
  )
})

test('[ID7] names that look alike have one look', () => {
  for (const [one, other] of [
    ['Alice', 'Аlісе'],
    ['paul', 'pauI'],
    ['modern', 'modem'],
    ['José', 'jose'],
    ['ａｎｎ', 'Ann'],
    ['B0b', 'Bob'],
  ])
    assert.equal(lookOf(one ?? ''), lookOf(other ?? ''), `${one} ${other}`)
  assert.notEqual(lookOf('Ann'), lookOf('Anna'))
})

test('[ID8] a tag is six letters and digits of the key, without those that are mistaken for others', () => {
  const tags = Array.from({ length: 500 }, (_, at) => tagOf(at.toString(16).padStart(64, '0')))
  for (const tag of tags) assert.match(tag, new RegExp(`^[0-9a-hjkmnp-tv-z]{${TAG_CHARACTERS}}$`))
  assert.equal(new Set(tags).size, 500)
  assert.equal(tagOf('00'.repeat(32)), tags[0])
})
