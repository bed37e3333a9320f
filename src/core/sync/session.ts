import { encode } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { unreachable } from '../bytes/result.ts'
import { domain, hmacSha256, sha256 } from '../crypto/symmetric.ts'
import type { Card } from '../identity/card.ts'
import { deviceOf } from '../identity/certificate.ts'
import {
  dispatch,
  grown,
  heard,
  newExchange,
  owesHave,
  toldHave,
  untold,
  wants,
  type Exchange,
  type Outgoing,
  type Want,
} from './exchange.ts'
import { BYE, encodeFrame, readFrame, SIGNAL, TAG_BYTES, VERSION, type Frame, type Vector } from './frame.ts'

/**
 * What two member devices say on one link, as a step function: `step(session, input)` gives the next session and the
 * effects to carry out. It reads no clock and does no I/O; links, stores and signatures are the shell's.
 */
export type Session =
  | { readonly at: 'greeting'; readonly me: Greeter; readonly them: Hex; readonly theirNonce?: Uint8Array }
  | {
      readonly at: 'talking'
      readonly me: Greeter
      readonly them: Hex
      readonly binding: Uint8Array
      readonly exchanges: ReadonlyMap<Hex, Exchange>
      /** Blinded name to conversation: only who knows a conversation can tell what its tag names. */
      readonly tags: ReadonlyMap<Hex, Hex>
      /** What they hold of conversations that were not opened to them yet, by tag. */
      readonly early: ReadonlyMap<Hex, Vector>
    }
  | { readonly at: 'closed'; readonly because: Because }

export type Greeter = { readonly device: Hex; readonly nonce: Uint8Array; readonly card: Uint8Array }

export type Because = 'version' | 'wrong-card' | 'malformed' | 'bye'

export type Input =
  | { readonly kind: 'opened' }
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** What became of `verify`. */
  | { readonly kind: 'verified'; readonly card: Card | undefined }
  /**
   * A conversation with this person, and what this side holds of it. Said of one that is shared already, it asks them to
   * send once more what was refused here so far.
   */
  | { readonly kind: 'share'; readonly conversation: Hex; readonly vector: Vector }
  /**
   * A shared conversation grew and is on disk. `events` are what is new, as far as they are at hand, in order;
   * `fromThem` is what came over this link.
   */
  | {
      readonly kind: 'grew'
      readonly conversation: Hex
      readonly vector: Vector
      readonly events: readonly Outgoing[]
      readonly fromThem: Vector
    }
  /** What became of `load`: events in order, parents before children. */
  | { readonly kind: 'loaded'; readonly conversation: Hex; readonly events: readonly Outgoing[] }
  | { readonly kind: 'typing'; readonly conversation: Hex }
  /** This side has a new card. */
  | { readonly kind: 'card'; readonly card: Uint8Array }

export type Effect =
  | { readonly kind: 'send'; readonly frame: Uint8Array }
  | { readonly kind: 'verify'; readonly card: Uint8Array }
  /** They are who they are: share every conversation with this person. */
  | { readonly kind: 'greeted'; readonly card: Card }
  /** The same person with a new card. */
  | { readonly kind: 'renewed'; readonly card: Card }
  | { readonly kind: 'load'; readonly conversation: Hex; readonly wants: readonly Want[] }
  | { readonly kind: 'deliver'; readonly conversation: Hex; readonly events: readonly Uint8Array[] }
  /** That device holds this much: what delivery is derived from. */
  | { readonly kind: 'learnt'; readonly conversation: Hex; readonly vector: Vector }
  | { readonly kind: 'typing'; readonly conversation: Hex }
  | { readonly kind: 'close'; readonly because: Because }

/** What is kept of conversations that this side has not shared yet: conversations, and authors in all of them. */
export const EARLY_MAX = 256
export const EARLY_AUTHORS_MAX = 8_192

type Step = readonly [Session, readonly Effect[]]
type Talking = Extract<Session, { at: 'talking' }>

export const newSession = (me: Greeter, them: Hex): Session => ({ at: 'greeting', me, them })

export const step = (session: Session, input: Input): Step => {
  if (session.at === 'closed') return [session, []]
  switch (input.kind) {
    case 'opened':
      return [session, [send({ kind: 'hello', version: VERSION, nonce: session.me.nonce, card: session.me.card })]]
    case 'frame': {
      const frame = readFrame(input.bytes)
      return frame.ok ? takeFrame(session, frame.value) : farewell('malformed', BYE.malformed)
    }
    case 'verified':
      return verified(session, input.card)
    case 'share':
      return session.at === 'talking' ? share(session, input.conversation, input.vector) : [session, []]
    case 'grew': {
      const exchange = session.at === 'talking' ? session.exchanges.get(input.conversation) : undefined
      if (session.at !== 'talking' || !exchange) return [session, []]
      return proceed(session, input.conversation, grown(exchange, input.vector, input.fromThem), input.events)
    }
    case 'loaded': {
      const exchange = session.at === 'talking' ? session.exchanges.get(input.conversation) : undefined
      if (session.at !== 'talking' || !exchange) return [session, []]
      const idle = { ...exchange, asked: [] }
      const [next, effects] = proceed(session, input.conversation, idle, input.events)
      const load = effects.find((effect) => effect.kind === 'load')
      // What the store did not bring now it would not bring at once either: the next frame or growth asks again.
      const isStuck = effects.length === 1 && load !== undefined && areSame(load.wants, exchange.asked)
      return isStuck ? [withExchange(session, input.conversation, idle), []] : [next, effects]
    }
    case 'typing':
      return typing(session, input.conversation)
    case 'card':
      return [session, session.at === 'talking' ? [send({ kind: 'card', card: input.card })] : []]
    default:
      return unreachable(input)
  }
}

/** A conversation's name on this link, which says nothing to who does not know the conversation. */
export const tagOf = (binding: Uint8Array, conversation: Hex): Hex =>
  toHex(hmacSha256(binding, fromHex(conversation)).slice(0, TAG_BYTES))

const takeFrame = (session: Exclude<Session, { at: 'closed' }>, frame: Frame): Step => {
  if (frame.kind === 'bye') return [{ at: 'closed', because: 'bye' }, [{ kind: 'close', because: 'bye' }]]
  if (session.at === 'greeting') {
    if (frame.kind !== 'hello' || session.theirNonce) return farewell('malformed', BYE.malformed)
    if (frame.version !== VERSION) return farewell('version', BYE.version)
    return [{ ...session, theirNonce: frame.nonce }, [{ kind: 'verify', card: frame.card }]]
  }
  switch (frame.kind) {
    case 'hello':
      return farewell('malformed', BYE.malformed)
    case 'have':
      return takeHave(session, frame.tag, frame.vector)
    case 'events': {
      const conversation = session.tags.get(frame.tag)
      return [session, conversation ? [{ kind: 'deliver', conversation, events: frame.events }] : []]
    }
    case 'signal': {
      const conversation = session.tags.get(frame.tag)
      return [session, conversation && frame.signal === SIGNAL.typing ? [{ kind: 'typing', conversation }] : []]
    }
    case 'card':
      return [session, [{ kind: 'verify', card: frame.card }]]
    case 'newer':
      return [session, []]
    default:
      return unreachable(frame)
  }
}

/** The card must be that of the device which the link's handshake proved. */
const verified = (session: Exclude<Session, { at: 'closed' }>, card: Card | undefined): Step => {
  if (!card || deviceOf(card.certificate) !== session.them) return farewell('wrong-card', BYE.wrongCard)
  if (session.at === 'talking') return [session, [{ kind: 'renewed', card }]]
  if (!session.theirNonce) return [session, []]
  const { me, them, theirNonce } = session
  const sides = [
    [fromHex(me.device), me.nonce],
    [fromHex(them), theirNonce],
  ].sort(([a], [b]) => (toHex(a as Uint8Array) < toHex(b as Uint8Array) ? -1 : 1))
  const binding = sha256(domain('kith binding 1', encode(sides)))
  const talking: Talking = { at: 'talking', me, them, binding, exchanges: new Map(), tags: new Map(), early: new Map() }
  return [talking, [{ kind: 'greeted', card }]]
}

const share = (session: Talking, conversation: Hex, vector: Vector): Step => {
  const shared = session.exchanges.get(conversation)
  if (shared) return proceed(session, conversation, untold(grown(shared, vector, new Map())), [])
  const tag = tagOf(session.binding, conversation)
  const early = new Map(session.early)
  const theirs = early.get(tag)
  early.delete(tag)
  const opened = { ...session, tags: new Map(session.tags).set(tag, conversation), early }
  const exchange = newExchange(vector)
  const [next, effects] = proceed(opened, conversation, theirs ? heard(exchange, theirs) : exchange, [])
  return [next, theirs ? [{ kind: 'learnt', conversation, vector: theirs }, ...effects] : effects]
}

const takeHave = (session: Talking, tag: Hex, vector: Vector): Step => {
  const conversation = session.tags.get(tag)
  const exchange = conversation === undefined ? undefined : session.exchanges.get(conversation)
  if (conversation === undefined || !exchange) {
    // They were quicker: it may be shared from here in a moment.
    const early = new Map(session.early).set(tag, vector)
    const authors = [...early.values()].reduce((sum, { size }) => sum + size, 0)
    return [early.size <= EARLY_MAX && authors <= EARLY_AUTHORS_MAX ? { ...session, early } : session, []]
  }
  const [next, effects] = proceed(session, conversation, heard(exchange, vector), [])
  return [next, [{ kind: 'learnt', conversation, vector }, ...effects]]
}

/** Sends what is at hand, says what is held here, and fetches what else they lack. */
const proceed = (session: Talking, conversation: Hex, from: Exchange, events: readonly Outgoing[]): Step => {
  const tag = tagOf(session.binding, conversation)
  const effects: Effect[] = []
  const dispatched = dispatch(from, events)
  let exchange = dispatched.exchange
  for (const frame of dispatched.frames) effects.push(send({ kind: 'events', tag, events: frame }))
  if (owesHave(exchange)) {
    effects.push(send({ kind: 'have', tag, vector: exchange.mine }))
    exchange = toldHave(exchange)
  }
  const toLoad = wants(exchange)
  if (toLoad.length > 0) {
    effects.push({ kind: 'load', conversation, wants: toLoad })
    exchange = { ...exchange, asked: toLoad }
  }
  return [withExchange(session, conversation, exchange), effects]
}

const areSame = (some: readonly Want[], others: readonly Want[]): boolean =>
  some.length === others.length &&
  some.every(([author, from]) => others.some((each) => each[0] === author && each[1] === from))

const withExchange = (session: Talking, conversation: Hex, exchange: Exchange): Talking => ({
  ...session,
  exchanges: new Map(session.exchanges).set(conversation, exchange),
})

const typing = (session: Session, conversation: Hex): Step => {
  if (session.at !== 'talking' || !session.exchanges.get(conversation)?.theirs) return [session, []]
  return [session, [send({ kind: 'signal', tag: tagOf(session.binding, conversation), signal: SIGNAL.typing })]]
}

const farewell = (because: Because, reason: number): Step => [
  { at: 'closed', because },
  [send({ kind: 'bye', reason }), { kind: 'close', because }],
]

const send = (frame: Exclude<Frame, { kind: 'newer' }>): Effect => ({ kind: 'send', frame: encodeFrame(frame) })
