import {
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
} from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { Row } from '../chain/rows.ts'
import { OnPaper, usePrinting } from './printing.ts'

/** What the list does for those who hold it. */
export type RowListHandle = { toEnd(): void; stay(): void; toRow(line: string): void; focusRow(index: number): void }

type RowListProps = {
  readonly ref: Ref<RowListHandle>
  readonly label: string
  /** What stands above the rows on paper. */
  readonly paperHead: ReactNode
  readonly rows: readonly Row[]
  /** The id of a line that stays drawn while it is out of sight, because it has the focus. */
  readonly keepRow: string | undefined
  draw(row: Row): ReactNode
  onAtEnd(atEnd: boolean): void
  /** An end of what is loaded comes near. */
  onNear(end: 'older' | 'newer'): void
  /** Scrolling has stopped at this row. */
  onRest(row: Row): void
  onKeyDown(event: KeyboardEvent): void
  onCopy(event: ClipboardEvent<HTMLElement>): void
}

/** Closer than this to the end counts as there: new lines keep it in sight. */
const END_PIXELS = 48
/**
 * More than is drawn ahead: the start of what is loaded is then not drawn yet when older rows come before it. And so much
 * that a page that takes half a second is there before somebody who scrolls as fast as one can read reaches the end.
 */
const NEAR_PIXELS = 4_000
/**
 * Rows are drawn, and so measured, this far ahead of what is in sight. A row that is measured only when a part of it is
 * in sight pushes what is below it, so this is more than what one turn of a wheel or one key scrolls by.
 */
const AHEAD_PIXELS = 1_000
/** By so much the list may be mistaken about where it is while it corrects its place. */
const UNSURE_PIXELS = 200
/** What a row is taken for until it is measured: about the height of a short message with its time. */
const ROW_PIXELS = 64
/** So many rows at the end are drawn as a list opens: what is in sight there, and what a first scroll brings into it. */
const OPENED_ROWS = Math.ceil((2 * AHEAD_PIXELS) / ROW_PIXELS)

/**
 * Draws the rows that are in sight, sticks to the end while it is in sight, and stays where it is while rows come and go
 * at either end. What happens is decided by what is seen, never by a timer.
 */
export const RowList = (props: RowListProps): ReactNode => {
  const { rows, keepRow, draw, onAtEnd, onNear, onRest, onKeyDown, onCopy, label, paperHead, ref } = props
  const list = useRef<VirtualizerHandle>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)
  const offset = useRef(0)
  const { generation, atStart, replaced, saidNow, kept } = useRowChange(rows, list)

  const look = (): void => {
    const place = scroller.current
    if (place === null) return
    // Rows that are measured, or arrive, push the end away: only going up means that somebody wants to leave it.
    if (pixelsBelow(place) < END_PIXELS) stuck.current = true
    else if (place.scrollTop < offset.current) stuck.current = false
    offset.current = place.scrollTop
    onAtEnd(stuck.current)
  }
  const askOlder = (): void => {
    if (list.current && list.current.scrollOffset < NEAR_PIXELS) onNear('older')
  }
  const lookAround = (): void => {
    look()
    const view = list.current
    if (view === null) return
    // Until it rests at the end the list draws ahead only there, and goes on so as rows come at the start.
    if (!stuck.current) askOlder()
    if (view.scrollSize - view.scrollOffset - view.viewportSize < NEAR_PIXELS) onNear('newer')
  }
  const rest = (): void => {
    askOlder()
    const row = rows[list.current?.findItemIndex(list.current.scrollOffset) ?? 0]
    if (row) onRest(row)
  }
  const toEnd = (): void => {
    stuck.current = true
    const place = scroller.current
    if (place === null) return
    place.scrollTop = place.scrollHeight
    offset.current = place.scrollTop
  }
  useImperativeHandle(ref, () => ({
    toEnd,
    stay: () => {
      stuck.current = false
    },
    toRow: (line) => {
      stuck.current = false
      list.current?.scrollToIndex(
        rows.findIndex((row) => row.line.id === line),
        { align: 'center' },
      )
    },
    focusRow: (index) => focusRow(scroller.current, list.current, rows[index]?.line.id, index),
  }))
  useLayoutEffect(() => {
    const unread = rows.findIndex((row) => row.startsNew)
    if (replaced && unread > 0) {
      stuck.current = false
      list.current?.scrollToIndex(unread, { align: 'start', offset: -48 })
    } else if (replaced || saidNow) toEnd()
    else if (stuck.current && (atStart || !isScrolledUp(scroller.current, offset.current))) toEnd()
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- `toEnd` only reaches for refs
  }, [rows, replaced, saidNow, atStart])
  // On paper nothing scrolls, and the list takes itself to be at its start.
  const printing = usePrinting(() => {
    const goBack = markPlace(list.current)
    return stuck.current ? toEnd : goBack
  })
  useStaying(scroller, stuck, generation, (filled) => {
    if (printing) return
    look()
    // What does not fill the space cannot be scrolled, and so would never ask for more.
    if (!filled) onNear('older')
  })

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between its rows
    <div
      ref={scroller}
      role="group"
      aria-label={label}
      className="rows flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain [overflow-anchor:none]"
      onKeyDown={onKeyDown}
      onCopy={onCopy}
    >
      <div className="hidden px-3 pb-4 print:block">{paperHead}</div>
      <div className="flex-1" />
      <OnPaper value={printing}>
        <Virtualizer
          key={generation}
          ref={list}
          as="ol"
          item="li"
          scrollRef={scroller}
          data={rows}
          itemSize={ROW_PIXELS}
          bufferSize={AHEAD_PIXELS}
          shift={atStart}
          keepMounted={printing ? [...rows.keys()] : keptIndexes(rows, keepRow, kept)}
          onScroll={() => printing || lookAround()}
          onScrollEnd={() => printing || rest()}
        >
          {(row) => <div key={row.line.id}>{draw(row)}</div>}
        </Virtualizer>
      </OnPaper>
    </div>
  )
}

const pixelsBelow = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight

/** Since it was last looked at: the browser tells of it only with its next frame, and what is drawn before must wait. */
const isScrolledUp = (place: HTMLElement | null, offset: number): boolean =>
  place !== null && place.scrollTop < offset && pixelsBelow(place) >= END_PIXELS

type Held<Value> = { readonly current: Value }

/**
 * Stays at the end while rows turn out higher than estimated and while the space for them changes. The browser tells of
 * sizes after its layout and before it paints, so nothing is seen to move.
 */
const useStaying = (
  scroller: Held<HTMLElement | null>,
  stuck: Held<boolean>,
  generation: number,
  onSettled: (filled: boolean) => void,
): void => {
  const settled = useRef(onSettled)
  useLayoutEffect(() => {
    settled.current = onSettled
  })
  useLayoutEffect(() => {
    const place = scroller.current
    const content = place?.querySelector('ol')
    if (!place || !content) return
    const observer = new ResizeObserver(() => {
      if (stuck.current) place.scrollTop = place.scrollHeight
      settled.current(content.offsetHeight > place.clientHeight)
    })
    observer.observe(place)
    observer.observe(content)
    return () => observer.disconnect()
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a new generation is a new list to observe
  }, [scroller, stuck, generation])
}

const keptIndexes = (rows: readonly Row[], id: string | undefined, kept: ReadonlySet<string>): number[] =>
  rows.flatMap((row, index) => (row.line.id === id || kept.has(row.line.id) ? [index] : []))

/** The ids of the rows that the list shows, and of some around them. */
const idsInSight = (list: VirtualizerHandle | null, rows: readonly Row[]): ReadonlySet<string> => {
  if (list === null) return new Set()
  const first = list.findItemIndex(list.scrollOffset - UNSURE_PIXELS)
  const last = list.findItemIndex(list.scrollOffset + list.viewportSize + UNSURE_PIXELS)
  return new Set(rows.slice(first, last + 1).map((row) => row.line.id))
}

/** Remembers which row is at the top, and gives back how to bring it there again. */
const markPlace = (list: VirtualizerHandle | null): (() => void) => {
  if (list === null) return () => {}
  const index = list.findItemIndex(list.scrollOffset)
  const offset = list.scrollOffset - list.getItemOffset(index)
  return () => list.scrollToIndex(index, { align: 'start', offset })
}

/** The row may not be drawn yet: it is brought into sight first, and focused when it is there. */
const focusRow = (
  scroller: HTMLElement | null,
  list: VirtualizerHandle | null,
  id: string | undefined,
  index: number,
) => {
  const find = (): HTMLElement | null => scroller?.querySelector(`[data-line="${CSS.escape(id ?? '')}"]`) ?? null
  const row = find()
  if (row !== null) {
    row.focus({ preventScroll: true })
    return list?.scrollToIndex(index, { align: 'nearest' })
  }
  list?.scrollToIndex(index, { align: 'nearest' })
  requestAnimationFrame(() => find()?.focus({ preventScroll: true }))
}

type RowChange = {
  /** Grows when the rows have nothing to do with those before. */
  readonly generation: number
  /** Rows came or went at the start: the place is then kept from the end. */
  readonly atStart: boolean
  readonly replaced: boolean
  /** The newest row is one that I have just written. */
  readonly saidNow: boolean
}

/** How the rows differ from those of the drawing before, and which of them stay drawn until they differ again. */
const useRowChange = (
  rows: readonly Row[],
  list: Held<VirtualizerHandle | null>,
): RowChange & { readonly kept: ReadonlySet<string> } => {
  const [known, setKnown] = useState(() => {
    const change = changeOf(undefined, rows, 0)
    return { rows, change: { ...change, kept: idsToKeep(change, [], rows, null) } }
  })
  if (known.rows === rows) return known.change
  const differs = changeOf(known.rows, rows, known.change.generation)
  const change = { ...differs, kept: idsToKeep(differs, known.rows, rows, list.current) }
  setKnown({ rows, change })
  return change
}

/**
 * Rows that come or go at the start while the list is correcting its place: it goes by the numbers that the rows had
 * before and takes what is in sight out of the page for a moment, along with the state of those rows, unless they are
 * kept. A list that opens goes to its end, and draws ahead only there until it rests.
 */
const idsToKeep = (
  { replaced, atStart }: RowChange,
  before: readonly Row[],
  rows: readonly Row[],
  list: VirtualizerHandle | null,
): ReadonlySet<string> => {
  if (replaced) return new Set(rows.slice(-OPENED_ROWS).map((row) => row.line.id))
  return atStart ? idsInSight(list, before) : NO_ROWS
}

const NO_ROWS: ReadonlySet<string> = new Set()

export const changeOf = (before: readonly Row[] | undefined, rows: readonly Row[], generation: number): RowChange => {
  const [first, last] = [rows[0]?.line.id, rows.at(-1)?.line]
  const [firstBefore, lastBefore] = [before?.[0]?.line.id, before?.at(-1)?.line.id]
  const has = (list: readonly Row[] | undefined, id: string | undefined): boolean =>
    list?.some((row) => row.line.id === id) ?? false
  const replaced = !has(rows, firstBefore) && !has(rows, lastBefore)
  return {
    generation: replaced ? generation + 1 : generation,
    atStart: !replaced && first !== firstBefore,
    replaced,
    saidNow: !replaced && last?.mine === true && last.id !== lastBefore && !has(before, last.id),
  }
}
