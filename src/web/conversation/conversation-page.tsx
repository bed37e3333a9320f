import { useEffect, type ReactNode } from 'react'
import { Composer } from '../composer/composer.tsx'
import { useIntent } from '../composer/composing.ts'
import { LeftText } from '../composer/left-text.tsx'
import { DetailsPanel } from '../details/details-panel.tsx'
import { AddPanel } from '../group/add-panel.tsx'
import { ArrivingStrip } from '../group/arriving-strip.tsx'
import { GoneStrip } from '../group/gone-strip.tsx'
import { GroupPanel } from '../group/group-panel.tsx'
import { GroupRequest } from '../group/group-request.tsx'
import { GroupInvitations } from '../invitation/group-invitations.tsx'
import { Button } from '../parts/button.tsx'
import { enterChain } from '../peer/chains.ts'
import { useKith, useKithState } from '../peer/context.ts'
import { useTalk, type Talk } from '../peer/talk.ts'
import type { Panel } from '../routes.ts'
import { SafetyPanel } from '../safety/safety-panel.tsx'
import { TrustBanner } from '../safety/trust-banner.tsx'
import { Header } from './header.tsx'
import { Lines } from './lines.tsx'
import { RequestBanner } from './request-banner.tsx'
import { TalkNotices } from './talk-notices.tsx'
import { Typing } from './typing.tsx'

type PageProps = {
  readonly id: string
  readonly panel?: Panel | undefined
  readonly order?: string | undefined
}

export const ConversationPage = ({ id, panel, order }: PageProps): ReactNode => {
  const talk = useTalk(id)
  if (talk === undefined) return <Gone />
  return (
    <>
      <div className={`talk min-w-0 flex-1 flex-col bg-sheet ${panel ? 'hidden xl:flex' : 'flex'}`}>
        <Spoken key={id} talk={talk} order={order} />
      </div>
      {panel ? <Beside key={`${id} ${panel}`} talk={talk} panel={panel} /> : null}
    </>
  )
}

/** What was said, and the field to say more. */
const Spoken = ({ talk, order }: { readonly talk: Talk; readonly order: string | undefined }): ReactNode => {
  const kith = useKith()
  const { id } = talk.conversation
  const chain = useKithState((state) => state.chains.get(id)?.chain)
  const setIntent = useIntent(id)
  useEffect(() => void enterChain(kith, id), [kith, id])
  return (
    <>
      <Header talk={talk} />
      {chain === undefined ? (
        <p role="status" className="sr-only">
          Loading messages
        </p>
      ) : null}
      <Lines talk={talk} order={order} onIntent={setIntent} />
      <Typing conversation={id} />
      <TalkNotices talk={talk} />
      {talk.kind === 'group' ? (
        <>
          <GroupRequest group={talk.conversation} />
          <GoneStrip group={talk.conversation} />
          <ArrivingStrip group={talk.conversation} />
        </>
      ) : (
        <>
          <TrustBanner {...talk} />
          <RequestBanner {...talk} />
        </>
      )}
      {maySpeak(talk) ? <Composer talk={talk} /> : <LeftText talk={talk} />}
    </>
  )
}

/** Answering a person accepts them; a group is accepted first, as others would read the answer. */
const maySpeak = (talk: Talk): boolean =>
  talk.kind === 'direct'
    ? talk.conversation.at !== 'blocked'
    : talk.conversation.at === 'open' && talk.conversation.role !== 'gone' && !talk.conversation.arriving

const Beside = ({ talk, panel }: { readonly talk: Talk; readonly panel: Panel }): ReactNode => {
  if (talk.kind === 'direct') return panel === 'safety' ? <SafetyPanel {...talk} /> : <DetailsPanel {...talk} />
  const group = talk.conversation
  if (panel === 'add' && group.role === 'admin') return <AddPanel group={group} />
  return panel === 'invite' ? <GroupInvitations group={group} /> : <GroupPanel group={group} />
}

const Gone = (): ReactNode => (
  <div className="grid flex-1 place-items-center bg-sheet p-8">
    <div className="flex max-w-100 flex-col items-start gap-4">
      <h1 className="font-serif text-title">This conversation is not here</h1>
      <p className="text-soft">It was deleted, or belongs to another profile. Choose another one from the list.</p>
      <Button onClick={() => (location.hash = '/')}>Back to the list</Button>
    </div>
  </div>
)
