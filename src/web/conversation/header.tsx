import { ChevronLeft, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation, useRoute } from 'wouter'
import { presenceWords } from '../../view/presence-words.ts'
import type { ConversationView, PersonView } from '../../view/view.ts'
import { IconButton } from '../parts/button.tsx'
import { PathBadge, PresentAvatar, ShownName } from '../parts/person.tsx'
import { useMirror, useNow } from '../peer/context.ts'
import { PLACES, toConversation, toDetails } from '../routes.ts'

type HeaderProps = { readonly conversation: ConversationView; readonly person: PersonView }

export const Header = ({ conversation, person }: HeaderProps): ReactNode => {
  const now = useNow(30_000)
  const [, go] = useLocation()
  const [detailed] = useRoute(PLACES.details)
  const typing = useMirror((mirror) => mirror.typing.has(conversation.id))
  return (
    <header className="flex items-center gap-3 border-b border-line bg-sheet px-2 py-2.5 [--ground:var(--sheet)] md:ps-5">
      <IconButton icon={ChevronLeft} label="Back to the list" className="md:hidden!" onClick={() => go(PLACES.home)} />
      <PresentAvatar person={person} size={40} />
      <div className="min-w-0 flex-1">
        <h1 className="line-clamp-2 text-base font-semibold sm:line-clamp-1">
          <ShownName person={person} />
        </h1>
        <p className="truncate text-small text-soft">{typing ? 'is typing' : presenceWords(person.presence, now)}</p>
      </div>
      <span className="hidden sm:block">
        <PathBadge presence={person.presence} words />
      </span>
      <IconButton
        icon={Info}
        label={detailed ? 'Close the details' : `About ${person.privateName ?? person.name}, and how they are reached`}
        aria-expanded={detailed}
        onClick={() => go(detailed ? toConversation(conversation.id) : toDetails(conversation.id))}
      />
    </header>
  )
}
