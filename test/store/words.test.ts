import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SEARCH_WORDS_MAX, soughtIn, WORD_UNITS_MAX, wordsOf } from '../../src/store/words.ts'

test('[ST46] a very long word is known by its beginning, and a very long search by its first words', () => {
  const long = 'a'.repeat(100_000)
  assert.deepEqual(wordsOf(`${long} b`), ['a'.repeat(WORD_UNITS_MAX), 'b'])
  assert.equal(soughtIn('word '.repeat(10_000))?.whole.length, SEARCH_WORDS_MAX - 1)
})

test('[ST40] words are the same in capitals and in small letters, composed and decomposed', () => {
  const letters = fc.constantFrom(...'aäzßéøñσςλжйЁ1٣ạ̈가힣', ' ', '-', '\u{1d400}', 'ﬁ')
  fc.assert(
    fc.property(
      fc.array(letters).map((each) => each.join('')),
      (text) => {
        const words = wordsOf(text)
        assert.deepEqual(wordsOf(text.normalize('NFD')), words)
        assert.deepEqual(wordsOf(text.normalize('NFC').toLowerCase()), words)
        assert.deepEqual(wordsOf(text.replaceAll('ß', '').toUpperCase()), wordsOf(text.replaceAll('ß', '')))
      },
    ),
  )
})

test('[ST40] a word is letters, digits and their marks, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const word of wordsOf(text)) assert.match(word, /^[\p{L}\p{N}\p{M}\p{Cs}]+$/u)
    }),
  )
})
