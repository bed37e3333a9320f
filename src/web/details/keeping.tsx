import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Toggle } from '../parts/toggle.tsx'
import { useAct, useKith } from '../peer/context.ts'
import type { Talk } from '../peer/talk.ts'
import { PLACES } from '../routes.ts'

/** Whether a conversation calls for attention. */
export const Mute = ({ talk: { conversation, kind } }: { readonly talk: Talk }): ReactNode => {
  const kith = useKith()
  const { act } = useAct()
  return (
    <section aria-label="Attention" className="panel">
      <Toggle
        title="Mute"
        meaning={
          kind === 'group'
            ? 'What is said here is counted in the list alone, not in the title of this window.'
            : 'What they write is counted in the list alone, not in the title of this window.'
        }
        on={conversation.muted}
        onChange={(on) => void act(kith.calls.mute({ conversation: conversation.id, on }))}
      />
    </section>
  )
}

/** Takes a conversation off this device. */
export const DeleteHere = ({ talk: { conversation, kind } }: { readonly talk: Talk }): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const [asked, setAsked] = useState(false)
  const { busy, act } = useAct()
  const isIn = kind === 'group' && conversation.role !== 'gone'
  const forget = async (): Promise<void> => {
    if ((await act(kith.calls.forget({ conversation: conversation.id }))) !== undefined) go(PLACES.home)
  }
  return (
    <section aria-label="Deleting" className="flex flex-col items-start gap-2">
      <h2 className="label-small">Deleting</h2>
      <p className="text-small text-soft">
        {isIn
          ? 'You leave the group, and all that was said goes away from this device. The others keep theirs.'
          : 'All that was said goes away from this device. The others keep theirs.'}
      </p>
      <Button look="danger" disabled={busy} onClick={() => setAsked(true)}>
        {isIn ? 'Leave and delete' : 'Delete here'}
      </Button>
      <Confirm
        open={asked}
        title={isIn ? 'Leave this group and delete it here?' : 'Delete this conversation here?'}
        keep="Keep it"
        act={isIn ? 'Leave and delete' : 'Delete here'}
        onClose={() => setAsked(false)}
        onAct={() => void forget()}
      >
        All messages in it go away from this device, for good: also those that have not gone out yet. This cannot be
        undone.
      </Confirm>
    </section>
  )
}
