import { useMemo, useState, type ReactNode } from 'react'
import { lineWords } from '../../view/line-words.ts'
import type { LineView } from '../../view/view.ts'
import type { Row } from '../chain/rows.ts'
import { isEmojiOnly } from '../markdown/emoji-only.ts'
import { beginningOf } from '../markdown/long-text.ts'
import { Markdown } from '../markdown/markdown.tsx'
import { plainText } from '../markdown/parse.ts'
import { useStatus } from '../peer/context.ts'

type BubbleProps = { readonly row: Row; readonly name: string; onQuote(line: string): void }

export const Bubble = ({ row, name, onQuote }: BubbleProps): ReactNode => {
  const { line } = row
  const side = line.mine ? 'bubble-mine' : 'bubble-theirs'
  const hooked = [row.startsGroup ? '' : 'above', row.endsGroup ? '' : 'below'].join(' ')
  if (line.kind === 'deleted')
    return (
      <div className={`bubble ${side} bubble-deleted`} data-hooked={hooked}>
        <bdi>{lineWords(line, () => ({ name, mine: line.mine }))}</bdi>
      </div>
    )
  if (line.kind !== 'message') return null
  const large = !line.reply && isEmojiOnly(line.text)
  return (
    <div
      className={`bubble ${large ? 'bubble-large' : side}`}
      data-hooked={hooked}
      data-bubble={line.mine ? 'mine' : 'theirs'}
    >
      {line.reply ? <Quote reply={line.reply} mine={line.mine} name={name} onQuote={onQuote} /> : null}
      <LongText text={line.text} />
    </div>
  )
}

const LongText = ({ text }: { readonly text: string }): ReactNode => {
  const [whole, setWhole] = useState(false)
  const beginning = useMemo(() => beginningOf(text), [text])
  if (beginning === undefined || whole) return <Markdown text={text} />
  return (
    <>
      <Markdown text={beginning} />
      <button type="button" className="mt-1 font-semibold underline underline-offset-2" onClick={() => setWhole(true)}>
        Show the whole message
      </button>
    </>
  )
}

const QUOTE_CHARACTERS_MAX = 300

type QuoteProps = {
  readonly reply: NonNullable<(LineView & { kind: 'message' })['reply']>
  readonly mine: boolean
  readonly name: string
  onQuote(line: string): void
}

/** What is answered, above the answer; a click goes there. */
const Quote = ({ reply, mine, name, onQuote }: QuoteProps): ReactNode => {
  const own = useStatus().me?.id
  const author = reply.person === undefined ? undefined : reply.person === own ? 'You' : name
  return (
    <button
      type="button"
      className="mb-1.5 block w-full rounded-lg border-s-3 border-[var(--bubble-soft)] bg-[var(--bubble-sunk)] px-2.5 py-1 text-start text-small"
      onClick={() => onQuote(reply.id)}
    >
      <span className="sr-only">{mine ? 'Your answer to ' : 'An answer to '}</span>
      {author === undefined ? null : <bdi className="block font-semibold">{author}</bdi>}
      <bdi className="line-clamp-2 text-[var(--bubble-soft)]">
        {plainText(reply.text.slice(0, QUOTE_CHARACTERS_MAX)) || 'A message that has not arrived here'}
      </bdi>
    </button>
  )
}
