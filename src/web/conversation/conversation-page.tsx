import { useEffect, useState, type ReactNode } from 'react'
import { Composer } from '../composer/composer.tsx'
import type { Intent } from '../composer/intent.ts'
import { DetailsPanel } from '../details/details-panel.tsx'
import { Button } from '../parts/button.tsx'
import { enterChain } from '../peer/chains.ts'
import { useConversation, useKith, useKithState, usePerson } from '../peer/context.ts'
import { Header } from './header.tsx'
import { Lines } from './lines.tsx'
import { RequestBanner } from './request-banner.tsx'
import { Typing } from './typing.tsx'

type PageProps = { readonly id: string; readonly details?: boolean; readonly order?: string | undefined }

export const ConversationPage = (props: PageProps): ReactNode => {
  const conversation = useConversation(props.id)
  const person = usePerson(conversation?.person ?? '')
  if (conversation === undefined || person === undefined) return <Gone />
  return (
    <>
      <div className={`min-w-0 flex-1 flex-col bg-sheet ${props.details ? 'hidden xl:flex' : 'flex'}`}>
        <Talk key={props.id} {...props} />
      </div>
      {props.details ? <DetailsPanel conversation={conversation} person={person} /> : null}
    </>
  )
}

const SAY: Intent = { kind: 'say' }

const Talk = ({ id, order }: PageProps): ReactNode => {
  const kith = useKith()
  const conversation = useConversation(id)
  const person = usePerson(conversation?.person ?? '')
  const chain = useKithState((state) => state.chains.get(id)?.chain)
  const [intent, setIntent] = useState<Intent>(SAY)
  useEffect(() => void enterChain(kith, id), [kith, id])
  if (conversation === undefined || person === undefined) return null
  return (
    <>
      <Header conversation={conversation} person={person} />
      {chain === undefined ? (
        <p role="status" className="sr-only">
          Loading messages
        </p>
      ) : null}
      <Lines conversation={conversation} person={person} order={order} onIntent={setIntent} />
      <Typing conversation={conversation.id} person={person} />
      {conversation.at === 'open' ? null : <RequestBanner conversation={conversation} person={person} />}
      {conversation.at === 'blocked' ? null : (
        <Composer conversation={conversation} person={person} intent={intent} onIntent={setIntent} />
      )}
    </>
  )
}

const Gone = (): ReactNode => (
  <div className="grid flex-1 place-items-center bg-sheet p-8">
    <div className="flex max-w-100 flex-col items-start gap-4">
      <h1 className="font-serif text-title">This conversation is not here</h1>
      <p className="text-soft">It may belong to another profile. Choose another one from the list.</p>
      <Button onClick={() => (location.hash = '/')}>Back to the list</Button>
    </div>
  </div>
)
