import { decode, encode, malformed, type Malformed, type Plain } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { accept, type Result } from '../bytes/result.ts'
import { bytes, hex, list, literal, tuple, uint } from '../bytes/shape.ts'
import { HASH_BYTES } from '../crypto/symmetric.ts'
import { EVENT_BYTES_MAX } from '../event/event.ts'
import { AUTHORS_MAX } from '../event/graph.ts'
import { CARD_BYTES_MAX } from '../identity/card.ts'

/** What two devices say to each other over one link. */
export type Frame =
  | { readonly kind: 'hello'; readonly version: number; readonly nonce: Uint8Array; readonly card: Uint8Array }
  /**
   * What this side holds of a conversation: device to greatest sequence without a gap. All of it when it is first said on
   * a link, later what is more than they were told. Also the acknowledgement.
   */
  | { readonly kind: 'have'; readonly tag: Hex; readonly vector: Vector }
  | { readonly kind: 'events'; readonly tag: Hex; readonly events: readonly Uint8Array[] }
  /** Never stored, dropped first under load. */
  | { readonly kind: 'signal'; readonly tag: Hex; readonly signal: number }
  | { readonly kind: 'bye'; readonly reason: number }
  /** A new card of the sender's: renamed, or with a new slot key. */
  | { readonly kind: 'card'; readonly card: Uint8Array }
  /** The first word about each of these conversations: a digest of all that is held, by tag. */
  | { readonly kind: 'digests'; readonly digests: Digests }
  /** Somebody asks to be let in. What it says is nothing of the session's. */
  | { readonly kind: 'request'; readonly bytes: Uint8Array }
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  /** Names events of a branch of a forked chain that are not here: control events on which something builds, or a tip. */
  | { readonly kind: 'ask'; readonly tag: Hex; readonly ids: readonly Hex[] }
  /** Where the sender can be reached. What it says is nothing of the session's. */
  | { readonly kind: 'place'; readonly bytes: Uint8Array }
  /** A newer version's frame: ignored. */
  | { readonly kind: 'newer' }

export type Vector = ReadonlyMap<Hex, number>

export type Digests = ReadonlyMap<Hex, Hex>

export const VERSION = 1
export const NONCE_BYTES = 32
export const TAG_BYTES = 16
export const DIGEST_BYTES = 16
export const EVENTS_IN_FRAME_MAX = 1_024
export const DIGESTS_IN_FRAME_MAX = 4_096
export const ASKED_IN_FRAME_MAX = 64
/** As many addresses as an offer names. */
export const PLACE_BYTES_MAX = 1_024
/** A request holds a card; an answer holds an introduction, with the founding event of a group. */
export const REQUEST_BYTES_MAX = 64 * 1024

export const SIGNAL = { typing: 1 } as const
export const BYE = { version: 1, wrongCard: 2, malformed: 3 } as const

export const encodeFrame = (frame: Exclude<Frame, { kind: 'newer' }>): Uint8Array => encode(plainFrame(frame))

/** Reads one frame of a stranger's. Never throws. */
export const readFrame = (from: Uint8Array): Result<Frame, Malformed> => {
  const decoded = decode(from)
  if (!decoded.ok) return decoded
  const frame = shapeFrame(decoded.value)
  return frame ? accept(frame) : malformed('not a frame')
}

const NUMBER = {
  hello: 1,
  have: 2,
  events: 3,
  signal: 4,
  bye: 5,
  card: 6,
  digests: 7,
  request: 8,
  answer: 9,
  ask: 10,
  place: 11,
} as const

const tag = hex(TAG_BYTES)
const helloShape = tuple(literal(NUMBER.hello), uint(), bytes(NONCE_BYTES), bytes(1, CARD_BYTES_MAX))
const haveShape = tuple(literal(NUMBER.have), tag, list(tuple(hex(32), uint()), AUTHORS_MAX))
const eventsShape = tuple(literal(NUMBER.events), tag, list(bytes(1, EVENT_BYTES_MAX), EVENTS_IN_FRAME_MAX))
const signalShape = tuple(literal(NUMBER.signal), tag, uint())
const byeShape = tuple(literal(NUMBER.bye), uint())
const cardShape = tuple(literal(NUMBER.card), bytes(1, CARD_BYTES_MAX))
/** Tags and digests in turn, in one string of bytes: a thousand of them are read at once. */
const PAIR_BYTES = TAG_BYTES + DIGEST_BYTES
const digestsShape = tuple(literal(NUMBER.digests), bytes(PAIR_BYTES, DIGESTS_IN_FRAME_MAX * PAIR_BYTES))
const requestShape = tuple(literal(NUMBER.request), bytes(1, REQUEST_BYTES_MAX))
const answerShape = tuple(literal(NUMBER.answer), bytes(1, REQUEST_BYTES_MAX))
const placeShape = tuple(literal(NUMBER.place), bytes(1, PLACE_BYTES_MAX))
const askShape = tuple(literal(NUMBER.ask), tag, list(hex(HASH_BYTES), ASKED_IN_FRAME_MAX))

const shapeFrame = (plain: Plain): Frame | undefined => {
  const number = Array.isArray(plain) ? (plain as readonly Plain[])[0] : undefined
  switch (number) {
    case NUMBER.hello: {
      const fields = helloShape(plain)
      return fields && { kind: 'hello', version: fields[1], nonce: fields[2], card: fields[3] }
    }
    case NUMBER.have: {
      const fields = haveShape(plain)
      return fields && { kind: 'have', tag: fields[1], vector: new Map(fields[2]) }
    }
    case NUMBER.events: {
      const fields = eventsShape(plain)
      return fields && { kind: 'events', tag: fields[1], events: fields[2] }
    }
    case NUMBER.signal: {
      const fields = signalShape(plain)
      return fields && { kind: 'signal', tag: fields[1], signal: fields[2] }
    }
    case NUMBER.bye: {
      const fields = byeShape(plain)
      return fields && { kind: 'bye', reason: fields[1] }
    }
    case NUMBER.card: {
      const fields = cardShape(plain)
      return fields && { kind: 'card', card: fields[1] }
    }
    case NUMBER.digests: {
      const fields = digestsShape(plain)
      const digests = fields && readDigests(fields[1])
      return digests && { kind: 'digests', digests }
    }
    case NUMBER.request: {
      const fields = requestShape(plain)
      return fields && { kind: 'request', bytes: fields[1] }
    }
    case NUMBER.answer: {
      const fields = answerShape(plain)
      return fields && { kind: 'answer', bytes: fields[1] }
    }
    case NUMBER.ask: {
      const fields = askShape(plain)
      return fields && { kind: 'ask', tag: fields[1], ids: fields[2] }
    }
    case NUMBER.place: {
      const fields = placeShape(plain)
      return fields && { kind: 'place', bytes: fields[1] }
    }
    default:
      return typeof number === 'number' && number > 0 ? { kind: 'newer' } : undefined
  }
}

const plainFrame = (frame: Exclude<Frame, { kind: 'newer' }>): Plain => {
  switch (frame.kind) {
    case 'hello':
      return [NUMBER.hello, frame.version, frame.nonce, frame.card]
    case 'have':
      return [NUMBER.have, fromHex(frame.tag), [...frame.vector].map(([device, seq]) => [fromHex(device), seq])]
    case 'events':
      return [NUMBER.events, fromHex(frame.tag), frame.events]
    case 'signal':
      return [NUMBER.signal, fromHex(frame.tag), frame.signal]
    case 'bye':
      return [NUMBER.bye, frame.reason]
    case 'card':
      return [NUMBER.card, frame.card]
    case 'digests':
      return [NUMBER.digests, fromHex([...frame.digests].flat().join(''))]
    case 'request':
      return [NUMBER.request, frame.bytes]
    case 'answer':
      return [NUMBER.answer, frame.bytes]
    case 'ask':
      return [NUMBER.ask, fromHex(frame.tag), frame.ids.map(fromHex)]
    case 'place':
      return [NUMBER.place, frame.bytes]
  }
}

/** Undefined when the bytes end within a pair, or a conversation is named twice. */
const readDigests = (pairs: Uint8Array): Digests | undefined => {
  const count = pairs.length / PAIR_BYTES
  if (!Number.isInteger(count)) return undefined
  const all = toHex(pairs)
  const digests = new Map<Hex, Hex>()
  for (let from = 0; from < all.length; from += 2 * PAIR_BYTES)
    digests.set(all.slice(from, from + 2 * TAG_BYTES), all.slice(from + 2 * TAG_BYTES, from + 2 * PAIR_BYTES))
  return digests.size === count ? digests : undefined
}
