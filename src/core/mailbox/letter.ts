import { decode, encode, malformed, type Malformed, type Plain } from '../bytes/cbor.ts'
import { accept, unreachable, type Result } from '../bytes/result.ts'
import { bytes, list } from '../bytes/shape.ts'
import { EVENT_BYTES_MAX } from '../event/event.ts'
import { BLOB_PLAINTEXT_BYTES_MAX } from './blob.ts'
import { plainReceipt, readReceipt, type Receipt } from './receipt.ts'

/**
 * What is in a blob. Everything in it was claimed by somebody who has the mailbox's secret, and brought by a server:
 * events are taken in like those of a link, a receipt counts when its signature does, cards and what concerns
 * invitations are verified by whoever reads them.
 */
export type Letter =
  /** Encoded events of the mailbox's conversation, in an order in which they can be taken in. */
  | { readonly kind: 'events'; readonly events: readonly Uint8Array[] }
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  /** To be let in by an invitation; and what became of it. Their inside means nothing here. */
  | { readonly kind: 'request'; readonly request: Uint8Array }
  | { readonly kind: 'answer'; readonly answer: Uint8Array }
  /** The inviter's card, in the mailbox of an invitation. */
  | { readonly kind: 'card'; readonly card: Uint8Array }
  /** Something that a newer version says: passed over. */
  | { readonly kind: 'newer'; readonly number: number }

export const EVENTS_PER_LETTER_MAX = 1024

const NUMBER = { events: 1, receipt: 2, request: 3, answer: 4, card: 5 } as const

export const encodeLetter = (letter: Exclude<Letter, { readonly kind: 'newer' }>): Uint8Array => {
  switch (letter.kind) {
    case 'events':
      return encode([NUMBER.events, letter.events])
    case 'receipt':
      return encode([NUMBER.receipt, plainReceipt(letter.receipt)])
    case 'request':
      return encode([NUMBER.request, letter.request])
    case 'answer':
      return encode([NUMBER.answer, letter.answer])
    case 'card':
      return encode([NUMBER.card, letter.card])
    default:
      return unreachable(letter)
  }
}

/** Never throws. Byte strings are views into what was read: copy what is kept. */
export const decodeLetter = (plaintext: Uint8Array): Result<Letter, Malformed> => {
  const decoded = decode(plaintext)
  if (!decoded.ok) return decoded
  const fields = fieldsOf(decoded.value)
  if (!fields) return malformed('not a letter')
  const [number, inside] = fields
  const letter = read(number, inside)
  return letter ? accept(letter) : malformed(`not a letter of kind ${number}`)
}

/** As many events as fit into one letter each, in the order given: at most `bytesMax` of plaintext and 1,024 events. */
export const lettersOf = (
  events: readonly Uint8Array[],
  bytesMax: number = BLOB_PLAINTEXT_BYTES_MAX,
): readonly (readonly Uint8Array[])[] => {
  const letters: Uint8Array[][] = []
  let left = 0
  for (const event of events) {
    const cost = event.length + EVENT_HEADER_BYTES
    const last = letters.at(-1)
    if (last && cost <= left && last.length < EVENTS_PER_LETTER_MAX) {
      last.push(event)
      left -= cost
    } else {
      letters.push([event])
      left = bytesMax - LETTER_HEADER_BYTES - cost
    }
  }
  return letters
}

/** The longest headers that the events' list, and each event, can have in CBOR. */
const LETTER_HEADER_BYTES = 5
const EVENT_HEADER_BYTES = 5

const fieldsOf = (plain: Plain): readonly [number, Plain] | undefined => {
  if (!Array.isArray(plain)) return undefined
  const [number, inside] = plain as readonly Plain[]
  return typeof number === 'number' && number > 0 ? [number, inside ?? null] : undefined
}

const eventsShape = list(bytes(1, EVENT_BYTES_MAX), EVENTS_PER_LETTER_MAX)
const inner = bytes(1, BLOB_PLAINTEXT_BYTES_MAX)

const read = (number: number, inside: Plain): Letter | undefined => {
  switch (number) {
    case NUMBER.events: {
      const events = eventsShape(inside)
      return events && { kind: 'events', events }
    }
    case NUMBER.receipt: {
      const receipt = readReceipt(inside)
      return receipt && { kind: 'receipt', receipt }
    }
    case NUMBER.request: {
      const request = inner(inside)
      return request && { kind: 'request', request }
    }
    case NUMBER.answer: {
      const answer = inner(inside)
      return answer && { kind: 'answer', answer }
    }
    case NUMBER.card: {
      const card = inner(inside)
      return card && { kind: 'card', card }
    }
    default:
      return { kind: 'newer', number }
  }
}
