import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { roleWords } from '../../view/group-words.ts'
import { presenceWords } from '../../view/presence-words.ts'
import type { MemberView, Role } from '../../view/view.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { PresentAvatar, ShownName, Tag } from '../parts/person.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useAct, useKith, useNow } from '../peer/context.ts'
import { nameOf } from '../peer/names.ts'
import { useAnybody, type GroupView } from '../peer/talk.ts'
import { toConversation, toPanel } from '../routes.ts'
import { useVerifiedWords } from '../safety/use-verified-words.ts'

type MemberSheetProps = { readonly group: GroupView; readonly member: MemberView; onClose(): void }

/** One member, and what can be done: write to them, compare safety numbers, change what they are, remove them. */
export const MemberSheet = (props: MemberSheetProps): ReactNode => (
  <Sheet open title={props.member.me ? 'You' : 'A member'} onClose={props.onClose}>
    {props.member.me ? <Myself {...props} /> : <SomebodyElse {...props} />}
  </Sheet>
)

const Myself = ({ group, member, onClose }: MemberSheetProps): ReactNode => (
  <>
    <p className="text-small text-soft">
      You are {group.role === 'admin' ? 'an' : 'a'} {roleWords(group.role)}, with {member.devices}{' '}
      {member.devices === 1 ? 'device' : 'devices'}.
    </p>
    {group.role === 'admin' ? (
      <RoleButton group={group} member={member} name="You" onClose={onClose} />
    ) : (
      <p className="text-small text-soft">Admins let people in, remove them, and change the name and the picture.</p>
    )}
  </>
)

const SomebodyElse = ({ group, member, onClose }: MemberSheetProps): ReactNode => {
  const kith = useKith()
  const now = useNow(30_000)
  const [, go] = useLocation()
  const { busy, act } = useAct()
  const person = useAnybody(member.person)
  const name = nameOf(person)
  const openTalk = async (to: (conversation: string) => string): Promise<void> => {
    const opened = await act(kith.calls.open({ person: person.id }))
    if (opened) go(to(opened.conversation))
  }
  return (
    <>
      <div className="flex items-center gap-3 [--ground:var(--card)]">
        <PresentAvatar person={person} size={48} />
        <div className="min-w-0 flex-1">
          <p className="font-semibold">
            <ShownName person={person} />
            {person.ambiguous ? null : <Tag tag={person.tag} />}
          </p>
          <p className="text-small text-soft">
            {roleWords(member.role)} · {presenceWords(person.presence, now)}
          </p>
        </div>
      </div>
      <p className="text-small text-soft">{useVerifiedWords(person)}</p>
      <div className="flex flex-col gap-2">
        <Button look="main" disabled={busy} onClick={() => void openTalk(toConversation)}>
          <span className="truncate">Write to {name} alone</span>
        </Button>
        <Button disabled={busy} onClick={() => void openTalk((conversation) => toPanel(conversation, 'safety'))}>
          Safety number
        </Button>
        {group.role === 'admin' ? (
          <>
            <RoleButton group={group} member={member} name={name} onClose={onClose} />
            <RemoveButton group={group} member={member} name={name} onClose={onClose} />
          </>
        ) : null}
      </div>
    </>
  )
}

type MemberButtonProps = MemberSheetProps & { readonly name: string }

const RoleButton = ({ group, member, name, onClose }: MemberButtonProps): ReactNode => {
  const kith = useKith()
  const [asked, setAsked] = useState(false)
  const { busy, act } = useAct()
  const next: Role = member.role === 'admin' ? 'member' : 'admin'
  const change = async (): Promise<void> => {
    await act(kith.calls.setRole({ conversation: group.id, person: member.person, role: next }))
    onClose()
  }
  return (
    <>
      <Button disabled={busy} onClick={() => setAsked(true)}>
        {next === 'admin' ? 'Make an admin' : member.me ? 'Stop being an admin' : 'Take the admin role away'}
      </Button>
      <Confirm
        open={asked}
        title={
          next === 'admin'
            ? `Make ${name} an admin?`
            : member.me
              ? 'Stop being an admin?'
              : `${name}: no admin any more?`
        }
        keep="Leave it"
        act={next === 'admin' ? 'Make an admin' : 'Change it'}
        onClose={() => setAsked(false)}
        onAct={() => void change()}
      >
        {next === 'admin'
          ? 'Admins let people in and remove them, change the name and the picture, and make others admins. That includes you.'
          : member.me
            ? 'Another admin has to make you one again.'
            : 'They stay in the group, and can no longer let people in or remove them.'}
      </Confirm>
    </>
  )
}

const RemoveButton = ({ group, member, name, onClose }: MemberButtonProps): ReactNode => {
  const kith = useKith()
  const [asked, setAsked] = useState(false)
  const { busy, act } = useAct()
  const remove = async (): Promise<void> => {
    await act(kith.calls.remove({ conversation: group.id, person: member.person }))
    onClose()
  }
  return (
    <>
      <Button look="danger" disabled={busy} onClick={() => setAsked(true)}>
        Remove from the group
      </Button>
      <Confirm
        open={asked}
        title={`Remove ${name}?`}
        keep="Keep them"
        act="Remove"
        onClose={() => setAsked(false)}
        onAct={() => void remove()}
      >
        They leave with all their devices and read nothing that is said from then on. What they have read, they have
        read. The group sees that you did it.
      </Confirm>
    </>
  )
}
