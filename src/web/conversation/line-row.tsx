import { memo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { newestDeliveryWords } from '../../view/delivery-words.ts'
import { lineWords } from '../../view/line-words.ts'
import { clockWords, dayWords, momentWords } from '../../view/time-words.ts'
import type { Delivery, LineView, PersonView } from '../../view/view.ts'
import { isBubble, type Row } from '../chain/rows.ts'
import { Avatar } from '../parts/person.tsx'
import { useKith } from '../peer/context.ts'
import { Bubble } from './bubble.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import type { Intent } from '../composer/intent.ts'
import { LineActions, useLineActions } from './line-actions.tsx'
import { Reactions } from './reactions.tsx'

type LineRowProps = {
  readonly row: Row
  readonly conversation: string
  readonly person: PersonView
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
  onFocusRow(line: string): void
}

/** One line with what comes before it: the day, the mark “new messages”. */
export const LineRow = memo((props: LineRowProps): ReactNode => {
  const { row, found } = props
  return (
    <div
      className={`mx-auto max-w-256 px-3 md:px-6 ${row.startsGroup ? 'pt-3' : 'pt-0.5'} ${found ? 'row-found' : ''}`}
    >
      {props.beginning ? <Beginning person={props.person} /> : null}
      {row.startsDay ? <Day at={row.line.at} /> : null}
      {row.startsNew ? <NewMark /> : null}
      {isBubble(row.line) ? <Message {...props} /> : <SystemLine {...props} />}
    </div>
  )
})

const Beginning = ({ person }: { readonly person: PersonView }): ReactNode => (
  <p className="mx-auto max-w-120 pt-6 pb-2 text-center text-small text-balance text-soft">
    This is the beginning of what you and <bdi>{person.privateName ?? person.name}</bdi> wrote. It is sealed from your
    device to theirs; nobody in between can read it.
  </p>
)

const Day = ({ at }: { readonly at: number }): ReactNode => (
  <div className="flex items-center gap-3 pt-3 pb-4 text-small font-semibold text-soft">
    <span className="h-px flex-1 bg-line" />
    <span title={momentWords(at)}>{dayWords(at, useKith().now())}</span>
    <span className="h-px flex-1 bg-line" />
  </div>
)

const NewMark = (): ReactNode => (
  <div className="flex items-center gap-3 pb-3 text-small font-bold text-ember">
    <span className="h-px flex-1 bg-ember" />
    New messages
    <span className="h-px flex-1 bg-ember" />
  </div>
)

const SystemLine = ({ row: { line }, person, active, onFocusRow }: LineRowProps): ReactNode => {
  if (line.kind === 'message') return null
  const serious = line.kind === 'forked' || line.kind === 'gap' || line.kind === 'sealed'
  return (
    <div
      data-line={line.id}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rows are walked with the arrow keys
      tabIndex={active ? 0 : -1}
      onFocus={() => onFocusRow(line.id)}
      className={`mx-auto my-1 w-fit max-w-120 rounded-xl px-3 py-1 text-center text-small text-balance ${serious ? 'bg-ember-wash text-ink' : 'text-soft'}`}
    >
      <bdi>{lineWords(line, () => ({ name: person.privateName ?? person.name, mine: line.mine }))}</bdi>
      <span className="sr-only">, {clockWords(line.at)}</span>
    </div>
  )
}

const Message = (props: LineRowProps): ReactNode => {
  const { row, person, active, delivery, newest } = props
  const { line } = row
  const name = person.privateName ?? person.name
  const place = useRef<HTMLDivElement>(null)
  const actions = useLineActions(props)
  const [looked, setLooked] = useState(false)
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
      aria-label={`${line.mine ? 'You' : name}, ${clockWords(line.at)}`}
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
      {line.mine ? null : <Beside row={row} person={person} />}
      <div className={`flex max-w-[min(85%,40rem)] min-w-0 flex-col ${line.mine ? 'items-end' : 'items-start'}`}>
        <div className={`relative flex max-w-full items-end gap-1.5 ${line.mine ? 'flex-row-reverse' : ''}`}>
          <Bubble row={row} name={name} onQuote={props.onQuote} />
          {line.kind === 'message' && (line.edited || line.mine) ? (
            <span className="flex flex-none items-center gap-1 pb-1 text-tiny text-soft">
              {line.edited ? 'edited' : null}
              {line.mine ? <DeliveryMark delivery={delivery} name={name} /> : null}
            </span>
          ) : null}
          {line.kind === 'message' && (looked || actions.open) ? <LineActions line={line} actions={actions} /> : null}
        </div>
        {line.kind === 'message' ? <Reactions line={line} person={person} onReact={actions.react} /> : null}
        {row.endsGroup || newest ? <Foot line={line} newest={newest} delivery={delivery} person={person} /> : null}
      </div>
    </div>
  )
}

/** The face of who wrote a group, beside its last bubble; not where every pixel counts. */
const Beside = ({ row, person }: { readonly row: Row; readonly person: PersonView }): ReactNode => (
  <div className="hidden w-7 flex-none pb-5 sm:block">
    {row.endsGroup ? <Avatar id={person.id} name={person.privateName ?? person.name} size={28} /> : null}
  </div>
)

type FootProps = {
  readonly line: LineView
  readonly newest: boolean
  readonly delivery: Delivery
  readonly person: PersonView
}

const Foot = ({ line, newest, delivery, person }: FootProps): ReactNode => {
  const name = person.privateName ?? person.name
  const words = newest ? newestDeliveryWords(delivery, { presence: person.presence, name }) : undefined
  return (
    <p className={`px-1.5 pt-0.5 text-tiny text-soft ${line.mine ? 'text-end' : ''}`}>
      <time dateTime={new Date(line.at).toISOString()} title={momentWords(line.at)}>
        {clockWords(line.at)}
      </time>
      {words === undefined ? null : ` · ${words}`}
    </p>
  )
}
