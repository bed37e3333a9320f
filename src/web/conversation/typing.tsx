import type { ReactNode } from 'react'
import { typingWords } from '../group/typing-words.ts'
import { useTyping } from '../group/use-typing.ts'

/** A strip of fixed height between lines and composer: typing moves nothing. */
export const Typing = ({ conversation }: { readonly conversation: string }): ReactNode => {
  const names = useTyping(conversation)
  return (
    <div className="mx-auto flex h-6 w-full max-w-256 flex-none items-center gap-2 px-4 text-small text-soft md:px-6">
      {names.length > 0 ? (
        <>
          <span className="flex items-center gap-1" aria-hidden>
            <span className="typing-dot" />
            <span className="typing-dot" />
            <span className="typing-dot" />
          </span>
          <span className="truncate">{typingWords(names)}</span>
        </>
      ) : null}
    </div>
  )
}
