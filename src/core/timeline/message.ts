import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bool, hex, list, nullable, text, tuple, uint } from '../bytes/shape.ts'
import { EMOJI_UNITS_MAX, type Content } from './content.ts'
import { TEXT_BYTES_MAX } from './size.ts'

/** Where something stands in the order everyone agrees on: by time, then author, then sequence. */
export type Position = { readonly time: number; readonly author: Hex; readonly seq: number }

/** A text as it stands after everything that was done to it, with what it takes to know what one more amendment does. */
export type Message =
  | {
      readonly kind: 'message'
      readonly text: string
      readonly reply: Hex | null
      /** Where the edit stands that counts. */
      readonly edit: Position | null
      /** The last of each person with each emoji, in order. */
      readonly reactions: readonly Reaction[]
    }
  | { readonly kind: 'deleted' }
  /** As the first version kept it, without places: what is done to it has to be looked at from the beginning. */
  | ({ readonly kind: 'unplaced'; readonly text: string; readonly reply: Hex | null } & Shown)

/** One that was taken back stays, so that what came before it does not count again. */
export type Reaction = {
  readonly emoji: string
  readonly person: Hex
  readonly on: boolean
  readonly at: Position
}

/** What people see of what was done to a message. */
export type Shown = {
  readonly edited: boolean
  readonly reactions: readonly (readonly [emoji: string, people: readonly Hex[]])[]
}

/** An edit, deletion or reaction, with who did it and when. */
export type Amendment = { readonly at: Position; readonly person: Hex; readonly content: Content }

/** Of each person's reactions to one message those with the emoji that they used last count: so many emoji. */
export const PERSON_REACTIONS_MAX = 32
/** Of those of all people together the last count. A full group with sixteen of each is below it. */
export const REACTIONS_MAX = 4_096
export const REACTIONS_SHOWN_MAX = 64

export const comparePositions = (a: Position, b: Position): number =>
  a.time - b.time || (a.author < b.author ? -1 : a.author > b.author ? 1 : a.seq - b.seq)

/** A message to which nothing was done yet. */
export const newMessage = ({ text: said, reply }: { readonly text: string; readonly reply: Hex | null }): Message => ({
  kind: 'message',
  text: said,
  reply,
  edit: null,
  reactions: [],
})

/**
 * The message of this person after one more amendment. Whatever order amendments come in, and however often, they give the
 * same message: the last edit and any deletion by its own person count, and of each person's reactions with one emoji the
 * last. What is kept of reactions is bounded by keeping the latest, and so no order of arrival can change it: a reaction
 * that was let go of is behind all that are kept, and only a later one could bring its emoji back.
 */
export const amend = (message: Message, person: Hex, { at, person: by, content }: Amendment): Message => {
  if (message.kind !== 'message') return message
  switch (content.kind) {
    case 'delete':
      return by === person ? { kind: 'deleted' } : message
    case 'edit': {
      const isLast = message.edit === null || comparePositions(message.edit, at) < 0
      return by === person && isLast ? { ...message, text: content.text, edit: at } : message
    }
    case 'reaction': {
      const { emoji, on } = content
      const reactions = withReaction(message.reactions, { emoji, person: by, on, at })
      return reactions === message.reactions ? message : { ...message, reactions }
    }
    default:
      return message
  }
}

const withReaction = (reactions: readonly Reaction[], added: Reaction): readonly Reaction[] => {
  const { person, emoji, at } = added
  const before = reactions.find((each) => each.person === person && each.emoji === emoji)
  if (before && comparePositions(before.at, at) >= 0) return reactions
  const others = before ? reactions.filter((each) => each !== before) : reactions
  const place = others.findLastIndex((each) => comparePositions(each.at, at) < 0) + 1
  const all = others.toSpliced(place, 0, added)
  const own = all.filter((each) => each.person === person)
  const first = own.length > PERSON_REACTIONS_MAX ? own[0] : all.length > REACTIONS_MAX ? all[0] : undefined
  return first ? all.filter((each) => each !== first) : all
}

/** The emoji stand in the order of the first reaction with each that is not taken back. */
export const shownOf = (message: Exclude<Message, { readonly kind: 'deleted' }>): Shown => {
  if (message.kind === 'unplaced') return message
  const people = new Map<string, Hex[]>()
  for (const { emoji, person, on } of message.reactions) {
    if (!on) continue
    const same = people.get(emoji)
    if (same) same.push(person)
    else people.set(emoji, [person])
  }
  return { edited: message.edit !== null, reactions: [...people].slice(0, REACTIONS_SHOWN_MAX) }
}

export const encodeMessage = (message: Message): Uint8Array => {
  if (message.kind === 'deleted') return encode([])
  const reply = message.reply === null ? null : fromHex(message.reply)
  if (message.kind === 'unplaced') {
    const reactions = message.reactions.map(([emoji, people]): Plain => [emoji, people.map(fromHex)])
    return encode([message.text, reply, message.edited, reactions])
  }
  const edit = message.edit === null ? null : plainPosition(message.edit)
  const reactions = message.reactions.map(({ emoji, person, on, at }): Plain => [
    emoji,
    fromHex(person),
    on,
    plainPosition(at),
  ])
  return encode([message.text, reply, edit, reactions])
}

/** Reads what `encodeMessage` wrote. */
export const readMessage = (from: Uint8Array): Message | undefined => {
  const decoded = decode(from)
  if (!decoded.ok) return undefined
  if (Array.isArray(decoded.value) && decoded.value.length === 0) return { kind: 'deleted' }
  const fields = messageShape(decoded.value)
  if (fields) {
    const [said, reply, edit, reactions] = fields
    return {
      kind: 'message',
      text: said,
      reply,
      edit: edit && positionOf(edit),
      reactions: reactions.map(([emoji, person, on, at]) => ({ emoji, person, on, at: positionOf(at) })),
    }
  }
  const first = unplacedShape(decoded.value)
  if (!first) return undefined
  const [said, reply, edited, reactions] = first
  return { kind: 'unplaced', text: said, reply, edited, reactions }
}

const id = hex(32)
const said = text(TEXT_BYTES_MAX)
const emojiShape = text(EMOJI_UNITS_MAX)
const positionShape = tuple(uint(), id, uint())
const reactionShape = tuple(emojiShape, id, bool, positionShape)
const messageShape = tuple(said, nullable(id), nullable(positionShape), list(reactionShape, REACTIONS_MAX))
const unplacedShape = tuple(said, nullable(id), bool, list(tuple(emojiShape, list(id, 2_000)), REACTIONS_SHOWN_MAX))

const plainPosition = ({ time, author, seq }: Position): Plain => [time, fromHex(author), seq]
const positionOf = ([time, author, seq]: readonly [number, Hex, number]): Position => ({ time, author, seq })
