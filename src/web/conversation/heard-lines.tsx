import type { ReactNode } from 'react'
import { plainText } from '../markdown/parse.ts'
import { useKithState, useMirror } from '../peer/context.ts'

const HEARD_CHARACTERS_MAX = 500

/**
 * What arrived, for those who listen to the screen. It is apart from the list of messages: that one draws and drops
 * lines while it scrolls, which must not be read aloud.
 */
export const HeardLines = (): ReactNode => {
  const heard = useKithState((state) => state.heard)
  const people = useMirror((mirror) => mirror.people)
  const nameOf = (id: string): string => people.get(id)?.privateName ?? people.get(id)?.name ?? 'Somebody'
  return (
    <div role="log" aria-live="polite" aria-label="New messages" className="sr-only">
      {heard.map(({ id, person, text }) => (
        <p key={id}>
          {nameOf(person)}: {plainText(text.slice(0, HEARD_CHARACTERS_MAX))}
        </p>
      ))}
    </div>
  )
}
