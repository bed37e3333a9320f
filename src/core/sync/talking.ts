import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { hmacSha256 } from '../crypto/symmetric.ts'
import { digestOf } from './digest.ts'
import {
  compared,
  dispatch,
  grown,
  heard,
  newExchange,
  NO_DIGEST,
  owedHave,
  toldHave,
  untold,
  wants,
  within,
  type Exchange,
  type Outgoing,
  type Want,
} from './exchange.ts'
import { DIGESTS_IN_FRAME_MAX, encodeFrame, TAG_BYTES, type Digests, type Frame, type Vector } from './frame.ts'
import type { Effect, Shared } from './words.ts'

/** What two devices that greeted each other know of each other's conversations. */
export type Talk = {
  readonly binding: Uint8Array
  readonly exchanges: ReadonlyMap<Hex, Exchange>
  /** Blinded name to conversation, of all that are shared or known: only who knows a conversation can tell its tag. */
  readonly tags: ReadonlyMap<Hex, Hex>
  /** With what they opened conversations that are not shared here yet, by tag. */
  readonly early: Digests
  /** True once something they opened with could not be remembered. */
  readonly forgot: boolean
}

/** What is remembered of conversations that this side has not shared yet. */
export const EARLY_MAX = 1_024

export type Turn = readonly [Talk, readonly Effect[]]

export const newTalk = (binding: Uint8Array): Talk => ({
  binding,
  exchanges: new Map(),
  tags: new Map(),
  early: new Map(),
  forgot: false,
})

/** A conversation's name on this link, which says nothing to who does not know the conversation. */
export const tagOf = (binding: Uint8Array, conversation: Hex): Hex =>
  toHex(hmacSha256(binding, fromHex(conversation)).slice(0, TAG_BYTES))

/** Opens these conversations: one digest each, or all that is held where theirs came first and differs. */
export const share = (talk: Talk, conversations: readonly Shared[]): Turn => {
  const next = draftOf(talk)
  const digests: (readonly [Hex, Hex])[] = []
  for (const { conversation, vector, limit } of conversations) {
    const mine = within(vector, limit)
    const shared = next.exchanges.get(conversation)
    if (shared) {
      proceed(next, conversation, untold(grown(shared, mine, NOTHING)))
      continue
    }
    const tag = tagOf(talk.binding, conversation)
    const theirs = next.early.get(tag)
    next.early.delete(tag)
    next.tags.set(tag, conversation)
    const digest = digestOf(mine)
    // What they opened with may be among what was forgotten: then they have to name it, as nothing equals no digest.
    const said = theirs === undefined && talk.forgot ? NO_DIGEST : digest
    if (theirs === undefined || theirs === digest) digests.push([tag, said])
    const exchange = newExchange(tag, mine, { digest: said, vector: mine })
    if (theirs === undefined) next.exchanges.set(conversation, exchange)
    else compare(next, conversation, exchange, theirs)
  }
  return turnOf(next, framesOf(digests))
}

/** Lets them ask for these conversations. Who may have asked already, is heard now. */
export const know = (talk: Talk, conversations: readonly Hex[]): Turn => {
  const next = draftOf(talk)
  for (const conversation of conversations) {
    const tag = tagOf(talk.binding, conversation)
    if (next.tags.has(tag)) continue
    next.tags.set(tag, conversation)
    if (next.early.has(tag) || talk.forgot) next.effects.push({ kind: 'asked', conversation })
  }
  return turnOf(next)
}

export const takeDigests = (talk: Talk, digests: Digests): Turn => {
  const next = draftOf(talk)
  for (const [tag, digest] of digests) {
    const conversation = talk.tags.get(tag)
    const exchange = conversation === undefined ? undefined : talk.exchanges.get(conversation)
    if (conversation === undefined || !exchange) remember(next, tag, digest)
    // The second digest of a conversation says nothing.
    else if (exchange.opening) compare(next, conversation, exchange, digest)
  }
  return turnOf(next)
}

/** Undefined when what they name cannot be. */
export const takeHave = (talk: Talk, tag: Hex, vector: Vector): Turn | undefined => {
  const conversation = talk.tags.get(tag)
  const exchange = conversation === undefined ? undefined : talk.exchanges.get(conversation)
  if (conversation === undefined || !exchange) return takeDigests(talk, new Map([[tag, NO_DIGEST]]))
  const named = heard(exchange, vector)
  if (!named) return undefined
  const next = draftOf(talk)
  learn(next, conversation, named)
  proceed(next, conversation, named)
  return turnOf(next)
}

export const takeGrowth = (
  talk: Talk,
  { conversation, vector, limit }: Shared,
  events: readonly Outgoing[],
  fromThem: Vector,
): Turn => {
  const exchange = talk.exchanges.get(conversation)
  if (!exchange) return [talk, []]
  const next = draftOf(talk)
  proceed(next, conversation, grown(exchange, within(vector, limit), fromThem), events)
  return turnOf(next)
}

export const takeLoaded = (talk: Talk, conversation: Hex, events: readonly Outgoing[]): Turn => {
  const exchange = talk.exchanges.get(conversation)
  if (!exchange) return [talk, []]
  const idle = { ...exchange, asked: [] }
  const next = draftOf(talk)
  proceed(next, conversation, idle, events)
  const [load] = next.effects
  // What the store did not bring now it would not bring at once either: the next frame or growth asks again.
  const isStuck = next.effects.length === 1 && load?.kind === 'load' && areSame(load.wants, exchange.asked)
  return isStuck ? [{ ...talk, exchanges: new Map(talk.exchanges).set(conversation, idle) }, []] : turnOf(next)
}

export const send = (frame: Exclude<Frame, { kind: 'newer' }>): Effect => ({ kind: 'send', frame: encodeFrame(frame) })

/** The talk as it will be, and what is to be done: a thousand conversations may be opened in one step. */
type Draft = {
  readonly binding: Uint8Array
  readonly exchanges: Map<Hex, Exchange>
  readonly tags: Map<Hex, Hex>
  readonly early: Map<Hex, Hex>
  forgot: boolean
  readonly effects: Effect[]
}

const draftOf = (talk: Talk): Draft => ({
  ...talk,
  exchanges: new Map(talk.exchanges),
  tags: new Map(talk.tags),
  early: new Map(talk.early),
  effects: [],
})

const turnOf = ({ effects, ...talk }: Draft, first: readonly Effect[] = []): Turn => [talk, [...first, ...effects]]

/** They opened a conversation that is not shared here: it may be in a moment. */
const remember = (next: Draft, tag: Hex, digest: Hex): void => {
  if (next.early.has(tag)) return
  const conversation = next.tags.get(tag)
  if (conversation === undefined && next.early.size >= EARLY_MAX) {
    next.forgot = true
    return
  }
  next.early.set(tag, digest)
  if (conversation !== undefined) next.effects.push({ kind: 'asked', conversation })
}

const compare = (next: Draft, conversation: Hex, exchange: Exchange, theirs: Hex): void => {
  const open = compared(exchange, theirs)
  learn(next, conversation, open)
  proceed(next, conversation, open)
}

const learn = (next: Draft, conversation: Hex, { theirs }: Exchange): void => {
  if (theirs) next.effects.push({ kind: 'learnt', conversation, vector: theirs })
}

/** Sends what is at hand, says what is held here, and fetches what else they lack. */
const proceed = (next: Draft, conversation: Hex, from: Exchange, events: readonly Outgoing[] = []): void => {
  const dispatched = dispatch(from, events)
  let exchange = dispatched.exchange
  const { tag } = exchange
  const owed = owedHave(exchange)
  for (const frame of dispatched.frames) next.effects.push(send({ kind: 'events', tag, events: frame }))
  if (owed) {
    next.effects.push(send({ kind: 'have', tag, vector: owed }))
    exchange = toldHave(exchange)
  }
  const toLoad = wants(exchange)
  if (toLoad.length > 0) {
    next.effects.push({ kind: 'load', conversation, wants: toLoad })
    exchange = { ...exchange, asked: toLoad }
  }
  next.exchanges.set(conversation, exchange)
}

const framesOf = (digests: readonly (readonly [Hex, Hex])[]): readonly Effect[] => {
  const frames: Effect[] = []
  for (let from = 0; from < digests.length; from += DIGESTS_IN_FRAME_MAX)
    frames.push(send({ kind: 'digests', digests: new Map(digests.slice(from, from + DIGESTS_IN_FRAME_MAX)) }))
  return frames
}

const areSame = (some: readonly Want[], others: readonly Want[]): boolean =>
  some.length === others.length &&
  some.every(([author, from]) => others.some((each) => each[0] === author && each[1] === from))

const NOTHING: Vector = new Map()
