import { TEXT_CHARACTERS_MAX } from '../../api/wire.ts'
import { TEXT_BYTES_MAX } from '../../core/timeline/size.ts'
import { refusalWords } from '../../view/refusal-words.ts'

/** Words for a text that is too long, and nothing otherwise: said before anything is sent. The peer decides. */
export const sizeTrouble = (text: string): string | undefined => {
  // A UTF-16 unit is at most three bytes of UTF-8: nearly every text is answered without counting.
  if (text.length * 3 <= TEXT_BYTES_MAX) return undefined
  const bytes = new TextEncoder().encode(text).length
  if (bytes <= TEXT_BYTES_MAX) return undefined
  const words = refusalWords({ kind: 'text-too-long', bytes, limit: TEXT_BYTES_MAX })
  return text.length > TEXT_CHARACTERS_MAX ? `${words} Until then nothing but this window keeps it.` : words
}
