import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { presenceWords } from '../../view/presence-words.ts'
import type { PersonView } from '../../view/view.ts'
import { useDecide } from '../conversation/request-banner.tsx'
import { Button } from '../parts/button.tsx'
import { Panel } from '../parts/panel.tsx'
import { PathBadge, PresentAvatar, ShownName, Tag } from '../parts/person.tsx'
import { useNow } from '../peer/context.ts'
import type { Talk } from '../peer/talk.ts'
import { toConversation, toPanel } from '../routes.ts'
import { useVerifiedWords } from '../safety/use-verified-words.ts'
import { DeleteHere, Mute } from './keeping.tsx'
import { PrivateName } from './private-name.tsx'
import { Reach } from './reach.tsx'

type DetailsProps = Talk & { kind: 'direct' }

/** About a person: how they are reached, whether it is them, what I call them, whether they may write to me. */
export const DetailsPanel = (talk: DetailsProps): ReactNode => {
  const { conversation, person } = talk
  const now = useNow(30_000)
  return (
    <Panel title="About" label="About this person" to={toConversation(conversation.id)}>
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
      <Safety {...talk} />
      <PrivateName person={person} />
      <Mute talk={talk} />
      <Standing person={person} />
      <DeleteHere talk={talk} />
      <Identity person={person} />
    </Panel>
  )
}

const Safety = ({ conversation, person }: DetailsProps): ReactNode => {
  const [, go] = useLocation()
  return (
    <section className="flex flex-col items-start gap-2" aria-label="Safety number">
      <h2 className="label-small">Safety number</h2>
      <p className="text-small text-soft">{useVerifiedWords(person)}</p>
      <Button onClick={() => go(toPanel(conversation.id, 'safety'))}>
        {person.verified.at === 'yes' ? 'Show the safety number' : 'Compare safety numbers'}
      </Button>
    </section>
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
