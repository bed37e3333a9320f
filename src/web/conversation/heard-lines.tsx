import type { ReactNode } from 'react'
import { plainText } from '../markdown/parse.ts'
import { useKithState, useNames } from '../peer/context.ts'

const HEARD_CHARACTERS_MAX = 500

/**
 * What arrived, for those who listen to the screen. It is apart from the list of messages: that one draws and drops
 * lines while it scrolls, which must not be read aloud.
 */
export const HeardLines = (): ReactNode => {
  const heard = useKithState((state) => state.heard)
  const names = useNames(heard.map(({ person }) => person))
  return (
    <div role="log" aria-live="polite" aria-label="New messages" className="sr-only">
      {heard.map(({ id, text }, index) => (
        <p key={id}>
          {names[index]}: {plainText(text.slice(0, HEARD_CHARACTERS_MAX))}
        </p>
      ))}
    </div>
  )
}
