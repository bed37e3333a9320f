import type { ReactNode } from 'react'
import { countWords } from '../../view/count-words.ts'
import { groupWords } from '../../view/group-words.ts'
import { useMirror, useNames } from '../peer/context.ts'
import type { GroupView } from '../peer/talk.ts'
import { typingWords } from './typing-words.ts'
import { useTyping } from './use-typing.ts'

/** Under the title: who is typing, else how many are in the group and some of their names. */
export const GroupLine = ({ group }: { readonly group: GroupView }): ReactNode => {
  const typing = useTyping(group.id)
  const here = useMirror(({ people }) => group.some.filter((id) => people.get(id)?.presence.at === 'here').length)
  const names = useNames(group.some)
  if (typing.length > 0) return typingWords(typing)
  if (group.role === 'gone') return groupWords(group)
  const rest = group.size - 1 - names.length
  return (
    <>
      {countWords(group.size, 'person', 'people')}
      {here > 0 && group.size <= 1 + group.some.length ? `, ${here} here` : null}
      {names.length === 0 ? null : ': '}
      {names.map((name, index) => (
        <span key={group.some[index]}>
          {index === 0 ? null : ', '}
          <bdi>{name}</bdi>
        </span>
      ))}
      {rest > 0 ? ` and ${rest} more` : null}
    </>
  )
}
