import { BellOff } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { shortWords } from '../../view/time-words.ts'
import { draftIn } from '../composer/writing.ts'
import { GroupPicture } from '../group/group-picture.tsx'
import { typingWords } from '../group/typing-words.ts'
import { useTyping } from '../group/use-typing.ts'
import { seenText } from '../markdown/seen-text.ts'
import { PathBadge, PresentAvatar, ShownName } from '../parts/person.tsx'
import { useKithState, useName, useNow } from '../peer/context.ts'
import { talkName, type Talk } from '../peer/talk.ts'
import { toConversation } from '../routes.ts'
import { STOP } from './walk.ts'

/** Beginning of the last line that is looked at for its words. */
const PREVIEW_CHARACTERS = 200
const UNREAD_MAX = 999

/** A conversation in the list. */
export const TalkItem = memo(({ talk }: { readonly talk: Talk }): ReactNode => {
  const { conversation } = talk
  const now = useNow(30_000)
  const [chosen] = useRoute(`${toConversation(conversation.id)}/*?`)
  const { last, unread, muted } = conversation
  const calls = unread > 0 && !muted
  return (
    <li>
      <Link
        href={toConversation(conversation.id)}
        {...STOP}
        aria-current={chosen ? 'page' : undefined}
        className="group flex items-center gap-3 rounded-2xl px-2.5 py-2 hover:bg-ink/5 aria-[current]:bg-card aria-[current]:shadow-sm forced-colors:aria-[current]:outline-2"
      >
        {talk.kind === 'group' ? (
          <GroupPicture group={talk.conversation} size={48} />
        ) : (
          <PresentAvatar person={talk.person} size={48} />
        )}
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={`min-w-0 flex-1 truncate ${calls ? 'font-bold' : 'font-semibold'}`}>
              {talk.kind === 'group' ? <bdi>{talk.conversation.title}</bdi> : <ShownName person={talk.person} />}
            </span>
            {last ? <span className="flex-none text-tiny text-soft">{shortWords(last.at, now)}</span> : null}
          </span>
          <span className="flex items-center gap-2">
            <span className={`min-w-0 flex-1 truncate text-small ${calls ? 'text-ink' : 'text-soft'}`}>
              <Preview talk={talk} />
            </span>
            {unread > 0 ? <Unread count={unread} muted={muted} /> : null}
            {muted ? <Muted /> : null}
            {talk.kind === 'group' ? null : <PathBadge presence={talk.person.presence} />}
          </span>
        </span>
      </Link>
    </li>
  )
})

const Preview = ({ talk }: { readonly talk: Talk }): ReactNode => {
  const { conversation } = talk
  const typing = useTyping(conversation.id)
  const draft = useKithState((state) => draftIn(state.writings.get(conversation.id), conversation.draft))
  if (typing.length > 0)
    return <span className="text-pine">{talk.kind === 'group' ? typingWords(typing) : 'is typing'}</span>
  if (conversation.at === 'blocked') return 'Blocked'
  if (talk.kind === 'group' && talk.conversation.role === 'gone') return 'You are not in it any more'
  if (draft.trim() !== '')
    return (
      <>
        <span className="text-ember">Draft: </span>
        <bdi>{draft.slice(0, PREVIEW_CHARACTERS)}</bdi>
      </>
    )
  if (conversation.last !== undefined) return <Last talk={talk} last={conversation.last} />
  return talk.kind === 'group' ? <Invited talk={talk} /> : `Say hello to ${talkName(talk)}`
}

type LastProps = { readonly talk: Talk; readonly last: NonNullable<Talk['conversation']['last']> }

const Last = ({ talk, last }: LastProps): ReactNode => {
  const author = useName(last.person ?? '')
  const named = talk.kind === 'group' && last.person !== undefined
  return (
    <>
      {last.mine ? 'You: ' : named ? <bdi>{author}: </bdi> : null}
      <bdi>{seenText(last.text.slice(0, PREVIEW_CHARACTERS))}</bdi>
    </>
  )
}

const Invited = ({ talk }: { readonly talk: Talk & { kind: 'group' } }): ReactNode => {
  const name = useName(talk.conversation.by ?? '')
  if (talk.conversation.at !== 'request') return 'Nothing was said yet'
  return talk.conversation.by === undefined ? 'You were added' : `${name} added you`
}

const Unread = ({ count, muted }: { readonly count: number; readonly muted: boolean }): ReactNode => (
  <span
    className={`min-w-5 flex-none rounded-full px-1.5 text-center text-tiny leading-5 font-bold ${muted ? 'bg-sunk text-soft' : 'bg-ember text-ember-ink'}`}
  >
    {count >= UNREAD_MAX ? `${UNREAD_MAX}+` : count}
    <span className="sr-only"> unread</span>
  </span>
)

const Muted = (): ReactNode => (
  <span title="Muted" className="flex-none text-soft">
    <BellOff size={14} strokeWidth={1.9} aria-hidden />
    <span className="sr-only">muted</span>
  </span>
)
