/** A line that is typed unseen: what was typed so far, or how it ended. */
export type SecretLine =
  | { readonly at: 'typing'; readonly typed: readonly string[] }
  | { readonly at: 'entered'; readonly text: string }
  /** Ctrl+C or Ctrl+D. */
  | { readonly at: 'given-up' }

/** What is typed beyond this is not taken. */
export const SECRET_CHARACTERS_MAX = 4_096

export const EMPTY_LINE: SecretLine = { at: 'typing', typed: [] }

/** The line after these keys, as a terminal in raw mode sends them. What follows Enter is not looked at. */
export const withKeys = (line: SecretLine, keys: string): SecretLine => {
  if (line.at !== 'typing') return line
  // Arrows and the like come as one sequence; there is nothing to move in a line that nobody sees.
  if (keys.startsWith('\u001b')) return line
  let typed = [...line.typed]
  for (const key of keys)
    switch (key) {
      case '\r':
      case '\n':
        return { at: 'entered', text: typed.join('') }
      case '\u0003':
      case '\u0004':
        return { at: 'given-up' }
      case '\u007f':
      case '\b':
        typed.pop()
        break
      // Ctrl+U, as everywhere in terminals.
      case '\u0015':
        typed = []
        break
      default:
        if (key >= ' ' && typed.length < SECRET_CHARACTERS_MAX) typed.push(key)
    }
  return { at: 'typing', typed }
}
