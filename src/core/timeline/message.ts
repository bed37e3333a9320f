import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bool, hex, list, nullable, text, tuple } from '../bytes/shape.ts'
import { EMOJI_UNITS_MAX, type Content } from './content.ts'
import { TEXT_BYTES_MAX } from './size.ts'

/** Where something stands in the order everyone agrees on: by time, then author, then sequence. */
export type Position = { readonly time: number; readonly author: Hex; readonly seq: number }

/** A text as it stands after everything that was done to it. */
export type Message =
  | {
      readonly kind: 'message'
      readonly text: string
      readonly reply: Hex | null
      readonly edited: boolean
      readonly reactions: readonly (readonly [emoji: string, people: readonly Hex[]])[]
    }
  | { readonly kind: 'deleted' }

/** An edit, deletion or reaction, with who did it and when. */
export type Amendment = { readonly at: Position; readonly person: Hex; readonly content: Content }

/** More than this many amendments of one message are not looked at: the first by id are. */
export const AMENDMENTS_MAX = 1_000
export const REACTIONS_SHOWN_MAX = 64

export const comparePositions = (a: Position, b: Position): number =>
  a.time - b.time || (a.author < b.author ? -1 : a.author > b.author ? 1 : a.seq - b.seq)

/**
 * The message after its amendments, the same whatever came first: the last edit and any deletion by its own person
 * count, and of each person's reactions with one emoji the last.
 */
export const amended = (
  original: { readonly person: Hex; readonly text: string; readonly reply: Hex | null },
  amendments: readonly Amendment[],
): Message => {
  const inOrder = [...amendments].sort((a, b) => comparePositions(a.at, b.at))
  let said = original.text
  let edited = false
  const reactions = new Map<string, Set<Hex>>()
  for (const { content, person } of inOrder) {
    if (content.kind === 'delete' && person === original.person) return { kind: 'deleted' }
    if (content.kind === 'edit' && person === original.person) {
      said = content.text
      edited = true
    }
    if (content.kind === 'reaction') react(reactions, content.emoji, person, content.on)
  }
  const shown = [...reactions].filter(([, people]) => people.size > 0).slice(0, REACTIONS_SHOWN_MAX)
  return {
    kind: 'message',
    text: said,
    reply: original.reply,
    edited,
    reactions: shown.map(([emoji, people]) => [emoji, [...people]]),
  }
}

export const encodeMessage = (message: Message): Uint8Array =>
  message.kind === 'deleted'
    ? encode([])
    : encode([
        message.text,
        message.reply === null ? null : fromHex(message.reply),
        message.edited,
        message.reactions.map(([emoji, people]): Plain => [emoji, people.map(fromHex)]),
      ])

/** Reads what `encodeMessage` wrote. */
export const readMessage = (from: Uint8Array): Message | undefined => {
  const decoded = decode(from)
  if (!decoded.ok) return undefined
  if (Array.isArray(decoded.value) && decoded.value.length === 0) return { kind: 'deleted' }
  const fields = messageShape(decoded.value)
  if (!fields) return undefined
  const [said, reply, edited, reactions] = fields
  return { kind: 'message', text: said, reply, edited, reactions }
}

const messageShape = tuple(
  text(TEXT_BYTES_MAX),
  nullable(hex(32)),
  bool,
  list(tuple(text(EMOJI_UNITS_MAX), list(hex(32), 2_000)), REACTIONS_SHOWN_MAX),
)

const react = (reactions: Map<string, Set<Hex>>, emoji: string, person: Hex, on: boolean): void => {
  const people = reactions.get(emoji) ?? new Set()
  if (on) people.add(person)
  else people.delete(person)
  reactions.set(emoji, people)
}
