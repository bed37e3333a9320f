import { useEffect, useState, type ReactNode } from 'react'
import { plainText } from '../markdown/parse.ts'
import { useKith, useKithState } from '../peer/context.ts'

const HEARD_LINES = 5
const HEARD_CHARACTERS_MAX = 500

/**
 * What arrived, for those who listen to the screen. It is apart from the list of messages: that one draws and drops
 * lines while it scrolls, which must not be read aloud.
 */
export const HeardLines = (): ReactNode => {
  const kith = useKith()
  const heard = useKithState((state) => state.heard)
  const [lines, setLines] = useState<readonly { readonly id: string; readonly words: string }[]>([])
  useEffect(() => {
    if (heard?.line.kind !== 'message') return
    const { id, person, text } = heard.line
    const view = kith.getState().mirror?.people.get(person)
    const words = `${view?.privateName ?? view?.name ?? 'Somebody'}: ${plainText(text.slice(0, HEARD_CHARACTERS_MAX))}`
    setLines((before) =>
      before.some((line) => line.id === id) ? before : [...before, { id, words }].slice(-HEARD_LINES),
    )
  }, [kith, heard])
  return (
    <div role="log" aria-live="polite" aria-label="New messages" className="sr-only">
      {lines.map((line) => (
        <p key={line.id}>{line.words}</p>
      ))}
    </div>
  )
}
