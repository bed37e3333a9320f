import { quoteOf } from '../../view/quote.ts'
import type { LineUpdate } from '../../view/update.ts'
import { compareOrders, type LineView, type Order } from '../../view/view.ts'

/** Lines asked for at once. */
export const PAGE_LINES = 60
/** About as many lines stay loaded around the place that is looked at; the rest is loaded again when scrolled to. */
export const CHAIN_LINES_MAX = 600

/**
 * The part of a conversation that is loaded: an unbroken run of its lines, in order. While `newer` is true, lines beyond
 * the end exist that are not loaded, and what arrives there is not shown but counted as unread by the peer.
 */
export type Chain = {
  readonly lines: readonly LineView[]
  readonly older: boolean
  readonly newer: boolean
}

export const newestChain = (page: { readonly lines: readonly LineView[]; readonly more: boolean }): Chain => ({
  lines: page.lines,
  older: page.more,
  newer: false,
})

/** The chain with a page that ends where it starts. Lines that are already there are not doubled. */
export const withOlder = (
  chain: Chain,
  page: { readonly lines: readonly LineView[]; readonly more: boolean },
): Chain => {
  const first = chain.lines[0]
  const lines = first ? page.lines.filter((line) => compareOrders(line.order, first.order) < 0) : page.lines
  return { ...chain, lines: [...lines, ...chain.lines], older: page.more }
}

/** The chain with a page that starts where it ends. */
export const withNewer = (
  chain: Chain,
  page: { readonly lines: readonly LineView[]; readonly more: boolean },
): Chain => {
  const last = chain.lines.at(-1)
  const lines = last ? page.lines.filter((line) => compareOrders(line.order, last.order) > 0) : page.lines
  return { ...chain, lines: [...chain.lines, ...lines], newer: page.more }
}

/**
 * The chain with a line that was said, arrived or changed. A line with a known id takes the place of the old one. A new
 * one is put where the order says, unless that is in a part that is not loaded.
 */
export const withLine = (chain: Chain, line: LineView): Chain => withQuoted(placed(chain, line), line)

const placed = (chain: Chain, line: LineView): Chain => {
  const known = placeOfId(chain.lines, line)
  if (known !== -1) {
    const old = chain.lines[known]
    if (old && compareOrders(old.order, line.order) === 0) return { ...chain, lines: chain.lines.with(known, line) }
    // Its place has changed: take it out and put it in anew.
    return placed({ ...chain, lines: chain.lines.toSpliced(known, 1) }, line)
  }
  const place = placeOf(chain.lines, line.order)
  if (place === 0 && chain.older) return chain
  if (place === chain.lines.length && chain.newer) return chain
  return { ...chain, lines: chain.lines.toSpliced(place, 0, line) }
}

/** Answers show what they answer as it stands now, also where that lies in a part that is not loaded. */
const withQuoted = (chain: Chain, line: LineView): Chain => {
  const isAnswer = (each: LineView): each is LineView & { kind: 'message' } =>
    each.kind === 'message' && each.reply?.id === line.id
  if (!chain.lines.some(isAnswer)) return chain
  const reply = quoteOf(line)
  return { ...chain, lines: chain.lines.map((each) => (isAnswer(each) ? { ...each, reply } : each)) }
}

/** The chain without a line that no longer stands. */
export const withoutLine = (chain: Chain, id: string): Chain =>
  chain.lines.some((line) => line.id === id) ? { ...chain, lines: chain.lines.filter((line) => line.id !== id) } : chain

/** The chain after something that was told of one of its lines. */
export const withTold = (chain: Chain, told: LineUpdate): Chain =>
  told.kind === 'line' ? withLine(chain, told.line) : withoutLine(chain, told.line)

/** The chain without its lines far after the one that is looked at. */
export const withoutFarNewer = (chain: Chain, looked: number): Chain => {
  const end = looked + CHAIN_LINES_MAX / 2
  return end + PAGE_LINES >= chain.lines.length ? chain : { ...chain, lines: chain.lines.slice(0, end), newer: true }
}

/** The chain without its lines far before the one that is looked at. */
export const withoutFarOlder = (chain: Chain, looked: number): Chain => {
  const start = looked - CHAIN_LINES_MAX / 2
  return start <= PAGE_LINES ? chain : { ...chain, lines: chain.lines.slice(start), older: true }
}

/** The index of the first line that is later than `order`: where a line of that order belongs. */
export const placeOf = (lines: readonly LineView[], order: Order): number => {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const line = lines[middle]
    if (line && compareOrders(line.order, order) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Looks where the order says first, from the end: nearly all changes are to the newest lines. */
const placeOfId = (lines: readonly LineView[], line: LineView): number => {
  const likely = placeOf(lines, line.order) - 1
  if (lines[likely]?.id === line.id) return likely
  return lines.findLastIndex((each) => each.id === line.id)
}
