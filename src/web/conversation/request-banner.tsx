import type { ReactNode } from 'react'
import { unreachable } from '../../core/bytes/result.ts'
import type { ConversationView, PersonView, Standing } from '../../view/view.ts'
import { Button } from '../parts/button.tsx'
import { useAct, useKith } from '../peer/context.ts'
import { nameOf } from '../peer/names.ts'

type RequestProps = { readonly conversation: ConversationView; readonly person: PersonView }

/** Above the composer while something about this person is to be decided, or was decided against them. */
export const RequestBanner = ({ conversation, person }: RequestProps): ReactNode => {
  const { decide, busy } = useDecide(person.id)
  const name = nameOf(person)
  if (conversation.at === 'open') return null
  return (
    <section aria-label="About this conversation" className="notice-card">
      <p className="text-small">{requestWords(conversation.at, name)}</p>
      <div className="flex flex-wrap gap-2">
        <Button
          look={conversation.at === 'request' ? 'main' : 'plain'}
          disabled={busy}
          onClick={() => decide('accepted')}
        >
          {conversation.at === 'blocked' ? 'Unblock' : 'Accept'}
        </Button>
        {conversation.at === 'request' ? (
          <Button disabled={busy} onClick={() => decide('ignored')}>
            Ignore
          </Button>
        ) : null}
        {conversation.at === 'blocked' ? null : (
          <Button look="danger" disabled={busy} onClick={() => decide('blocked')}>
            Block
          </Button>
        )}
      </div>
    </section>
  )
}

const requestWords = (at: Exclude<ConversationView['at'], 'open'>, name: string): string => {
  switch (at) {
    case 'request':
      return `${name} wrote to you for the first time. Accept to talk, or just answer. Ignore puts this aside without telling them; block also keeps them from reaching you again.`
    case 'ignored':
      return `You ignored ${name}. They were not told. What they write still arrives here, without a sign. Accept or answer to talk after all.`
    case 'blocked':
      return `You blocked ${name}. Nothing they write reaches you, and you cannot write to them, until you unblock them.`
    default:
      return unreachable(at)
  }
}

/** The call that accepts, ignores, blocks or unblocks somebody; what goes wrong is said. */
export const useDecide = (person: string) => {
  const kith = useKith()
  const { busy, act } = useAct()
  const decide = (standing: Exclude<Standing, 'new'>): void => void act(kith.calls.decide({ person, standing }))
  return { decide, busy }
}
