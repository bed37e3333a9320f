import type { Hex } from '../bytes/hex.ts'
import { AUTHORS_MAX } from '../event/graph.ts'
import { EVENTS_IN_FRAME_MAX, type Vector } from './frame.ts'

/**
 * What is known, on one link, of how far the two copies of one conversation are apart. Pure bookkeeping over version
 * vectors: what to send next, what was sent and not yet acknowledged, what they were told.
 */
export type Exchange = {
  /** The conversation's name on this link. */
  readonly tag: Hex
  /** What they may have of what is held here. */
  readonly mine: Vector
  /** The digest that this side opened with and what it stood for, until they have said a word of their own. */
  readonly opening?: Opening
  /** Absent until they named what they hold. */
  readonly theirs?: Vector
  /** What they hold or will hold once what is under way arrives. */
  readonly sent: Vector
  /** What they know that this side holds: it was named to them, or sent by this side. */
  readonly told?: Vector
  readonly underWay: readonly Item[]
  readonly underWayBytes: number
  /** What is being fetched from the store; empty when nothing is. */
  readonly asked: readonly Want[]
}

export type Opening = { readonly digest: Hex; readonly vector: Vector }

/** The first sequence of an author that they lack. */
export type Want = readonly [author: Hex, from: number]

/** One event on its way: enough to order it and to count it. */
export type Item = { readonly author: Hex; readonly seq: number; readonly size: number }

export type Outgoing = Item & { readonly bytes: Uint8Array }

/** What may be under way unacknowledged, for each conversation on each link. */
export const WINDOW_BYTES_MAX = 1024 * 1024
export const WINDOW_EVENTS_MAX = 1_024
export const FRAME_EVENTS_BYTES_MAX = 256 * 1024

export const newExchange = (tag: Hex, mine: Vector, opening: Opening): Exchange => ({
  tag,
  mine,
  opening,
  sent: new Map(),
  underWay: [],
  underWayBytes: 0,
  asked: [],
})

/** The digest of one that cannot tell what it holds or what it was told: equal to none, so that both sides name it all. */
export const NO_DIGEST: Hex = '00'.repeat(16)

/** They opened with this digest: if it equals the one they were sent, both hold the same, and both know it. */
export const compared = (exchange: Exchange, theirs: Hex): Exchange => {
  const { opening, ...open } = exchange
  if (!opening) return exchange
  if (theirs !== opening.digest || theirs === NO_DIGEST) return open
  const { vector } = opening
  return { ...open, theirs: vector, sent: greatest(open.sent, vector), told: vector }
}

/**
 * They named what they hold, which acknowledges what is under way. Each time they name more than before; who names no
 * more asks for everything from there on once more, having refused some of it. Undefined when they name more authors than
 * there can be.
 */
export const heard = (exchange: Exchange, named: Vector): Exchange | undefined => {
  const { opening: _, ...open } = exchange
  const before = open.theirs
  const startsOver = before === undefined || ![...named].some(([author, seq]) => seq > at(before, author))
  const theirs = startsOver ? named : greatest(before, named)
  if (theirs.size > AUTHORS_MAX) return undefined
  const sent = startsOver ? theirs : greatest(open.sent, named)
  const underWay = startsOver ? [] : open.underWay.filter(({ author, seq }) => seq > at(theirs, author))
  return { ...open, theirs, sent, underWay, underWayBytes: underWay.reduce((sum, { size }) => sum + size, 0) }
}

/** This side holds more; `fromThem` is what came over this very link and need not go back. */
export const grown = (exchange: Exchange, mine: Vector, fromThem: Vector): Exchange => ({
  ...exchange,
  mine,
  sent: fromThem.size === 0 ? exchange.sent : greatest(exchange.sent, fromThem),
})

/** What is held here that they do not know of yet; undefined when they know, or have not said a word themselves. */
export const owedHave = (exchange: Exchange): Vector | undefined => {
  const { mine, told, opening } = exchange
  if (opening || mine === told) return undefined
  if (!told) return mine
  const more = [...mine].filter(([author, seq]) => seq > at(told, author))
  return more.length > 0 ? new Map(more) : undefined
}

export const toldHave = (exchange: Exchange): Exchange => ({ ...exchange, told: exchange.mine })

/** As if they had never been told what is held here. */
export const untold = (exchange: Exchange): Exchange => {
  const { told: _, ...rest } = exchange
  return rest
}

/** What to fetch from the store next: for each author, the first sequence they lack. Empty when there is no room. */
export const wants = (exchange: Exchange): readonly Want[] => {
  const { theirs, mine, sent, asked } = exchange
  if (theirs === undefined || mine === sent || asked.length > 0 || room(exchange).events === 0) return []
  return [...mine].filter(([author, seq]) => seq > at(sent, author)).map(([author]) => [author, at(sent, author) + 1])
}

export const room = (exchange: Exchange): { readonly events: number; readonly bytes: number } => {
  const bytes = WINDOW_BYTES_MAX - exchange.underWayBytes
  const events = bytes <= 0 ? 0 : Math.max(0, WINDOW_EVENTS_MAX - exchange.underWay.length)
  return { events, bytes }
}

/**
 * The leading events that continue, author by author, what was sent so far and fit into the window: they go out now, in
 * frames of bounded size. Events that do not continue are left for the store to bring in order.
 */
export const dispatch = (
  exchange: Exchange,
  events: readonly Outgoing[],
): { readonly exchange: Exchange; readonly frames: readonly (readonly Uint8Array[])[] } => {
  if (exchange.theirs === undefined || events.length === 0) return { exchange, frames: [] }
  const sent = new Map(exchange.sent)
  const told = exchange.told && new Map(exchange.told)
  const underWay = [...exchange.underWay]
  const frames: Uint8Array[][] = []
  let free = room(exchange)
  let frameBytes = 0
  for (const { author, seq, size, bytes } of events) {
    if (free.events === 0) break
    // Not what they lack next, or not for them.
    if (seq !== at(sent, author) + 1 || seq > at(exchange.mine, author)) continue
    const frame = frames.at(-1)
    if (!frame || frameBytes + size > FRAME_EVENTS_BYTES_MAX || frame.length >= EVENTS_IN_FRAME_MAX) {
      frames.push([bytes])
      frameBytes = size
    } else {
      frame.push(bytes)
      frameBytes += size
    }
    sent.set(author, seq)
    if (seq > at(told, author)) told?.set(author, seq)
    underWay.push({ author, seq, size })
    free = { events: size >= free.bytes ? 0 : free.events - 1, bytes: free.bytes - size }
  }
  if (frames.length === 0) return { exchange, frames }
  const underWayBytes = WINDOW_BYTES_MAX - free.bytes
  return { exchange: { ...exchange, sent, underWay, underWayBytes, ...(told && { told }) }, frames }
}

export const at = (vector: Vector | undefined, device: Hex): number => vector?.get(device) ?? 0

/** Of a vector, what a limit lets pass. */
export const within = (vector: Vector, limit: Vector | undefined): Vector =>
  limit
    ? new Map(
        [...vector]
          .map(([author, seq]) => [author, Math.min(seq, at(limit, author))] as const)
          .filter(([, seq]) => seq > 0),
      )
    : vector

const greatest = (a: Vector, b: Vector): Vector => {
  if (a.size === 0) return b
  const result = new Map(a)
  for (const [device, seq] of b) if (seq > at(a, device)) result.set(device, seq)
  return result
}
