import type { Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { AFTER_MAX, TIME_MAX, type Event, type IdentifiedEvent, type Tip } from './event.ts'

/**
 * What one replica holds of a conversation's causal graph, without the events themselves: each author's chain up to its
 * tip, what arrived beyond a gap, and the heads of the control events.
 */
export type Graph = {
  readonly conversation: Hex
  readonly chains: ReadonlyMap<Hex, Chain>
  readonly controlHeads: readonly Hex[]
}

export type Chain = {
  /** Everything up to here is held, without a gap. 0 with an empty id: nothing yet. */
  readonly seq: number
  readonly id: Hex
  /** The greatest time up to here. */
  readonly time: number
  /** Held events beyond a gap, by sequence. */
  readonly beyond: ReadonlyMap<number, { readonly id: Hex; readonly prev: Hex; readonly time: number }>
  /** The greatest sequence of this chain that the own device's events have referred to. */
  readonly referred: number
  /** Set for good when this author was seen to sign two events with one sequence. */
  readonly forked: boolean
}

export const BEYOND_MAX = 256
/**
 * How far ahead of a device's own clock an event may lie for the next one to be put after it: farther than clocks are off
 * that were set to the wrong day or time zone.
 */
export const FOLLOWED_AHEAD_MILLIS_MAX = 48 * 60 * 60 * 1000
export const AUTHORS_MAX = 2_000

export const emptyGraph = (conversation: Hex): Graph => ({ conversation, chains: new Map(), controlHeads: [] })

export const chainOf = (graph: Graph, author: Hex): Chain => graph.chains.get(author) ?? NO_CHAIN

export type Placement =
  /** It is held already. */
  | { readonly kind: 'known' }
  /** It continues its author's chain. `missing`: how many events before it have not arrived (0: none). */
  | { readonly kind: 'placed'; readonly graph: Graph; readonly missing: number }

export type PlacementRefusal =
  /** Its author signed another event with this sequence, or continues another chain than the one held. */
  | { readonly kind: 'fork'; readonly graph: Graph; readonly first: boolean }
  | { readonly kind: 'too-far-ahead' }
  | { readonly kind: 'too-many-authors' }

/**
 * Places an event that is one's own, or verified. `heldId` is the id of the held event with the same author and sequence,
 * if there is one: the caller looks it up when `needsLookup` says so.
 */
export const place = (
  graph: Graph,
  event: IdentifiedEvent,
  input: { readonly control: boolean; readonly heldId: Hex | undefined },
): Result<Placement, PlacementRefusal> => {
  const chain = chainOf(graph, event.author)
  const held = chain.beyond.get(event.seq)?.id ?? input.heldId
  if (held === event.id) return accept({ kind: 'known' })
  if (held !== undefined || event.seq <= chain.seq || breaksChain(chain, event)) {
    const forked = withChain(graph, event.author, { ...chain, forked: true })
    return refuse({ kind: 'fork', graph: forked, first: !chain.forked })
  }
  if (chain === NO_CHAIN && graph.chains.size >= AUTHORS_MAX) return refuse({ kind: 'too-many-authors' })
  if (event.seq > chain.seq + BEYOND_MAX) return refuse({ kind: 'too-far-ahead' })

  const beyond = new Map(chain.beyond).set(event.seq, { id: event.id, prev: event.prev ?? '', time: event.time })
  const missing = event.seq - 1 - chain.seq - countBelow(chain.beyond, event.seq)
  const grown = withChain(graph, event.author, joinUp({ ...chain, beyond }))
  return accept({ kind: 'placed', missing, graph: input.control ? withControlHead(grown, event) : grown })
}

/**
 * Takes in a control event that is not in its author's chain, as another stands in its place: others who had this one
 * first build on it. The chain stays as it is.
 */
export const branched = (graph: Graph, event: IdentifiedEvent): Graph => withControlHead(graph, event)

/** Whether placing this event needs the id that is held for its author and sequence. */
export const needsLookup = (graph: Graph, event: IdentifiedEvent): boolean =>
  event.seq <= chainOf(graph, event.author).seq

/** Whether an event of this author and sequence has its place, this one or another. */
export const hasPlaced = (graph: Graph, { author, seq }: Pick<IdentifiedEvent, 'author' | 'seq'>): boolean => {
  const chain = chainOf(graph, author)
  return seq <= chain.seq || chain.beyond.has(seq)
}

/**
 * The header of the next event of this author: everything but kind and body. Its time is later than everything known
 * here, but for what is more than FOLLOWED_AHEAD_MILLIS_MAX ahead of `now`: a clock that is far off, or a liar's, must not
 * drag everybody's time along. Never more than that ahead itself.
 */
export const nextHeader = (graph: Graph, author: Hex, now: number): Omit<Event, 'kind' | 'body'> => {
  const own = chainOf(graph, author)
  const after: Tip[] = []
  const latest = Math.min(now + FOLLOWED_AHEAD_MILLIS_MAX, TIME_MAX)
  let time = Math.max(now, own.time <= latest ? own.time : 0)
  for (const [other, chain] of graph.chains) {
    if (other === author) continue
    // Strictly later than what it follows, so that the order (time, author, seq) never shows an answer first. What lies
    // beyond a gap counts too: it may be a control event that this one builds on.
    for (const { time: known } of [chain, ...chain.beyond.values()])
      if (known < latest) time = Math.max(time, known + 1)
    if (chain.seq > chain.referred && after.length < AFTER_MAX) after.push([other, chain.seq, chain.id])
  }
  return {
    conversation: graph.conversation,
    author,
    seq: own.seq + 1,
    prev: own.seq === 0 ? null : own.id,
    after,
    control: graph.controlHeads,
    time: Math.min(time, TIME_MAX),
  }
}

/**
 * Device to the greatest sequence that was heard of: whatever lies before it is pinned, for each event names the one
 * before.
 */
export const heardOf = (graph: Graph): ReadonlyMap<Hex, number> =>
  new Map([...graph.chains].map(([author, { seq, beyond }]) => [author, Math.max(seq, ...beyond.keys())]))

/** Remembers what an own event referred to, so that the next one need not repeat it. */
export const referred = (graph: Graph, after: readonly Tip[]): Graph =>
  after.reduce((next, [author, seq]) => withChain(next, author, { ...chainOf(next, author), referred: seq }), graph)

/** Device to the greatest sequence held without a gap: what two replicas compare. */
export const vectorOf = (graph: Graph): ReadonlyMap<Hex, number> =>
  new Map([...graph.chains].filter(([, chain]) => chain.seq > 0).map(([author, chain]) => [author, chain.seq]))

const NO_CHAIN: Chain = { seq: 0, id: '', time: 0, beyond: new Map(), referred: 0, forked: false }

const withChain = (graph: Graph, author: Hex, chain: Chain): Graph => ({
  ...graph,
  chains: new Map(graph.chains).set(author, chain),
})

const breaksChain = (chain: Chain, event: IdentifiedEvent): boolean => {
  const before = event.seq === chain.seq + 1 ? chain.id : chain.beyond.get(event.seq - 1)?.id
  const next = chain.beyond.get(event.seq + 1)
  return (before !== undefined && before !== (event.prev ?? '')) || (next !== undefined && next.prev !== event.id)
}

/** Moves the tip over everything that now follows without a gap. */
const joinUp = (chain: Chain): Chain => {
  let { seq, id, time } = chain
  const beyond = new Map(chain.beyond)
  for (let next = beyond.get(seq + 1); next !== undefined; next = beyond.get(seq + 1)) {
    beyond.delete(seq + 1)
    seq += 1
    id = next.id
    // A clock that its author turned back is no reason to refuse: what depends on the order of arrival would divide us.
    time = Math.max(time, next.time)
  }
  return { ...chain, seq, id, time, beyond }
}

const countBelow = (beyond: Chain['beyond'], seq: number): number =>
  [...beyond.keys()].filter((each) => each < seq).length

const withControlHead = (graph: Graph, event: IdentifiedEvent): Graph => ({
  ...graph,
  controlHeads: [...graph.controlHeads.filter((head) => !event.control.includes(head)), event.id].sort(),
})
