import type { ReactNode } from 'react'
import type { PersonView } from '../../view/view.ts'
import { useMirror } from '../peer/context.ts'

/** A strip of fixed height between lines and composer: typing moves nothing. */
export const Typing = ({
  conversation,
  person,
}: {
  readonly conversation: string
  readonly person: PersonView
}): ReactNode => {
  const typing = useMirror((mirror) => mirror.typing.has(conversation))
  return (
    <div className="mx-auto flex h-6 w-full max-w-256 flex-none items-center gap-2 px-4 text-small text-soft md:px-6">
      {typing ? (
        <>
          <span className="flex items-center gap-1" aria-hidden>
            <span className="typing-dot" />
            <span className="typing-dot" />
            <span className="typing-dot" />
          </span>
          <span className="truncate">
            <bdi>{person.privateName ?? person.name}</bdi> is typing
          </span>
        </>
      ) : null}
    </div>
  )
}
