import { isVisible } from '../../core/timeline/visible.ts'
import { plainText } from './parse.ts'

/** What is seen of a text on one line, or that nothing is. */
export const seenText = (text: string): string => {
  const words = plainText(text)
  return isVisible(words) ? words : 'Nothing to see'
}
