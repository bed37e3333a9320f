import { ChevronLeft, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation, useRoute } from 'wouter'
import { presenceWords } from '../../view/presence-words.ts'
import { GroupPicture } from '../group/group-picture.tsx'
import { GroupLine } from '../group/group-line.tsx'
import { IconButton } from '../parts/button.tsx'
import { PathBadge, PresentAvatar, ShownName } from '../parts/person.tsx'
import { useMirror, useNow } from '../peer/context.ts'
import { talkName, type Talk } from '../peer/talk.ts'
import { PLACES, toConversation, toPanel } from '../routes.ts'

export const Header = ({ talk }: { readonly talk: Talk }): ReactNode => {
  const [, go] = useLocation()
  const [detailed] = useRoute(PLACES.panel)
  const { id } = talk.conversation
  return (
    <header className="flex items-center gap-3 border-b border-line bg-sheet px-2 py-2.5 [--ground:var(--sheet)] md:ps-5">
      <IconButton icon={ChevronLeft} label="Back to the list" className="md:hidden!" onClick={() => go(PLACES.home)} />
      {talk.kind === 'group' ? (
        <GroupPicture group={talk.conversation} size={40} />
      ) : (
        <PresentAvatar person={talk.person} size={40} />
      )}
      <div className="min-w-0 flex-1">
        <h1 className="line-clamp-2 text-base font-semibold sm:line-clamp-1">
          {talk.kind === 'group' ? <bdi>{talk.conversation.title}</bdi> : <ShownName person={talk.person} />}
        </h1>
        <p className="truncate text-small text-soft">
          {talk.kind === 'group' ? <GroupLine group={talk.conversation} /> : <PersonLine talk={talk} />}
        </p>
      </div>
      {talk.kind === 'group' ? null : (
        <span className="hidden sm:block">
          <PathBadge presence={talk.person.presence} words />
        </span>
      )}
      <IconButton
        icon={Info}
        label={
          detailed
            ? 'Close the details'
            : talk.kind === 'group'
              ? `About ${talkName(talk)}, and who is in it`
              : `About ${talkName(talk)}, and how they are reached`
        }
        aria-expanded={detailed}
        onClick={() => go(detailed ? toConversation(id) : toPanel(id, 'details'))}
      />
    </header>
  )
}

const PersonLine = ({ talk }: { readonly talk: Talk & { kind: 'direct' } }): ReactNode => {
  const now = useNow(30_000)
  const typing = useMirror((mirror) => mirror.typing.has(talk.conversation.id))
  return typing ? 'is typing' : presenceWords(talk.person.presence, now)
}
