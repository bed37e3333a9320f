/** A text that could not be sent goes before what was written since. */
export const restored = (unsent: string, since: string): string =>
  since.trim() === '' ? unsent : `${unsent}\n${since}`
