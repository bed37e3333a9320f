import { memo, type ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { shortWords } from '../../view/time-words.ts'
import { plainText } from '../markdown/parse.ts'
import { PathBadge, PresentAvatar, ShownName } from '../parts/person.tsx'
import { useMirror, useNow } from '../peer/context.ts'
import { toConversation } from '../routes.ts'
import type { Talk } from './lists.ts'
import { STOP } from './walk.ts'

/** Beginning of the last line that is looked at for its words. */
const PREVIEW_CHARACTERS = 200
const UNREAD_MAX = 999

/** A conversation in the list. */
export const TalkItem = memo(({ conversation, person }: Talk): ReactNode => {
  const now = useNow(30_000)
  const [chosen] = useRoute(`${toConversation(conversation.id)}/*?`)
  const { last, unread } = conversation
  return (
    <li>
      <Link
        href={toConversation(conversation.id)}
        {...STOP}
        aria-current={chosen ? 'page' : undefined}
        className="group flex items-center gap-3 rounded-2xl px-2.5 py-2 hover:bg-ink/5 aria-[current]:bg-card aria-[current]:shadow-sm forced-colors:aria-[current]:outline-2"
      >
        <PresentAvatar person={person} size={48} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={`min-w-0 flex-1 truncate ${unread > 0 ? 'font-bold' : 'font-semibold'}`}>
              <ShownName person={person} />
            </span>
            {last ? <span className="flex-none text-tiny text-soft">{shortWords(last.at, now)}</span> : null}
          </span>
          <span className="flex items-center gap-2">
            <span className={`min-w-0 flex-1 truncate text-small ${unread > 0 ? 'text-ink' : 'text-soft'}`}>
              <Preview talk={{ conversation, person }} />
            </span>
            {unread > 0 ? <Unread count={unread} /> : null}
            <PathBadge presence={person.presence} />
          </span>
        </span>
      </Link>
    </li>
  )
})

const Preview = ({ talk: { conversation, person } }: { readonly talk: Talk }): ReactNode => {
  const typing = useMirror((mirror) => mirror.typing.has(conversation.id))
  if (typing) return <span className="text-pine">is typing</span>
  if (conversation.draft.trim() !== '')
    return (
      <>
        <span className="text-ember">Draft: </span>
        <bdi>{conversation.draft.slice(0, PREVIEW_CHARACTERS)}</bdi>
      </>
    )
  if (conversation.at === 'blocked') return 'Blocked'
  if (conversation.last === undefined) return `Say hello to ${person.privateName ?? person.name}`
  return (
    <>
      {conversation.last.mine ? 'You: ' : null}
      <bdi>{plainText(conversation.last.text.slice(0, PREVIEW_CHARACTERS))}</bdi>
    </>
  )
}

const Unread = ({ count }: { readonly count: number }): ReactNode => (
  <span className="min-w-5 flex-none rounded-full bg-ember px-1.5 text-center text-tiny leading-5 font-bold text-ember-ink">
    {count >= UNREAD_MAX ? `${UNREAD_MAX}+` : count}
    <span className="sr-only"> unread</span>
  </span>
)
