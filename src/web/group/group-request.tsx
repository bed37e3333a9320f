import type { ReactNode } from 'react'
import { unreachable } from '../../core/bytes/result.ts'
import { Button } from '../parts/button.tsx'
import { useAct, useKith, useName } from '../peer/context.ts'
import type { GroupView } from '../peer/talk.ts'

/** In the place of the composer, while it is to be decided whether I want to be in a group that somebody added me to. */
export const GroupRequest = ({ group }: { readonly group: GroupView }): ReactNode => {
  const kith = useKith()
  const name = useName(group.by ?? '')
  const { busy, act } = useAct()
  if (group.at === 'open' || group.role === 'gone') return null
  const answer = (standing: 'accepted' | 'ignored' | 'blocked'): void =>
    void act(kith.calls.answer({ conversation: group.id, standing }))
  return (
    <section aria-label="About this conversation" className="notice-card">
      <p className="text-small">{requestWords(group.at, group.by === undefined ? 'Somebody' : name)}</p>
      <div className="flex flex-wrap gap-2">
        <Button look={group.at === 'request' ? 'main' : 'plain'} disabled={busy} onClick={() => answer('accepted')}>
          {group.at === 'blocked' ? 'Unblock' : 'Accept'}
        </Button>
        {group.at === 'request' ? (
          <Button disabled={busy} onClick={() => answer('ignored')}>
            Ignore
          </Button>
        ) : null}
        {group.at === 'blocked' ? null : (
          <Button look="danger" disabled={busy} onClick={() => answer('blocked')}>
            Block
          </Button>
        )}
      </div>
    </section>
  )
}

const requestWords = (at: Exclude<GroupView['at'], 'open'>, name: string): string => {
  switch (at) {
    case 'request':
      return `${name} added you to this group, and you have not accepted ${name} before. Accept to take part. Ignore puts it aside without telling anybody; block also keeps it from reaching you again.`
    case 'ignored':
      return 'You ignored this group. Nobody was told. What is said still arrives here, without a sign. Accept to take part after all.'
    case 'blocked':
      return 'You blocked this group. Nothing that is said in it reaches you, until you unblock it.'
    default:
      return unreachable(at)
  }
}
