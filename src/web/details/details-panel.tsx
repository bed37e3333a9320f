import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { presenceWords } from '../../view/presence-words.ts'
import type { ConversationView, PersonView } from '../../view/view.ts'
import { useDecide } from '../conversation/request-banner.tsx'
import { Button, IconButton } from '../parts/button.tsx'
import { PathBadge, PresentAvatar, ShownName, Tag } from '../parts/person.tsx'
import { useNow } from '../peer/context.ts'
import { toConversation } from '../routes.ts'
import { PrivateName } from './private-name.tsx'
import { Reach } from './reach.tsx'

type DetailsProps = { readonly conversation: ConversationView; readonly person: PersonView }

/** About a person: how they are reached, what I call them, whether they may write to me. */
export const DetailsPanel = ({ conversation, person }: DetailsProps): ReactNode => {
  const now = useNow(30_000)
  const [, go] = useLocation()
  return (
    <aside
      aria-label="About this person"
      className="flex min-w-0 flex-1 flex-col overflow-y-auto border-line bg-paper xl:w-96 xl:flex-none xl:border-s"
    >
      <header className="sticky top-0 z-10 flex items-center justify-between gap-3 bg-paper py-2.5 ps-5 pe-2">
        <h1 className="text-base font-semibold">About</h1>
        <IconButton icon={X} label="Back to the conversation" onClick={() => go(toConversation(conversation.id))} />
      </header>
      <div className="mx-auto flex w-full max-w-144 flex-col gap-6 px-5 pb-8">
        <div className="flex flex-col items-center gap-2 text-center">
          <PresentAvatar person={person} size={72} />
          <p className="font-serif text-large">
            <ShownName person={person} />
          </p>
          <p className="flex flex-wrap items-center justify-center gap-2 text-small text-soft">
            {presenceWords(person.presence, now)}
            <PathBadge presence={person.presence} words />
          </p>
        </div>
        <Reach person={person} />
        <PrivateName person={person} />
        <Standing person={person} />
        <Identity person={person} />
      </div>
    </aside>
  )
}

const Standing = ({ person }: { readonly person: PersonView }): ReactNode => {
  const { decide, busy } = useDecide(person.id)
  const blocked = person.standing === 'blocked'
  return (
    <section className="flex flex-col items-start gap-2" aria-label="Blocking">
      <h2 className="label-small">{blocked ? 'Blocked' : 'Blocking'}</h2>
      <p className="text-small text-soft">
        {blocked
          ? 'Nothing they write reaches you, and you cannot write to them.'
          : 'Somebody you block can no longer reach you. What you both wrote stays here.'}
      </p>
      <Button
        look={blocked ? 'plain' : 'danger'}
        disabled={busy}
        onClick={() => decide(blocked ? 'accepted' : 'blocked')}
      >
        {blocked ? 'Unblock' : 'Block'}
      </Button>
    </section>
  )
}

const Identity = ({ person }: { readonly person: PersonView }): ReactNode => (
  <section className="flex flex-col gap-1" aria-label="Tag and id">
    <h2 className="label-small">Tag and id</h2>
    <p className="text-small text-soft">
      <Tag tag={person.tag} /> is a short form of their key. It tells people with one name apart; the whole key is:
    </p>
    <p className="font-mono text-tiny break-all text-soft select-all">{person.id}</p>
  </section>
)
