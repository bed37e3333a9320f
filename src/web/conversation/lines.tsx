import { useCallback, useEffect, useMemo, useRef, useState, type ClipboardEvent, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { EVERYBODY } from '../../view/delivery-words.ts'
import { compareOrders, deliveryOf, type ConversationView } from '../../view/view.ts'
import { CHAIN_LINES_MAX, type Chain } from '../chain/chain.ts'
import { keptRows, rowsOf, type Row } from '../chain/rows.ts'
import { findLine, loadAround, loadMore, loadNewest, markRead, trimChain } from '../peer/chains.ts'
import { useKith, useKithState } from '../peer/context.ts'
import { nameIn } from '../peer/names.ts'
import { notify } from '../peer/store.ts'
import { talkName, type Talk } from '../peer/talk.ts'
import { orderIn, toConversation } from '../routes.ts'
import type { Intent } from '../composer/intent.ts'
import { newestOfMine } from './delivery-mark.tsx'
import { copiedText, selectedEnds } from './copying.ts'
import { EmptyTalk } from './empty-talk.tsx'
import { JumpButton } from './jump-button.tsx'
import { LineRow } from './line-row.tsx'
import { useReading } from './reading.ts'
import { useRowKeys } from './row-keys.ts'
import type { RowTalk } from './row-talk.ts'
import { RowList, type RowListHandle } from './row-list.tsx'

type LinesProps = {
  readonly talk: Talk
  /** A place to go to, from the address. */
  readonly order: string | undefined
  onIntent(intent: Intent): void
}

const FOUND_MILLIS = 2_000

/** The lines of a conversation: loads what comes into sight, lets go of what is far, marks what was read. */
export const Lines = (props: LinesProps): ReactNode => {
  const chain = useKithState((state) => state.chains.get(props.talk.conversation.id)?.chain)
  if (chain === undefined) return <div className="flex-1" />
  if (chain.lines.length === 0 && !chain.older) return <EmptyTalk talk={props.talk} />
  return <LoadedLines {...props} chain={chain} />
}

const LoadedLines = ({ talk, order, onIntent, chain }: LinesProps & { readonly chain: Chain }): ReactNode => {
  const kith = useKith()
  const { conversation } = talk
  const { id } = conversation
  const rowTalk = useRowTalk(talk)
  const rows = useRows(id, chain)
  const list = useRef<RowListHandle>(null)
  const [atEnd, setAtEnd] = useState(false)
  const { found, show } = useFound(conversation, chain, order, list)
  const { active, onKeyDown, onFocusRow } = useRowKeys(rows, list)
  const newest = newestOfMine(chain.lines)?.id
  useReading(conversation, chain, atEnd && !chain.newer)

  const jump = async (): Promise<void> => {
    if (chain.newer) await loadNewest(kith, id)
    list.current?.toEnd()
  }
  // Who wants to read on begins where the text was cut.
  const stay = useCallback(() => list.current?.stay(), [])
  const copy = (event: ClipboardEvent<HTMLElement>): void => {
    const ends = selectedEnds(event.currentTarget, getSelection())
    const { mirror } = kith.getState()
    if (ends === undefined || mirror === undefined) return
    const [first, last] = ends.map((end) => chain.lines.findIndex((line) => line.id === end))
    if (first === undefined || last === undefined) return
    const text = copiedText(chain.lines.slice(first, last + 1), (person) =>
      person === mirror.status.me?.id ? mirror.status.me.name : nameIn(mirror, person),
    )
    // A part of one message is copied by the browser, as it is.
    if (text === undefined) return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
  }
  const label = talk.kind === 'group' ? `Messages in ${talkName(talk)}` : `Messages with ${talkName(talk)}`
  const drawRow = (row: Row): ReactNode => (
    <LineRow
      row={row}
      talk={rowTalk}
      delivery={row.line.mine ? deliveryOf(row.line, conversation.progress) : 'kept'}
      newest={row.line.id === newest}
      active={row.line.id === active}
      found={row.line.id === found}
      beginning={!chain.older && row === rows[0]}
      onIntent={onIntent}
      onQuote={show}
      onUnfold={stay}
      onFocusRow={onFocusRow}
    />
  )
  return (
    <div className="talk-lines relative flex min-h-0 flex-1 flex-col">
      <RowList
        ref={list}
        label={label}
        paperHead={<PaperHead label={label} chain={chain} />}
        rows={rows}
        keepRow={active}
        onKeyDown={onKeyDown}
        onCopy={copy}
        onAtEnd={setAtEnd}
        onNear={(end) => {
          if (chain[end]) void loadMore(kith, id, end)
        }}
        onRest={(row) => {
          if (chain.lines.length > CHAIN_LINES_MAX) trimChain(kith, id, row.line)
        }}
        draw={drawRow}
      />
      {atEnd && !chain.newer ? null : <JumpButton unread={conversation.unread} onJump={() => void jump()} />}
    </div>
  )
}

const PaperHead = ({ label, chain }: { readonly label: string; readonly chain: Chain }): ReactNode => {
  const left = [...(chain.older ? ['older'] : []), ...(chain.newer ? ['newer'] : [])].join(' and ')
  return (
    <>
      <p className="font-serif text-title">{label}</p>
      {left === '' ? null : (
        <p className="text-small">{`There are ${left} messages, which are not printed: scroll through them first to have them on paper.`}</p>
      )}
    </>
  )
}

/** The same value for as long as nothing that rows draw of the conversation changes. */
const useRowTalk = (talk: Talk): RowTalk => {
  const { kind } = talk
  const { id: conversation, sealedAt: server } = talk.conversation
  const name = kind === 'group' ? EVERYBODY : talkName(talk)
  const presence = kind === 'group' ? undefined : talk.person.presence
  return useMemo(() => ({ conversation, kind, name, presence, server }), [conversation, kind, name, presence, server])
}

/** The rows, each kept as it was while nothing about it changed. */
const useRows = (id: string, chain: Chain): readonly Row[] => {
  const read = useKithState((state) => state.chains.get(id)?.read ?? 'all')
  const [known, setKnown] = useState<{ lines: Chain['lines']; read: typeof read; rows: readonly Row[] }>()
  const same = known?.lines === chain.lines && known.read === read
  const rows = same ? known.rows : keptRows(known?.rows ?? [], rowsOf(chain.lines, read))
  if (!same) setKnown({ lines: chain.lines, read, rows })
  useNewMark(id)
  return rows
}

/** While nobody looks at the window, the mark “new messages” moves to where the looking stopped. */
const useNewMark = (id: string): void => {
  const kith = useKith()
  useEffect(() => {
    const left = (): void => {
      const view = kith.getState().mirror?.conversations.get(id)
      if (view?.readUpTo && view.unread === 0) markRead(kith, id, view.readUpTo)
    }
    window.addEventListener('blur', left)
    return () => window.removeEventListener('blur', left)
  }, [kith, id])
}

/** Goes to a line: one that was quoted, or one that the address names; it glows for a moment. */
const useFound = (
  { id }: ConversationView,
  chain: Chain,
  order: string | undefined,
  list: { readonly current: RowListHandle | null },
) => {
  const kith = useKith()
  const [, go] = useLocation()
  const [sought, setSought] = useState<string>()
  const found = chain.lines.some((line) => line.id === sought) ? sought : undefined

  useEffect(() => {
    const place = orderIn(order)
    if (place === undefined) return
    void loadAround(kith, id, place).then(() => {
      const lines = kith.getState().chains.get(id)?.chain?.lines ?? []
      setSought(lines.find((line) => compareOrders(line.order, place) === 0)?.id)
      go(toConversation(id), { replace: true })
    })
  }, [kith, id, order, go])

  useEffect(() => {
    if (found === undefined) return
    list.current?.toRow(found)
    const timer = setTimeout(() => setSought(undefined), FOUND_MILLIS)
    return () => clearTimeout(timer)
  }, [found, list])

  const show = useCallback(
    (line: string): void => {
      const known =
        kith
          .getState()
          .chains.get(id)
          ?.chain?.lines.some((each) => each.id === line) === true
      void (known ? Promise.resolve(true) : findLine(kith, id, line)).then((here) => {
        if (here) setSought(line)
        else notify(kith, 'The message that was answered is not here, or lies far back. Search for it instead.')
      })
    },
    [kith, id],
  )
  return { found, show }
}
