import { clockWords, dayOf, momentWords, type Place } from '../../view/time-words.ts'
import type { LineView } from '../../view/view.ts'

type Message = LineView & { readonly kind: 'message' }

/** Several messages as plain text: who said each of them when, with the day where they are of several. */
export const copiedText = (
  lines: readonly LineView[],
  nameOf: (person: string) => string,
  place: Place = {},
): string | undefined => {
  const messages = lines.filter((line): line is Message => line.kind === 'message')
  if (messages.length < 2) return undefined
  const isOneDay = new Set(messages.map(({ at }) => dayOf(at, place))).size === 1
  const when = isOneDay ? clockWords : momentWords
  return messages.map(({ person, at, text }) => `${nameOf(person)}, ${when(at, place)}: ${text}`).join('\n')
}

/** The ids of the first and the last message of which something is selected. */
export const selectedEnds = (list: HTMLElement, selection: Selection | null): readonly [string, string] | undefined => {
  if (selection === null || selection.rangeCount === 0) return undefined
  const range = selection.getRangeAt(0)
  const touched = [...list.querySelectorAll<HTMLElement>('[data-bubble]')].filter((bubble) => isTouched(range, bubble))
  const ids = touched.flatMap((bubble) => bubble.closest<HTMLElement>('[data-line]')?.dataset['line'] ?? [])
  const [first, last] = [ids[0], ids.at(-1)]
  return first === undefined || last === undefined ? undefined : [first, last]
}

/** A selection often ends before the first letter of what comes next: that is not meant. */
const isTouched = (range: Range, bubble: HTMLElement): boolean => {
  if (!range.intersectsNode(bubble)) return false
  const part = document.createRange()
  part.selectNodeContents(bubble)
  if (bubble.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset)
  if (bubble.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset)
  return part.toString() !== ''
}
