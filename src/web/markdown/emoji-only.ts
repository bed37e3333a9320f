/** More emoji than these are a text, not a gesture. */
export const LARGE_EMOJI_MAX = 3

/** Whether a message is nothing but one to three emoji: those are shown large and without a bubble. */
export const isEmojiOnly = (text: string): boolean => {
  const trimmed = text.trim()
  if (trimmed.length > 60 || !EMOJI.test(trimmed)) return false
  return [...segmenter.segment(trimmed.replace(/\s/g, ''))].length <= LARGE_EMOJI_MAX
}

const EMOJI = /^(?:\p{RGI_Emoji}|\s)+$/v
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
