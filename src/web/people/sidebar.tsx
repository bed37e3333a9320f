import { Settings } from 'lucide-react'
import { useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { JoiningItem } from '../invitation/joining-item.tsx'
import { IconButton } from '../parts/button.tsx'
import { NotificationOffer } from '../notifications/notification-offer.tsx'
import { Logo } from '../parts/logo.tsx'
import { Avatar } from '../parts/person.tsx'
import { useMirror, useStatus } from '../peer/context.ts'
import { PLACES } from '../routes.ts'
import { FoundLines } from './found-lines.tsx'
import { listsOf } from './lists.ts'
import { NetworkState } from './network-state.tsx'
import { NewMenu } from './new-menu.tsx'
import { PersonItem } from './person-item.tsx'
import { SearchBox } from './search-box.tsx'
import { Section } from './section.tsx'
import { TalkItem } from './talk-item.tsx'
import { moveFocus } from './walk.ts'

/** Everybody: me, requests, conversations, and who else can be found. */
export const Sidebar = (): ReactNode => {
  const [sought, setSought] = useState('')
  const deferred = useDeferredValue(sought.trim())
  const mirror = useMirror((each) => each)
  const { servers } = useStatus()
  const lists = useMemo(() => listsOf(mirror, deferred), [mirror, deferred])
  const list = useRef<HTMLDivElement>(null)
  const nobody = Object.values(lists).every((each) => each.length === 0)
  return (
    <nav aria-label="People and conversations" className="flex w-full flex-col border-e border-line bg-paper">
      <h1 className="sr-only md:hidden">Kith</h1>
      <Me />
      <SearchBox text={sought} onChange={setSought} onDown={() => moveFocus(list.current, 1)} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between its links */}
      <div
        ref={list}
        role="group"
        aria-label="Everybody"
        className="flex min-h-0 flex-1 flex-col overflow-y-auto px-2 pb-4"
        onKeyDown={(event) => {
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
          if (step !== 0 && moveFocus(list.current, step)) event.preventDefault()
        }}
      >
        <Section title="Requests" shown={lists.requests.length > 0}>
          {lists.requests.map((talk) => (
            <TalkItem key={talk.conversation.id} talk={talk} />
          ))}
        </Section>
        <Section title="Joining" shown={lists.joinings.length > 0}>
          {lists.joinings.map((joining) => (
            <JoiningItem key={joining.id} joining={joining} />
          ))}
        </Section>
        <Section title="Conversations" shown={lists.talks.length > 0}>
          {lists.talks.map((talk) => (
            <TalkItem key={talk.conversation.id} talk={talk} />
          ))}
        </Section>
        <Section title="Nearby" shown={lists.nearby.length > 0}>
          {lists.nearby.map((person) => (
            <PersonItem key={person.id} person={person} />
          ))}
        </Section>
        <Section title={servers.length > 1 ? 'On your servers' : 'On this server'} shown={lists.onServer.length > 0}>
          {lists.onServer.map((person) => (
            <PersonItem key={person.id} person={person} />
          ))}
        </Section>
        <Section title="Ignored and blocked" shown={lists.aside.length > 0} folded>
          {lists.aside.map((talk) => (
            <TalkItem key={talk.conversation.id} talk={talk} />
          ))}
        </Section>
        {deferred === '' ? null : <FoundLines sought={deferred} nobody={nobody} />}
        {nobody && deferred === '' ? <NobodyYet /> : null}
      </div>
      <NotificationOffer />
      <NetworkState />
    </nav>
  )
}

const Me = (): ReactNode => {
  const { me } = useStatus()
  const [, go] = useLocation()
  if (me === undefined) return null
  return (
    <header className="flex items-center gap-3 px-4 pt-3.5 pb-2">
      <Avatar id={me.id} name={me.name} size={40} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">
          <span className="sr-only">You are </span>
          <bdi>{me.name}</bdi>
        </p>
        <p className="text-small text-soft">
          you <span className="font-mono text-[0.92em]">·{me.tag}</span>
        </p>
      </div>
      <NewMenu />
      <IconButton icon={Settings} label="Settings" onClick={() => go(PLACES.settings)} />
    </header>
  )
}

/** On a narrow screen this stands where the explanation at the right would be. */
const NobodyYet = (): ReactNode => (
  <div className="m-auto flex max-w-64 flex-col items-center gap-3 py-8 text-center text-small text-soft md:hidden">
    <Logo size={36} />
    <p>
      Nobody is in sight yet. Start Kith on another machine of this network, and it appears here by itself, or send
      somebody an invitation.
    </p>
    <Link href={PLACES.invite} className="button button-plain">
      Invite somebody
    </Link>
    <Link href={PLACES.join} className="button button-plain">
      Join with an invitation
    </Link>
  </div>
)
