import { useEffect, useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { refusalWords } from '../../view/refusal-words.ts'
import { shortWords } from '../../view/time-words.ts'
import type { LineView } from '../../view/view.ts'
import { plainText } from '../markdown/parse.ts'
import { ShownName } from '../parts/person.tsx'
import { useKith, useName } from '../peer/context.ts'
import { useTalk } from '../peer/talk.ts'
import { toLine } from '../routes.ts'
import { STOP } from './walk.ts'

const PAUSE_MILLIS = 150
const FOUND_LINES_MAX = 50

type Found =
  | { readonly at: 'looking' }
  | { readonly at: 'failed'; readonly words: string }
  | { readonly at: 'found'; readonly lines: readonly { readonly conversation: string; readonly line: LineView }[] }

/** Messages that hold what is sought, newest first; a click goes to their place in the conversation. */
export const FoundLines = ({ sought, nobody }: { readonly sought: string; readonly nobody: boolean }): ReactNode => {
  const found = useFound(sought)
  if (found.at === 'failed') return <p className="px-3 py-4 text-small text-ember">{found.words}</p>
  const lines = found.at === 'found' ? found.lines : []
  return (
    <section aria-label="Messages found" className="pt-2">
      <h2 className="label-small px-2 pt-1.5 pb-1">Messages</h2>
      <p role="status" className={lines.length > 0 ? 'sr-only' : 'px-2 py-1 text-small text-soft'}>
        {found.at === 'looking' ? (
          'Looking'
        ) : lines.length === 0 ? (
          <Nothing nobody={nobody} />
        ) : (
          `${lines.length} found`
        )}
      </p>
      <ul className="flex flex-col gap-0.5">
        {lines.map((each) => (
          <FoundLine key={each.line.id} {...each} sought={sought} />
        ))}
      </ul>
    </section>
  )
}

const Nothing = ({ nobody }: { readonly nobody: boolean }): string =>
  nobody ? 'Nobody and no message was found. Try fewer letters.' : 'No message was found.'

type FoundLineProps = { readonly conversation: string; readonly line: LineView; readonly sought: string }

const FoundLine = ({ conversation, line, sought }: FoundLineProps): ReactNode => {
  const kith = useKith()
  const talk = useTalk(conversation)
  const author = useName(line.person)
  if (talk === undefined || line.kind !== 'message') return null
  return (
    <li>
      <Link href={toLine(conversation, line.order)} {...STOP} className="block rounded-2xl px-3 py-2 hover:bg-ink/5">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate text-small font-semibold">
            {talk.kind === 'group' ? <bdi>{talk.conversation.title}</bdi> : <ShownName person={talk.person} />}
          </span>
          <span className="flex-none text-tiny text-soft">{shortWords(line.at, kith.now())}</span>
        </span>
        <span className="line-clamp-2 text-small text-soft">
          {line.mine || talk.kind === 'group' ? (
            <>
              <bdi>{author}</bdi>:{' '}
            </>
          ) : null}
          <bdi>{excerptOf(plainText(line.text), sought)}</bdi>
        </span>
      </Link>
    </li>
  )
}

const EXCERPT_BEFORE = 30

/** The text from shortly before the first word that is sought. */
const excerptOf = (text: string, sought: string): string => {
  const place = text.toLowerCase().indexOf(sought.toLowerCase().split(/\s+/)[0] ?? '')
  return place > EXCERPT_BEFORE ? `…${text.slice(place - EXCERPT_BEFORE, place + 200)}` : text.slice(0, 200)
}

const useFound = (sought: string): Found => {
  const kith = useKith()
  const [found, setFound] = useState<Found>({ at: 'looking' })
  useEffect(() => {
    let late = false
    const timer = setTimeout(async () => {
      const answer = await kith.calls.search({ text: sought, limit: FOUND_LINES_MAX })
      if (late) return
      setFound(answer.ok ? { at: 'found', lines: answer.value } : { at: 'failed', words: refusalWords(answer.refusal) })
    }, PAUSE_MILLIS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [kith, sought])
  return found
}
