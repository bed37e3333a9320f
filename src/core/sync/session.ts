import { encode } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { unreachable } from '../bytes/result.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'
import type { Card } from '../identity/card.ts'
import { deviceOf } from '../identity/certificate.ts'
import { ASKED_IN_FRAME_MAX, BYE, readFrame, REQUEST_BYTES_MAX, SIGNAL, VERSION, type Frame } from './frame.ts'
import {
  know,
  newTalk,
  send,
  share,
  tagOf,
  takeDigests,
  takeGrowth,
  takeHave,
  takeLoaded,
  type Talk,
  type Turn,
} from './talking.ts'
import type { Because, Effect, Input } from './words.ts'

/**
 * What two member devices say on one link, as a step function: `step(session, input)` gives the next session and the
 * effects to carry out. It reads no clock and does no I/O; links, stores and signatures are the shell's.
 */
export type Session =
  | { readonly at: 'greeting'; readonly me: Greeter; readonly them: Hex; readonly theirNonce?: Uint8Array }
  | {
      readonly at: 'talking'
      readonly them: Hex
      readonly talk: Talk
      /** Requests and answers that came. */
      readonly requests: number
      /** How often they said where they are. */
      readonly places: number
      /** Frames that asked for events. */
      readonly asks: number
    }
  | { readonly at: 'closed'; readonly because: Because }

export type Greeter = { readonly device: Hex; readonly nonce: Uint8Array; readonly card: Uint8Array }

/** Requests and answers that are taken on one link; what comes beyond is ignored. */
export const REQUESTS_MAX = 64
/** How often they are listened to on one link when they say where they are. */
export const PLACES_MAX = 64
/** Frames asking for events that are answered on one link. */
export const ASKS_MAX = 256

type Step = readonly [Session, readonly Effect[]]
type Talking = Extract<Session, { at: 'talking' }>

export const newSession = (me: Greeter, them: Hex): Session => ({ at: 'greeting', me, them })

export const step = (session: Session, input: Input): Step => {
  if (session.at === 'closed') return [session, []]
  switch (input.kind) {
    case 'opened': {
      if (session.at !== 'greeting') return [session, []]
      const { nonce, card } = session.me
      return [session, [send({ kind: 'hello', version: VERSION, nonce, card })]]
    }
    case 'frame': {
      const frame = readFrame(input.bytes)
      if (!frame.ok) return farewell('malformed', BYE.malformed)
      if (frame.value.kind === 'bye') return [{ at: 'closed', because: 'bye' }, [{ kind: 'close', because: 'bye' }]]
      return session.at === 'greeting' ? greet(session, frame.value) : takeFrame(session, frame.value)
    }
    case 'verified':
      return verified(session, input.card)
    default:
      return session.at === 'talking' ? tell(session, input) : [session, []]
  }
}

/** What this side has to say once both are greeted. */
const tell = (session: Talking, input: Exclude<Input, { kind: 'opened' | 'frame' | 'verified' }>): Step => {
  switch (input.kind) {
    case 'share':
      return after(session, share(session.talk, input.conversations))
    case 'know':
      return after(session, know(session.talk, input.conversations))
    case 'grew':
      return after(session, takeGrowth(session.talk, input, input.events, input.fromThem))
    case 'loaded':
      return after(session, takeLoaded(session.talk, input.conversation, input.events))
    case 'typing': {
      const { talk } = session
      if (!talk.exchanges.get(input.conversation)?.theirs) return [session, []]
      const tag = tagOf(talk.binding, input.conversation)
      return [session, [send({ kind: 'signal', tag, signal: SIGNAL.typing })]]
    }
    case 'ask': {
      const { conversation, ids } = input
      if (!session.talk.exchanges.has(conversation)) return [session, []]
      const tag = tagOf(session.talk.binding, conversation)
      return [session, [send({ kind: 'ask', tag, ids: ids.slice(0, ASKED_IN_FRAME_MAX) })]]
    }
    case 'serve': {
      const { conversation, event } = input
      if (!session.talk.exchanges.has(conversation)) return [session, []]
      return [session, [send({ kind: 'events', tag: tagOf(session.talk.binding, conversation), events: [event] })]]
    }
    case 'card':
      return [session, [send({ kind: 'card', card: input.card })]]
    case 'request':
    case 'answer': {
      const { kind, bytes } = input
      return [session, bytes.length > REQUEST_BYTES_MAX ? [] : [send({ kind, bytes })]]
    }
    case 'place':
      return [session, [send({ kind: 'place', bytes: input.bytes })]]
    default:
      return unreachable(input)
  }
}

const greet = (session: Extract<Session, { at: 'greeting' }>, frame: Frame): Step => {
  if (frame.kind !== 'hello' || session.theirNonce) return farewell('malformed', BYE.malformed)
  if (frame.version !== VERSION) return farewell('version', BYE.version)
  return [{ ...session, theirNonce: frame.nonce }, [{ kind: 'verify', card: frame.card }]]
}

const takeFrame = (session: Talking, frame: Exclude<Frame, { kind: 'bye' }>): Step => {
  const { talk } = session
  switch (frame.kind) {
    case 'hello':
      return farewell('malformed', BYE.malformed)
    case 'digests':
      return after(session, takeDigests(talk, frame.digests))
    case 'have': {
      const turn = takeHave(talk, frame.tag, frame.vector)
      return turn ? after(session, turn) : farewell('malformed', BYE.malformed)
    }
    case 'events': {
      const conversation = sharedAs(talk, frame.tag)
      return [session, conversation === undefined ? [] : [{ kind: 'deliver', conversation, events: frame.events }]]
    }
    case 'ask': {
      const conversation = sharedAs(talk, frame.tag)
      if (conversation === undefined || session.asks >= ASKS_MAX) return [session, []]
      return [{ ...session, asks: session.asks + 1 }, [{ kind: 'wanted', conversation, ids: frame.ids }]]
    }
    case 'signal': {
      const conversation = sharedAs(talk, frame.tag)
      const isTyping = conversation !== undefined && frame.signal === SIGNAL.typing
      return [session, isTyping ? [{ kind: 'typing', conversation }] : []]
    }
    case 'card':
      return [session, [{ kind: 'verify', card: frame.card }]]
    case 'request':
    case 'answer': {
      if (session.requests >= REQUESTS_MAX) return [session, []]
      return [{ ...session, requests: session.requests + 1 }, [{ kind: frame.kind, bytes: frame.bytes }]]
    }
    case 'place': {
      if (session.places >= PLACES_MAX) return [session, []]
      return [{ ...session, places: session.places + 1 }, [{ kind: 'place', bytes: frame.bytes }]]
    }
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
  return [{ at: 'talking', them, talk: newTalk(binding), requests: 0, places: 0, asks: 0 }, [{ kind: 'greeted', card }]]
}

/** The conversation that a tag names, if it is shared and not merely known. */
const sharedAs = (talk: Talk, tag: Hex): Hex | undefined => {
  const conversation = talk.tags.get(tag)
  return conversation !== undefined && talk.exchanges.has(conversation) ? conversation : undefined
}

const after = (session: Talking, [talk, effects]: Turn): Step => [{ ...session, talk }, effects]

const farewell = (because: Because, reason: number): Step => [
  { at: 'closed', because },
  [send({ kind: 'bye', reason }), { kind: 'close', because }],
]
