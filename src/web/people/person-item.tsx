import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { refusalWords } from '../../view/refusal-words.ts'
import type { PersonView } from '../../view/view.ts'
import { PresentAvatar, ShownName } from '../parts/person.tsx'
import { useKith } from '../peer/context.ts'
import { notify } from '../peer/store.ts'
import { toConversation } from '../routes.ts'
import { STOP } from './walk.ts'

/** Somebody who can be found but was not talked to yet: a click opens a conversation and sends nothing. */
export const PersonItem = ({ person }: { readonly person: PersonView }): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const open = async (): Promise<void> => {
    const answer = await kith.calls.open({ person: person.id })
    if (answer.ok) go(toConversation(answer.value.conversation))
    else notify(kith, refusalWords(answer.refusal))
  }
  return (
    <li>
      <button
        type="button"
        {...STOP}
        onClick={() => void open()}
        className="flex w-full items-center gap-3 rounded-2xl px-2.5 py-1.5 text-start hover:bg-ink/5"
      >
        <PresentAvatar person={person} size={40} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">
            <ShownName person={person} />
          </span>
          <span className="block truncate text-small text-soft">Say hello</span>
        </span>
      </button>
    </li>
  )
}
