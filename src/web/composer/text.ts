/** A text with something put where the caret or the selection is. */
export const putIn = (text: string, piece: string, start: number, end: number) => ({
  text: text.slice(0, start) + piece + text.slice(end),
  caret: start + piece.length,
})

/** A text that could not be sent goes before what was written since. */
export const restored = (unsent: string, since: string): string =>
  since.trim() === '' ? unsent : `${unsent}\n${since}`
