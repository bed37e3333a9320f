import { memo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { clockWords, dateWords, dayWords, momentWords } from '../../view/time-words.ts'
import type { Delivery } from '../../view/view.ts'
import { isBubble, type Row } from '../chain/rows.ts'
import type { Intent } from '../composer/intent.ts'
import { hueOf } from '../parts/initials.ts'
import { Avatar, ShownName } from '../parts/person.tsx'
import { useNow } from '../peer/context.ts'
import { calledName, nameOf } from '../peer/names.ts'
import { useAnybody } from '../peer/talk.ts'
import { Bubble } from './bubble.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import { DeliverySheet } from './delivery-sheet.tsx'
import { Foot } from './foot.tsx'
import { LineActions, useLineActions } from './line-actions.tsx'
import { Reactions } from './reactions.tsx'
import type { RowTalk } from './row-talk.ts'
import { SystemLine } from './system-line.tsx'

type LineRowProps = {
  readonly row: Row
  readonly talk: RowTalk
  readonly delivery: Delivery
  /** The newest message of mine: it says in words how far it got. */
  readonly newest: boolean
  /** The row that the tab key stops at. */
  readonly active: boolean
  readonly found: boolean
  /** Nothing comes before this line. */
  readonly beginning: boolean
  onIntent(intent: Intent): void
  onQuote(line: string): void
  /** The rest of a message is about to be shown. */
  onUnfold(): void
  onFocusRow(line: string): void
}

const DAY_LOOK_MILLIS = 30_000

/** One line with what comes before it: the day, the mark “new messages”. */
export const LineRow = memo((props: LineRowProps): ReactNode => {
  const { row, found } = props
  return (
    <div
      className={`mx-auto max-w-256 px-3 md:px-6 ${row.startsGroup && isBubble(row.line) ? 'pt-3' : 'pt-0.5'} ${found ? 'row-found' : ''}`}
    >
      {props.beginning ? <Beginning talk={props.talk} /> : null}
      {row.startsDay ? <Day at={row.line.at} /> : null}
      {row.startsNew ? <NewMark /> : null}
      {isBubble(row.line) ? (
        <Message {...props} />
      ) : (
        <SystemLine line={row.line} active={props.active} onFocusRow={props.onFocusRow} />
      )}
    </div>
  )
})

const Beginning = ({ talk }: { readonly talk: RowTalk }): ReactNode => (
  <p className="mx-auto max-w-120 pt-6 pb-2 text-center text-small text-balance text-soft">
    {talk.kind === 'group' ? (
      'This is the beginning of what you can see of this group. What is said here is sealed for its members; nobody in between can read it.'
    ) : (
      <>
        This is the beginning of what you and <bdi>{talk.name}</bdi> wrote. It is sealed from your device to theirs;
        nobody in between can read it.
      </>
    )}
  </p>
)

/** Looks at the clock: “Today” becomes “Yesterday” while the conversation stays open. */
const Day = ({ at }: { readonly at: number }): ReactNode => {
  const now = useNow(DAY_LOOK_MILLIS)
  return (
    <div className="flex items-center gap-3 pt-3 pb-4 text-small font-semibold text-soft">
      <span className="h-px flex-1 bg-line" />
      <span title={momentWords(at)} className="print:hidden">
        {dayWords(at, now)}
      </span>
      <span className="hidden print:inline">{dateWords(at)}</span>
      <span className="h-px flex-1 bg-line" />
    </div>
  )
}

const NewMark = (): ReactNode => (
  <div className="flex items-center gap-3 pb-3 text-small font-bold text-ember">
    <span className="h-px flex-1 bg-ember" />
    New messages
    <span className="h-px flex-1 bg-ember" />
  </div>
)

const Message = (props: LineRowProps): ReactNode => {
  const { row, talk, active, delivery, newest } = props
  const { line } = row
  const author = useAnybody(line.person)
  const place = useRef<HTMLDivElement>(null)
  const actions = useLineActions(props)
  const [looked, setLooked] = useState(false)
  const unfold = (): void => {
    props.onUnfold()
    // The button that is left goes away.
    place.current?.focus({ preventScroll: true })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target === place.current && actions.onKey(event)) event.preventDefault()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its keys do what its menu does
    <div
      ref={place}
      data-line={line.id}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rows are walked with the arrow keys
      tabIndex={active ? 0 : -1}
      aria-label={`${line.mine ? 'You' : nameOf(author)}, ${clockWords(line.at)}`}
      role="article"
      onKeyDown={onKeyDown}
      onFocus={() => {
        setLooked(true)
        props.onFocusRow(line.id)
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setLooked(false)
      }}
      onPointerEnter={() => setLooked(true)}
      onPointerLeave={(event) => {
        if (!event.currentTarget.contains(document.activeElement)) setLooked(false)
      }}
      className={`flex items-end gap-2 rounded-2xl ${line.mine ? 'flex-row-reverse' : ''}`}
    >
      {line.mine ? null : (
        // The face of who wrote a group of bubbles, beside the last; not where every pixel counts.
        <div className="hidden w-7 flex-none pb-5 sm:block">
          {row.endsGroup ? <Avatar id={author.id} name={calledName(author)} size={28} /> : null}
        </div>
      )}
      <div className={`flex max-w-[min(85%,40rem)] min-w-0 flex-col ${line.mine ? 'items-end' : 'items-start'}`}>
        {talk.kind === 'group' && !line.mine && row.startsGroup ? (
          <p
            className="name-hue max-w-full truncate px-1.5 pb-0.5 text-small font-semibold"
            data-hue={hueOf(author.id)}
            data-author
          >
            <ShownName person={author} />
          </p>
        ) : null}
        <div className={`relative flex max-w-full items-end gap-1.5 ${line.mine ? 'flex-row-reverse' : ''}`}>
          <Bubble row={row} onQuote={props.onQuote} onUnfold={unfold} />
          {line.kind === 'message' && (line.edited || line.mine) ? (
            <span className="flex flex-none items-center gap-1 pb-1 text-tiny text-soft">
              {line.edited ? 'edited' : null}
              {line.mine ? <DeliveryMark delivery={delivery} name={talk.name} server={talk.server} /> : null}
            </span>
          ) : null}
          {line.kind === 'message' && (looked || actions.open) ? (
            <LineActions line={line} actions={actions} group={talk.kind === 'group'} />
          ) : null}
        </div>
        {line.kind === 'message' ? <Reactions line={line} onReact={actions.react} /> : null}
        {row.endsGroup || newest ? (
          <Foot line={line} talk={talk} newest={newest} delivery={delivery} onWhere={() => actions.setOpen('where')} />
        ) : null}
        {line.kind === 'message' && actions.open === 'where' ? (
          <DeliverySheet line={line} talk={talk} onClose={() => actions.close('where')} />
        ) : null}
      </div>
    </div>
  )
}
