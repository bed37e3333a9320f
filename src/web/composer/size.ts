import { refusalWords } from '../../view/refusal-words.ts'

/** What a message may hold, as UTF-8. The peer decides; this says so before anything is sent. */
export const TEXT_BYTES_MAX = 64 * 1024

/** Words for a text that is too long, and nothing otherwise. */
export const sizeTrouble = (text: string): string | undefined => {
  // A UTF-16 unit is at most three bytes of UTF-8: nearly every text is answered without counting.
  if (text.length * 3 <= TEXT_BYTES_MAX) return undefined
  const bytes = new TextEncoder().encode(text).length
  return bytes > TEXT_BYTES_MAX ? refusalWords({ kind: 'text-too-long', bytes, limit: TEXT_BYTES_MAX }) : undefined
}
