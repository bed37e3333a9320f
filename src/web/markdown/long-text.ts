/** Beyond these a message is shown cut, with a button for the rest: one message must not fill the screen or hold it up. */
export const SHOWN_CHARACTERS_MAX = 2_000
export const SHOWN_LINES_MAX = 30

/** The beginning of a long text, cut at a line or a word; `undefined` when all of it is shown. */
export const beginningOf = (text: string): string | undefined => {
  const lines = text.split('\n', SHOWN_LINES_MAX + 1)
  const few = lines.length > SHOWN_LINES_MAX ? lines.slice(0, SHOWN_LINES_MAX).join('\n') : text
  if (few.length <= SHOWN_CHARACTERS_MAX) return few.length === text.length ? undefined : few
  const cut = few.slice(0, SHOWN_CHARACTERS_MAX)
  const word = cut.search(/\s\S*$/)
  // A lone half of a surrogate pair at the end would show as a broken character.
  return (word > SHOWN_CHARACTERS_MAX / 2 ? cut.slice(0, word) : cut.replace(/[\uD800-\uDBFF]$/, '')).trimEnd()
}
