/**
 * Text of other people, made safe for a terminal: whatever moves the cursor, changes colours, turns the direction of
 * writing or hides itself is written out as `\u{1b}`. Joiners stay, because emoji and some scripts are spelled with them.
 */
export const printable = (text: string): string => text.replace(/\t/g, '  ').replace(UNSAFE, written)

/** The same, line by line: a message may have several, and each can be put where it belongs. */
export const printableLines = (text: string): readonly string[] =>
  text.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/).map(printable)

/** A value as one line of JSON that is safe to print: what `printable` writes out is escaped as JSON does. */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(value).replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at)).padStart(4, '0')}`).join(
      '',
    ),
  )

// Controls (C0 and C1: some terminals obey both), lone surrogates, line and paragraph separators, and all that is
// format or invisible: direction marks, tags, fillers.
const UNSAFE =
  /(?!\u{200C}|\u{200D}|[\u{FE00}-\u{FE0F}])[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const written = (character: string): string => `\\u{${hex(character.codePointAt(0) ?? 0)}}`

const hex = (code: number): string => code.toString(16)
