import { accept, refuse, type Result } from '../bytes/result.ts'

declare const NAME: unique symbol
/** A nickname that was checked: 1 to 40 characters, trimmed, NFC, nothing invisible or direction-changing in it. */
export type Name = string & { readonly [NAME]: true }

export const NAME_CHARACTERS_MAX = 40

export type NameRefusal =
  | { readonly kind: 'name-empty' }
  | { readonly kind: 'name-too-long'; readonly length: number; readonly limit: number }
  | { readonly kind: 'name-forbidden'; readonly character: string }

/** What somebody typed, or claims, as a name. Runs of white space become one space. Length counts code points. */
export const parseName = (typed: string): Result<Name, NameRefusal> => {
  const words = parseWords(typed, NAME_CHARACTERS_MAX)
  if (words.ok) return accept(words.value as Name)
  const { refusal } = words
  switch (refusal.kind) {
    case 'empty':
      return refuse({ kind: 'name-empty' })
    case 'too-long':
      return refuse({ ...refusal, kind: 'name-too-long' })
    case 'forbidden':
      return refuse({ ...refusal, kind: 'name-forbidden' })
  }
}

export type WordsRefusal =
  | { readonly kind: 'empty' }
  | { readonly kind: 'too-long'; readonly length: number; readonly limit: number }
  | { readonly kind: 'forbidden'; readonly character: string }

/** One line of a few words that others will see: a name, a title. */
export const parseWords = (typed: string, charactersMax: number): Result<string, WordsRefusal> => {
  // What comes from a stranger may be long: look at no more of it than could ever fit.
  const start = typed.slice(0, charactersMax * 16)
  const forbidden = start.match(UNWANTED)?.find((character) => !isSpelling(character))
  if (forbidden !== undefined) return refuse({ kind: 'forbidden', character: codePoint(forbidden) })
  const words = start
    .normalize('NFC')
    .replace(/\p{White_Space}+/gu, ' ')
    .trim()
  if (!VISIBLE.test(words)) return refuse({ kind: 'empty' })
  const length = start.length < typed.length ? charactersIn(typed) : charactersIn(words)
  if (length > charactersMax) return refuse({ kind: 'too-long', length, limit: charactersMax })
  return accept(words)
}

/** Counted one by one: a list of them would be many times as large as a long text. */
const charactersIn = (words: string): number => {
  let count = 0
  for (const _ of words) count++
  return count
}

/** The same of words that somebody else wrote and that have to be shown, whatever they are; empty if nothing is left. */
export const tameWords = (claimed: string, charactersMax: number): string => {
  const allowed = claimed.replace(UNWANTED, (character) => (isSpelling(character) ? character : ''))
  const words = parseWords([...allowed.normalize('NFC')].slice(0, charactersMax).join(''), charactersMax)
  return words.ok ? words.value : ''
}

/** Two names with the same look are shown with their tags: case, accents, width and common twins do not count. */
export const lookOf = (name: string): string =>
  [
    ...name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[\p{M}\p{White_Space}\p{Default_Ignorable_Code_Point}]/gu, ''),
  ]
    .map((character) => TWINS.get(character) ?? character)
    .join('')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')

/**
 * Control characters, line separators, lone surrogates, private ones and those that never will be any, and whatever is
 * invisible or turns the direction of text. What is not assigned yet is allowed: to somebody with a newer program it is.
 */
const UNWANTED = /[\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** What emoji and some scripts are spelled with: joiners, variation selectors, the tags of flags; and white space. */
const isSpelling = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0
  return ' \t\n\r\u200C\u200D\uFE0E\uFE0F'.includes(character) || (code >= 0xe0020 && code <= 0xe007f)
}

const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}\p{Cn}]/u

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** Letters of other scripts and digits that look like a Latin letter (after Unicode TR 39, the everyday ones). */
const TWINS = new Map(
  Object.entries({
    а: 'a',
    е: 'e',
    о: 'o',
    р: 'p',
    с: 'c',
    у: 'y',
    х: 'x',
    і: 'i',
    ј: 'j',
    ѕ: 's',
    һ: 'h',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    в: 'b',
    к: 'k',
    м: 'm',
    н: 'h',
    т: 't',
    г: 'r',
    α: 'a',
    β: 'b',
    ε: 'e',
    η: 'n',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    γ: 'y',
    ı: 'i',
    ɑ: 'a',
    ɡ: 'g',
    ⅼ: 'l',
    '0': 'o',
    '1': 'i',
    l: 'i',
    '|': 'i',
    '5': 's',
    ß: 'b',
    ø: 'o',
    đ: 'd',
    ł: 'i',
    ħ: 'h',
  }),
)
