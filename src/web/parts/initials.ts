export const HUES = 12

/** One or two letters to know somebody by: of the first and the last word, or the first of a single one. */
export const initialsOf = (name: string): string => {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}\p{S}\p{P}]/u.test(word))
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? name]
  return picked.map((word) => firstOf(word ?? '')).join('')
}

/** The same colour for a person on every screen. */
export const hueOf = (id: string): number => {
  let sum = 0
  for (const character of id.slice(0, 16)) sum = (sum * 31 + character.charCodeAt(0)) % 9973
  return sum % HUES
}

const firstOf = (word: string): string => {
  const first = graphemes.segment(word)[Symbol.iterator]().next().value?.segment ?? ''
  return first.toLocaleUpperCase('en')
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
