import { Link2, LogOut, UserPlus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { groupWords, NOT_POST_QUANTUM } from '../../view/group-words.ts'
import { DeleteHere, Mute } from '../details/keeping.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAct, useKith, useName } from '../peer/context.ts'
import type { GroupView } from '../peer/talk.ts'
import { toConversation, toPanel } from '../routes.ts'
import { GroupPicture } from './group-picture.tsx'
import { Members } from './members.tsx'
import { EditGroup } from './edit-group.tsx'
import { useMembers } from './use-members.ts'

/** About a group: what it is called, who is in it as what, and how one leaves. */
export const GroupPanel = ({ group }: { readonly group: GroupView }): ReactNode => {
  const [editing, setEditing] = useState(false)
  const { members, trouble } = useMembers(group.id)
  const isIn = group.role !== 'gone'
  return (
    <Panel title="About the group" label="About this group" to={toConversation(group.id)}>
      {editing ? (
        <EditGroup group={group} onDone={() => setEditing(false)} />
      ) : (
        <div className="flex flex-col items-center gap-2 text-center">
          <GroupPicture group={group} size={72} />
          <p className="max-w-full font-serif text-large text-balance">
            <bdi>{group.title}</bdi>
          </p>
          <p className="text-small text-soft">{groupWords(group)}</p>
          <BroughtBy group={group} />
          {group.role === 'admin' ? <Button onClick={() => setEditing(true)}>Change name or picture</Button> : null}
        </div>
      )}
      {group.postQuantum ? null : <p className="panel px-4 py-3 text-small text-soft">{NOT_POST_QUANTUM}</p>}
      {group.role === 'admin' ? <LetIn group={group} /> : null}
      {trouble === undefined || !isIn ? null : <p className="text-small text-ember">{trouble}</p>}
      {isIn && members ? <Members group={group} members={members} /> : null}
      <Mute talk={{ kind: 'group', conversation: group }} />
      {isIn ? <Leave group={group} onlyAdmin={isOnlyAdmin(members)} /> : null}
      <DeleteHere talk={{ kind: 'group', conversation: group }} />
    </Panel>
  )
}

const isOnlyAdmin = (members: ReturnType<typeof useMembers>['members']): boolean => {
  const admins = members?.filter(({ role }) => role === 'admin') ?? []
  return admins.length === 1 && admins[0]?.me === true && (members?.length ?? 0) > 1
}

const BroughtBy = ({ group }: { readonly group: GroupView }): ReactNode => {
  const name = useName(group.by ?? '')
  if (group.by === undefined || name === 'You') return null
  return (
    <p className="text-small text-soft">
      <bdi>{name}</bdi> brought you in
    </p>
  )
}

const LetIn = ({ group }: { readonly group: GroupView }): ReactNode => {
  const [, go] = useLocation()
  return (
    <div className="grid grid-cols-2 gap-2">
      <Button onClick={() => go(toPanel(group.id, 'add'))}>
        <UserPlus size={17} strokeWidth={1.75} aria-hidden />
        Add people
      </Button>
      <Button onClick={() => go(toPanel(group.id, 'invite'))}>
        <Link2 size={17} strokeWidth={1.75} aria-hidden />
        Invitations
      </Button>
    </div>
  )
}

type LeaveProps = { readonly group: GroupView; readonly onlyAdmin: boolean }

const Leave = ({ group, onlyAdmin }: LeaveProps): ReactNode => {
  const kith = useKith()
  const [asked, setAsked] = useState(false)
  const { busy, act } = useAct()
  return (
    <section aria-label="Leaving" className="flex flex-col items-start gap-2">
      <h2 className="label-small">Leaving</h2>
      <p className="text-small text-soft">
        The others see that you left. What was said until then stays readable here.
        {onlyAdmin
          ? ' You are the only admin: whoever has been in it longest becomes one, unless you choose somebody first.'
          : null}
      </p>
      <Button look="danger" disabled={busy} onClick={() => setAsked(true)}>
        <LogOut size={17} strokeWidth={1.75} aria-hidden />
        Leave the group
      </Button>
      <Confirm
        open={asked}
        title="Leave this group?"
        keep="Stay"
        act="Leave"
        onClose={() => setAsked(false)}
        onAct={() => void act(kith.calls.leave({ conversation: group.id }))}
      >
        You read nothing that is said from then on. Somebody who is in it has to let you in again.
      </Confirm>
    </section>
  )
}
