import { dayOf, MINUTE_MILLIS, type Place } from '../../view/time-words.ts'
import { compareOrders, type LineView, type Order } from '../../view/view.ts'

/** One line as it is drawn, with what its neighbours mean for it. */
export type Row = {
  readonly line: LineView
  /** The day that begins with this line. */
  readonly startsDay: boolean
  /** The first line that was not read when the conversation was opened. */
  readonly startsNew: boolean
  /** Bubbles of one author within one minute belong together; these are the ends of such a group. */
  readonly startsGroup: boolean
  readonly endsGroup: boolean
}

/**
 * The rows of a run of lines, one for each line: the number of rows is the number of lines, so that loading older ones
 * moves nothing. `read` is the order up to which everything was read when the conversation was opened.
 */
export const rowsOf = (lines: readonly LineView[], read: Order | 'all', place: Place = {}): readonly Row[] => {
  const startsNew = read === 'all' ? -1 : firstUnread(lines, read)
  return lines.map((line, index) => {
    const before = lines[index - 1]
    const after = lines[index + 1]
    return {
      line,
      startsDay: before === undefined || dayOf(before.at, place) !== dayOf(line.at, place),
      startsNew: index === startsNew,
      startsGroup: index === startsNew || before === undefined || !belongTogether(before, line, place),
      endsGroup: index + 1 === startsNew || after === undefined || !belongTogether(line, after, place),
    }
  })
}

/** One author, both of them bubbles, and the minute on the clock is the same. */
const belongTogether = (one: LineView, other: LineView, place: Place): boolean =>
  one.person === other.person &&
  one.mine === other.mine &&
  isBubble(one) &&
  isBubble(other) &&
  Math.floor(one.at / MINUTE_MILLIS) === Math.floor(other.at / MINUTE_MILLIS) &&
  dayOf(one.at, place) === dayOf(other.at, place)

export const isBubble = (line: LineView): boolean => line.kind === 'message' || line.kind === 'deleted'

/** Where everything is new, there is nothing to mark it off from. */
const firstUnread = (lines: readonly LineView[], read: Order): number => {
  const first = lines.findIndex((line) => !line.mine && compareOrders(line.order, read) > 0)
  return first === 0 ? -1 : first
}

/** Reuses the rows of the time before that did not change, so that their drawings are kept. */
export const keptRows = (before: readonly Row[], after: readonly Row[]): readonly Row[] => {
  const known = new Map(before.map((row) => [row.line.id, row]))
  return after.map((row) => {
    const old = known.get(row.line.id)
    return old && sameRow(old, row) ? old : row
  })
}

const sameRow = (one: Row, other: Row): boolean =>
  one.line === other.line &&
  one.startsDay === other.startsDay &&
  one.startsNew === other.startsNew &&
  one.startsGroup === other.startsGroup &&
  one.endsGroup === other.endsGroup
