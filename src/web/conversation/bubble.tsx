import { useContext, useMemo, useState, type ReactNode } from 'react'
import { isVisible } from '../../core/timeline/visible.ts'
import { lineWords } from '../../view/line-words.ts'
import { quoteWords } from '../../view/quote.ts'
import type { LineView, Quote as QuoteView } from '../../view/view.ts'
import type { Row } from '../chain/rows.ts'
import { isEmojiOnly } from '../markdown/emoji-only.ts'
import { beginningOf } from '../markdown/long-text.ts'
import { Markdown } from '../markdown/markdown.tsx'
import { seenText } from '../markdown/seen-text.ts'
import { useName } from '../peer/context.ts'
import { OnPaper } from './printing.ts'

type BubbleProps = { readonly row: Row; onQuote(line: string): void; onUnfold(): void }

export const Bubble = ({ row, onQuote, onUnfold }: BubbleProps): ReactNode => {
  const { line } = row
  const side = line.mine ? 'bubble-mine' : 'bubble-theirs'
  const hooked = [row.startsGroup ? '' : 'above', row.endsGroup ? '' : 'below'].join(' ')
  if (line.kind === 'deleted')
    return (
      <div className={`bubble ${side} bubble-deleted`} data-hooked={hooked}>
        <Deleted line={line} />
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
      {line.reply ? <Quote reply={line.reply} mine={line.mine} onQuote={onQuote} /> : null}
      {isVisible(line.text) ? (
        <LongText text={line.text} onUnfold={onUnfold} />
      ) : (
        <em className="text-[var(--bubble-soft)]">Nothing to see</em>
      )}
    </div>
  )
}

const Deleted = ({ line }: { readonly line: LineView & { kind: 'deleted' } }): ReactNode => {
  const name = useName(line.person)
  return <bdi>{lineWords(line, () => ({ name, mine: line.mine }))}</bdi>
}

const LongText = ({ text, onUnfold }: { readonly text: string; onUnfold(): void }): ReactNode => {
  const [unfolded, setUnfolded] = useState(false)
  const whole = useContext(OnPaper) || unfolded
  const beginning = useMemo(() => beginningOf(text), [text])
  if (beginning === undefined || whole) return <Markdown text={text} />
  return (
    <>
      <Markdown text={beginning} />
      <button
        type="button"
        className="mt-1 font-semibold underline underline-offset-2"
        onClick={() => {
          onUnfold()
          setUnfolded(true)
        }}
      >
        Show the whole message
      </button>
    </>
  )
}

type QuoteProps = {
  readonly reply: QuoteView
  readonly mine: boolean
  onQuote(line: string): void
}

/** What is answered, above the answer; a click goes there. */
const Quote = ({ reply, mine, onQuote }: QuoteProps): ReactNode => {
  const author = useName(reply.kind === 'unknown' ? '' : reply.person)
  return (
    <button
      type="button"
      className="mb-1.5 block w-full rounded-lg border-s-3 border-[var(--bubble-soft)] bg-[var(--bubble-sunk)] px-2.5 py-1 text-start text-small"
      onClick={() => onQuote(reply.id)}
    >
      <span className="sr-only">{mine ? 'Your answer to ' : 'An answer to '}</span>
      {reply.kind === 'unknown' ? null : <bdi className="block font-semibold">{author}</bdi>}
      <bdi className={`line-clamp-2 text-[var(--bubble-soft)] ${reply.kind === 'deleted' ? 'italic' : ''}`}>
        {seenText(quoteWords(reply))}
      </bdi>
    </button>
  )
}
