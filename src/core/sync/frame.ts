import { decode, encode, malformed, type Malformed, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, type Result } from '../bytes/result.ts'
import { bytes, hex, list, literal, tuple, uint } from '../bytes/shape.ts'
import { EVENT_BYTES_MAX } from '../event/event.ts'
import { AUTHORS_MAX } from '../event/graph.ts'
import { CARD_BYTES_MAX } from '../identity/card.ts'

/** What two devices say to each other over one link. */
export type Frame =
  | { readonly kind: 'hello'; readonly version: number; readonly nonce: Uint8Array; readonly card: Uint8Array }
  /** All that this side holds of a conversation: device to greatest sequence without a gap. Also the acknowledgement. */
  | { readonly kind: 'have'; readonly tag: Hex; readonly vector: Vector }
  | { readonly kind: 'events'; readonly tag: Hex; readonly events: readonly Uint8Array[] }
  /** Never stored, dropped first under load. */
  | { readonly kind: 'signal'; readonly tag: Hex; readonly signal: number }
  | { readonly kind: 'bye'; readonly reason: number }
  /** A new card of the sender's: renamed, or with a new slot key. */
  | { readonly kind: 'card'; readonly card: Uint8Array }
  /** A newer version's frame: ignored. */
  | { readonly kind: 'newer' }

export type Vector = ReadonlyMap<Hex, number>

export const VERSION = 1
export const NONCE_BYTES = 32
export const TAG_BYTES = 16
export const EVENTS_IN_FRAME_MAX = 1_024

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

const NUMBER = { hello: 1, have: 2, events: 3, signal: 4, bye: 5, card: 6 } as const

const tag = hex(TAG_BYTES)
const helloShape = tuple(literal(NUMBER.hello), uint(), bytes(NONCE_BYTES), bytes(1, CARD_BYTES_MAX))
const haveShape = tuple(literal(NUMBER.have), tag, list(tuple(hex(32), uint()), AUTHORS_MAX))
const eventsShape = tuple(literal(NUMBER.events), tag, list(bytes(1, EVENT_BYTES_MAX), EVENTS_IN_FRAME_MAX))
const signalShape = tuple(literal(NUMBER.signal), tag, uint())
const byeShape = tuple(literal(NUMBER.bye), uint())
const cardShape = tuple(literal(NUMBER.card), bytes(1, CARD_BYTES_MAX))

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
  }
}
