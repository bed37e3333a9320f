/** Longer words are known by their beginning. */
export const WORD_UNITS_MAX = 64

/** Words of a search beyond these are not looked at. */
export const SEARCH_WORDS_MAX = 32

/**
 * The words of a text as search compares them: runs of letters, digits and their marks, without case and accents.
 * Chinese and Japanese are written without spaces, so there each character is a word. Every store takes its words from
 * here, so all of them find the same lines; what is in an index was written by an earlier version of this function.
 */
export const wordsOf = (text: string): readonly string[] =>
  (fold(text).match(WORD) ?? []).map((word) => word.slice(0, WORD_UNITS_MAX))

/** What is looked for: all of `whole`, and a word that begins with `beginning`; `undefined` for a text of no words. */
type Sought = { readonly whole: readonly string[]; readonly beginning: string }

export const soughtIn = (text: string): Sought | undefined => {
  const words = wordsOf(text).slice(0, SEARCH_WORDS_MAX)
  const beginning = words.at(-1)
  return beginning === undefined ? undefined : { whole: words.slice(0, -1), beginning }
}

export const isFoundIn = ({ whole, beginning }: Sought, words: readonly string[]): boolean =>
  whole.every((word) => words.includes(word)) && words.some((word) => word.startsWith(beginning))

// A final sigma is the same letter, and which of the two comes out of lower-casing depends on what follows it.
const fold = (text: string): string => text.normalize('NFKD').toLowerCase().replace(ACCENT, '').replaceAll('ς', 'σ')

/** The general combining marks; the vowel signs of other scripts carry meaning and stay. */
const ACCENT = /[\u0300-\u036f]/g

// These scripts have signs, too, that are not letters, such as the radicals that dictionaries are ordered by.
const WORD =
  /[[\p{L}\p{N}\p{M}]&&[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]|[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv
