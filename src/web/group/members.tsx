import { Search } from 'lucide-react'
import { memo, useDeferredValue, useMemo, useState, type ReactNode } from 'react'
import { countWords } from '../../view/count-words.ts'
import { roleWords } from '../../view/group-words.ts'
import type { MemberView } from '../../view/view.ts'
import { Avatar, PathBadge, PresentAvatar, ShownName } from '../parts/person.tsx'
import { useMirror, useStatus } from '../peer/context.ts'
import { useAnybody, type GroupView } from '../peer/talk.ts'
import { fits } from '../people/lists.ts'
import { MemberSheet } from './member-sheet.tsx'

/** From so many on, there is a field to search them. */
const SEARCHED_MIN = 12

type MembersProps = { readonly group: GroupView; readonly members: readonly MemberView[] }

/** Everybody in a group; choosing one shows what can be done. Rows out of sight cost nothing to lay out. */
export const Members = ({ group, members }: MembersProps): ReactNode => {
  const [sought, setSought] = useState('')
  const deferred = useDeferredValue(sought.trim())
  const people = useMirror((mirror) => mirror.people)
  const [chosen, setChosen] = useState<string>()
  const shown = useMemo(
    () =>
      deferred === ''
        ? members
        : members.filter(({ person, me }) => {
            const known = people.get(person)
            return !me && known !== undefined && fits(known, deferred)
          }),
    [members, people, deferred],
  )
  const member = members.find((each) => each.person === chosen)
  return (
    <section aria-label="Members" className="flex flex-col gap-2">
      <h2 className="label-small">{countWords(members.length, 'person', 'people')}</h2>
      {members.length < SEARCHED_MIN ? null : <MemberSearch text={sought} onChange={setSought} />}
      {shown.length === 0 ? <p className="text-small text-soft">Nobody in this group is called that.</p> : null}
      <ul className="panel flex flex-col overflow-hidden p-1">
        {shown.map((each) => (
          <MemberItem key={each.person} member={each} onChoose={setChosen} />
        ))}
      </ul>
      {member ? <MemberSheet group={group} member={member} onClose={() => setChosen(undefined)} /> : null}
    </section>
  )
}

const MemberSearch = ({ text, onChange }: { readonly text: string; onChange(text: string): void }): ReactNode => (
  <search className="relative">
    <Search size={17} aria-hidden className="pointer-events-none absolute start-3 top-3 text-soft" />
    <input
      type="text"
      role="searchbox"
      aria-label="Search the members"
      placeholder="Search the members"
      className="field ps-9.5!"
      dir="auto"
      autoComplete="off"
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  </search>
)

type MemberItemProps = { readonly member: MemberView; onChoose(person: string): void }

const MemberItem = memo(({ member, onChoose }: MemberItemProps): ReactNode => {
  const person = useAnybody(member.person)
  const { me } = useStatus()
  return (
    <li className="[contain-intrinsic-size:auto_3.25rem] [content-visibility:auto]">
      <button
        type="button"
        className="flex w-full items-center gap-3 rounded-xl px-2.5 py-1.5 text-start [--ground:var(--card)] hover:bg-ink/5"
        onClick={() => onChoose(member.person)}
      >
        {member.me ? (
          <Avatar id={member.person} name={me?.name ?? ''} size={40} />
        ) : (
          <PresentAvatar person={person} size={40} />
        )}
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">
            {member.me ? (
              <>
                <bdi>{me?.name}</bdi> <span className="font-normal text-soft">(you)</span>
              </>
            ) : (
              <ShownName person={person} />
            )}
          </span>
          <span className="block truncate text-small text-soft">
            {member.devices === 1 ? '1 device' : `${member.devices} devices`}
          </span>
        </span>
        {member.role === 'admin' ? (
          <span className="flex-none rounded-full bg-pine-wash px-2 py-0.5 text-tiny font-semibold text-pine">
            {roleWords('admin')}
          </span>
        ) : null}
        {member.me ? null : <PathBadge presence={person.presence} />}
      </button>
    </li>
  )
})
