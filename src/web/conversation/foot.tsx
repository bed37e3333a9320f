import type { ReactNode } from 'react'
import { newestDeliveryWords } from '../../view/delivery-words.ts'
import { clockWords, momentWords } from '../../view/time-words.ts'
import type { Delivery, LineView } from '../../view/view.ts'
import type { RowTalk } from './row-talk.ts'

type FootProps = {
  readonly line: LineView
  readonly talk: RowTalk
  /** The newest message of mine. */
  readonly newest: boolean
  readonly delivery: Delivery
  /** Shows where the message is for each person. */
  onWhere(): void
}

/** The time, and of my newest message in words where it is; in a group that leads to where it is for each. */
export const Foot = ({ line, talk, newest, delivery, onWhere }: FootProps): ReactNode => {
  const words = newest ? whereWords(delivery, talk) : undefined
  return (
    <p className={`px-1.5 pt-0.5 text-tiny text-soft ${line.mine ? 'text-end' : ''}`}>
      <Time line={line} />
      {words === undefined ? null : talk.kind === 'direct' ? (
        ` · ${words}`
      ) : (
        <>
          {' · '}
          <button type="button" tabIndex={-1} className="underline underline-offset-2" onClick={onWhere}>
            {words}
          </button>
        </>
      )}
    </p>
  )
}

const Time = ({ line }: { readonly line: LineView }): ReactNode => (
  <time dateTime={new Date(line.at).toISOString()} title={momentWords(line.at)}>
    {clockWords(line.at)}
  </time>
)

const whereWords = (delivery: Delivery, { kind, name, presence, server }: RowTalk): string | undefined => {
  if (kind === 'group' && (delivery === 'delivered' || delivery === 'read'))
    return delivery === 'read' ? 'Read by everybody' : 'Delivered to everybody'
  const words = newestDeliveryWords(delivery, {
    name,
    ...(presence ? { presence } : {}),
    ...(server === undefined ? {} : { server }),
  })
  return kind === 'group' ? (words ?? 'Not yet with everybody') : words
}
