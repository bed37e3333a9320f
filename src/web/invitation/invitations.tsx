import { Plus } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import type { InvitationView } from '../../view/invitation-view.ts'
import { Button } from '../parts/button.tsx'
import { useMirror } from '../peer/context.ts'
import { InvitationCard } from './invitation-card.tsx'
import { InviteForm } from './invite-form.tsx'

/** Closed ones beyond these are of no use to anybody. */
const CLOSED_SHOWN_MAX = 20

type InvitationsProps = {
  /** The group they lead into; absent: to me. */
  readonly conversation?: string
}

/** The open invitations, newest first, and a form for another one: that comes first where there is none. */
export const Invitations = ({ conversation }: InvitationsProps): ReactNode => {
  const all = useMirror((mirror) => mirror.invitations)
  const { open, closed } = useMemo(() => sorted(all, conversation), [all, conversation])
  const [made, setMade] = useState<string>()
  const [asking, setAsking] = useState(open.length === 0)
  return (
    <>
      {asking ? (
        <InviteForm
          {...(conversation === undefined ? {} : { conversation })}
          onMade={(id) => {
            setMade(id)
            setAsking(false)
          }}
        />
      ) : (
        <Button className="self-start" onClick={() => setAsking(true)}>
          <Plus size={17} strokeWidth={1.75} aria-hidden />
          New invitation
        </Button>
      )}
      {open.length === 0 ? null : (
        <section aria-label="Open invitations" className="flex flex-col gap-2">
          <h2 className="label-small">Open invitations</h2>
          <ul className="flex flex-col gap-3">
            {open.map((each) => (
              <InvitationCard key={each.id} invitation={each} open={each.id === made} />
            ))}
          </ul>
        </section>
      )}
      {closed.length === 0 ? null : (
        <details className="flex flex-col gap-2">
          <summary className="label-small cursor-pointer rounded">Closed ones ({closed.length})</summary>
          <ul className="mt-2 flex flex-col gap-3">
            {closed.slice(0, CLOSED_SHOWN_MAX).map((each) => (
              <InvitationCard key={each.id} invitation={each} open={false} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

const sorted = (all: ReadonlyMap<string, InvitationView>, conversation: string | undefined) => {
  const mine = [...all.values()]
    .filter((each) => each.conversation === conversation)
    .sort((one, other) => other.made - one.made)
  return {
    open: mine.filter(({ state }) => state === 'open'),
    closed: mine.filter(({ state }) => state !== 'open'),
  }
}
