import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { useAct, useKith, useKithState } from '../peer/context.ts'
import type { GroupView } from '../peer/talk.ts'
import { PLACES } from '../routes.ts'

/** In the place of the composer, in a group that I left or was removed from. */
export const GoneStrip = ({ group }: { readonly group: GroupView }): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const [asked, setAsked] = useState(false)
  const { busy, act } = useAct()
  const removed = useKithState(({ chains, mirror }) => {
    const line = chains
      .get(group.id)
      ?.chain?.lines.findLast((each) => each.kind === 'change' && isMyEnd(each.change, mirror?.status.me?.id))
    return line?.kind === 'change' && line.change.kind === 'removed'
  })
  if (group.role !== 'gone') return null
  const forget = async (): Promise<void> => {
    if ((await act(kith.calls.forget({ conversation: group.id }))) !== undefined) go(PLACES.home)
  }
  return (
    <section aria-label="About this conversation" className="notice-card bg-sunk!">
      <p className="text-small">
        {removed ? 'You were removed from this group.' : 'You are not in this group any more.'} What was said until then
        stays readable here; what is said now does not reach you.
      </p>
      <div>
        <Button look="danger" disabled={busy} onClick={() => setAsked(true)}>
          Delete here
        </Button>
      </div>
      <Confirm
        open={asked}
        title="Delete this conversation here?"
        keep="Keep it"
        act="Delete here"
        onClose={() => setAsked(false)}
        onAct={() => void forget()}
      >
        All messages in it go away from this device, for good. This cannot be undone.
      </Confirm>
    </section>
  )
}

const isMyEnd = (change: { readonly kind: string; readonly person?: string }, me: string | undefined): boolean =>
  (change.kind === 'removed' || change.kind === 'left') && change.person === me
