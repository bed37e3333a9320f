import { CloudOff, Hourglass, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { heldBackWords } from '../../view/group-words.ts'
import { mailboxFailureWords } from '../../view/server-words.ts'
import { useKithState, useStatus } from '../peer/context.ts'
import { deliveryOf } from '../../view/view.ts'
import type { Talk } from '../peer/talk.ts'
import { newestOfMine } from './delivery-mark.tsx'

/** What keeps messages from being here or from going out, while it does. */
export const TalkNotices = ({ talk: { conversation } }: { readonly talk: Talk }): ReactNode => {
  const { mailboxFailure } = useStatus()
  const waits = useKithState((state) => {
    const lines = state.chains.get(conversation.id)?.chain?.lines ?? []
    const newest = newestOfMine(lines)
    return newest !== undefined && deliveryOf(newest, conversation.progress) === 'kept'
  })
  return (
    <div role="status" className="flex-none empty:hidden">
      {conversation.heldBack > 0 ? (
        <TalkNotice icon={Hourglass}>{heldBackWords(conversation.heldBack)}</TalkNotice>
      ) : null}
      {mailboxFailure && waits ? <TalkNotice icon={CloudOff}>{mailboxFailureWords(mailboxFailure)}</TalkNotice> : null}
    </div>
  )
}

const TalkNotice = ({
  icon: Icon,
  children,
}: {
  readonly icon: LucideIcon
  readonly children: ReactNode
}): ReactNode => (
  <p className="mx-auto flex w-full max-w-256 items-start gap-2 px-4 pb-2 text-small text-soft md:px-6">
    <Icon size={16} strokeWidth={1.9} aria-hidden className="mt-px flex-none text-ember" />
    {children}
  </p>
)
