import { parseWords, tameWords } from '../identity/name.ts'
import type { Result } from '../bytes/result.ts'

export const TITLE_CHARACTERS_MAX = 60
/** What may have so many characters: two units each. */
export const TITLE_UNITS_MAX = TITLE_CHARACTERS_MAX * 2

export type TitleRefusal =
  | { readonly kind: 'title-empty' }
  | { readonly kind: 'title-too-long'; readonly length: number; readonly limit: number }
  | { readonly kind: 'title-forbidden'; readonly character: string }

/** What somebody typed, or claims, as the title of a group: as a nickname, but up to 60 characters long. */
export const parseTitle = (typed: string): Result<string, TitleRefusal> => {
  const words = parseWords(typed, TITLE_CHARACTERS_MAX)
  if (words.ok) return words
  const { refusal } = words
  switch (refusal.kind) {
    case 'empty':
      return { ok: false, refusal: { kind: 'title-empty' } }
    case 'too-long':
      return { ok: false, refusal: { ...refusal, kind: 'title-too-long' } }
    case 'forbidden':
      return { ok: false, refusal: { ...refusal, kind: 'title-forbidden' } }
  }
}

/**
 * The title that a step gives a group, whatever was claimed. Which characters are allowed changes with the version of
 * Unicode that a program knows, and who is in must be the same for everybody: so no step is refused for its words.
 */
export const readTitle = (claimed: string): string => tameWords(claimed, TITLE_CHARACTERS_MAX) || UNTITLED

const UNTITLED = 'Untitled'
