import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bool, bytes, hex, list, literal, nullable, text, tuple, uint, type Shape } from '../bytes/shape.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { HASH_BYTES } from '../crypto/symmetric.ts'
import { LISTING_BYTES_MAX } from '../identity/card.ts'
import { parseName } from '../identity/name.ts'
import { TEXT_BYTES_MAX } from './size.ts'
import { isVisible } from './visible.ts'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** What a sealed event says. `target` is the id of the event that it is about. */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly reply: Hex | null }
  | { readonly kind: 'edit'; readonly target: Hex; readonly text: string }
  | { readonly kind: 'delete'; readonly target: Hex }
  | { readonly kind: 'reaction'; readonly target: Hex; readonly emoji: string; readonly on: boolean }
  /** What I want to be called from now on. */
  | { readonly kind: 'profile'; readonly name: string; readonly was: string }
  /** I have read each of these authors' messages up to this sequence. */
  | { readonly kind: 'read'; readonly upTo: readonly (readonly [Hex, number])[] }
  /** The salted plaintext of an earlier event, for a device that could not open it. */
  | { readonly kind: 'again'; readonly target: Hex; readonly plaintext: Uint8Array }
  /** To somebody whom I added to a group: what they need to find its members and to understand what they say. */
  | ({ readonly kind: 'introduction' } & Introduction)
  /** What was said in a group before they came: ids of events, and their salted plaintexts. */
  | { readonly kind: 'history'; readonly conversation: Hex; readonly contents: readonly (readonly [Hex, Uint8Array])[] }
  /** Said in the group: with whom I shared its history. `days` is null for all of it. */
  | { readonly kind: 'shared'; readonly with: Hex; readonly days: number | null; readonly count: number }
  /** Said in the group, to its admins: the secret of an invitation, and how much history it promises. */
  | { readonly kind: 'invitation'; readonly secret: Uint8Array; readonly history: HistoryPromise }
  /** Something that a newer version says. Kept, and shown as that. */
  | { readonly kind: 'newer'; readonly number: number }

export type Introduction = {
  readonly conversation: Hex
  /** The group's first event, on which everything builds. */
  readonly founding: Uint8Array
  readonly title: string
  /** The secret of the mailbox in which members leave messages for each other; null when there is none yet. */
  readonly mailbox: Uint8Array | null
  /** Signed listings of members, so that their names are known before they are met. */
  readonly listings: readonly Uint8Array[]
}

/** How much of what was said before is shared with who comes: nothing, that of the last days, or all. */
export type HistoryPromise =
  | { readonly share: 'none' }
  | { readonly share: 'days'; readonly days: number }
  | { readonly share: 'all' }

/** A founding event holds a certificate and a slot key. */
export const FOUNDING_BYTES_MAX = 8 * 1024
export const TITLE_UNITS_MAX = 240
export const LISTINGS_MAX = 250
export const HISTORY_CONTENTS_MAX = 1_024
export const INVITATION_SECRET_BYTES = 16
export const HISTORY_DAYS_MAX = 36_500

/** The longest emoji sequences in Unicode have fewer UTF-16 units. */
export const EMOJI_UNITS_MAX = 32
export const READ_AUTHORS_MAX = 500

export type TextRefusal =
  | { readonly kind: 'text-empty' }
  | { readonly kind: 'text-too-long'; readonly bytes: number; readonly limit: number }

/** What somebody typed, ready to be said: without white space around it, line ends as `\n`, well-formed Unicode. */
export const parseText = (typed: string): Result<string, TextRefusal> => {
  // No unit takes less than a byte: what is surely too long is not looked at.
  if (typed.length > TEXT_BYTES_MAX)
    return refuse({ kind: 'text-too-long', bytes: typed.length, limit: TEXT_BYTES_MAX })
  // A mark of byte order at the start would be lost in UTF-8.
  const lines = typed
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/^\s*\n/, '')
    .replace(/^\uFEFF+/, '')
  // Not with an expression such as /\s+$/: on long runs of white space inside the text it takes seconds.
  const said = lines.trimEnd()
  if (said === '') return refuse({ kind: 'text-empty' })
  // A unit takes three bytes at most: what surely fits is not counted.
  if (said.length * 3 <= TEXT_BYTES_MAX) return accept(said)
  const size = utf8ToBytes(said).length
  return size > TEXT_BYTES_MAX ? refuse({ kind: 'text-too-long', bytes: size, limit: TEXT_BYTES_MAX }) : accept(said)
}

/** What is typed here: a text in which nothing is seen is refused as an empty one. What others said so is still read. */
export const parseTyped = (typed: string): Result<string, TextRefusal> => {
  const parsed = parseText(typed)
  return parsed.ok && !isVisible(parsed.value) ? refuse({ kind: 'text-empty' }) : parsed
}

export const encodeContent = (content: Content): Uint8Array => encode(plainContent(content))

/** Reads what a member said. Undefined when it says something of a known kind in a way that is not allowed. */
export const readContent = (from: Uint8Array): Content | undefined => {
  const decoded = decode(from)
  if (!decoded.ok || !Array.isArray(decoded.value)) return undefined
  const fields = decoded.value as readonly Plain[]
  const number = fields[0]
  switch (number) {
    case NUMBER.text: {
      const said = textShape(fields)
      return said && isText(said[1]) ? { kind: 'text', text: said[1], reply: said[2] } : undefined
    }
    case NUMBER.edit: {
      const said = editShape(fields)
      return said && isText(said[2]) ? { kind: 'edit', target: said[1], text: said[2] } : undefined
    }
    case NUMBER.delete: {
      const said = deleteShape(fields)
      return said && { kind: 'delete', target: said[1] }
    }
    case NUMBER.reaction: {
      const said = reactionShape(fields)
      return said && isEmoji(said[2]) ? { kind: 'reaction', target: said[1], emoji: said[2], on: said[3] } : undefined
    }
    case NUMBER.profile: {
      const said = profileShape(fields)
      return said && isName(said[1]) && isName(said[2]) ? { kind: 'profile', name: said[1], was: said[2] } : undefined
    }
    case NUMBER.read: {
      const said = readShape(fields)
      return said && { kind: 'read', upTo: said[1] }
    }
    case NUMBER.again: {
      const said = againShape(fields)
      return said && { kind: 'again', target: said[1], plaintext: said[2] }
    }
    case NUMBER.introduction: {
      const said = introductionShape(fields)
      if (!said) return undefined
      const [, conversation, founding, title, mailbox, listings] = said
      return { kind: 'introduction', conversation, founding, title, mailbox, listings }
    }
    case NUMBER.history: {
      const said = historyShape(fields)
      return said && { kind: 'history', conversation: said[1], contents: said[2] }
    }
    case NUMBER.shared: {
      const said = sharedShape(fields)
      return said && { kind: 'shared', with: said[1], days: said[2], count: said[3] }
    }
    case NUMBER.invitation: {
      const said = invitationShape(fields)
      return said && { kind: 'invitation', secret: said[1], history: said[2] }
    }
    default:
      return typeof number === 'number' && number >= 0 ? { kind: 'newer', number } : undefined
  }
}

/** Whether this is something to react with: one emoji, or a sequence that may be one to a later Unicode. */
export const isEmoji = (typed: string): boolean => typed.length <= EMOJI_UNITS_MAX && EMOJI.test(typed)

const EMOJI =
  /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)*)$/v

const NUMBER = {
  text: 1,
  edit: 2,
  delete: 3,
  reaction: 4,
  profile: 5,
  read: 6,
  again: 7,
  introduction: 8,
  history: 9,
  shared: 10,
  invitation: 11,
} as const

const id = hex(HASH_BYTES)
const said = text(TEXT_BYTES_MAX)
const textShape = tuple(literal(NUMBER.text), said, nullable(id))
const editShape = tuple(literal(NUMBER.edit), id, said)
const deleteShape = tuple(literal(NUMBER.delete), id)
const reactionShape = tuple(literal(NUMBER.reaction), id, text(EMOJI_UNITS_MAX), bool)
const profileShape = tuple(literal(NUMBER.profile), text(160), text(160))
const readShape = tuple(literal(NUMBER.read), list(tuple(hex(32), uint()), READ_AUTHORS_MAX))
const againShape = tuple(literal(NUMBER.again), id, bytes(1, 192 * 1024))
const introductionShape = tuple(
  literal(NUMBER.introduction),
  id,
  bytes(1, FOUNDING_BYTES_MAX),
  text(TITLE_UNITS_MAX),
  nullable(bytes(32)),
  list(bytes(1, LISTING_BYTES_MAX), LISTINGS_MAX),
)
const historyShape = tuple(literal(NUMBER.history), id, list(tuple(id, bytes(1, 192 * 1024)), HISTORY_CONTENTS_MAX))
const daysShape = uint(HISTORY_DAYS_MAX)
const sharedShape = tuple(literal(NUMBER.shared), hex(32), nullable(daysShape), uint())

/** Nothing is 0 days; all is null. */
const promise: Shape<HistoryPromise> = (plain) => {
  if (plain === null) return { share: 'all' }
  const days = daysShape(plain)
  return days === undefined ? undefined : days === 0 ? { share: 'none' } : { share: 'days', days }
}
const invitationShape = tuple(literal(NUMBER.invitation), bytes(INVITATION_SECRET_BYTES), promise)

const isText = (claimed: string): boolean => {
  const parsed = parseText(claimed)
  return parsed.ok && parsed.value === claimed
}

const isName = (claimed: string): boolean => {
  const parsed = parseName(claimed)
  return parsed.ok && parsed.value === claimed
}

const plainContent = (content: Content): Plain => {
  switch (content.kind) {
    case 'text':
      return [NUMBER.text, content.text, content.reply === null ? null : fromHex(content.reply)]
    case 'edit':
      return [NUMBER.edit, fromHex(content.target), content.text]
    case 'delete':
      return [NUMBER.delete, fromHex(content.target)]
    case 'reaction':
      return [NUMBER.reaction, fromHex(content.target), content.emoji, content.on]
    case 'profile':
      return [NUMBER.profile, content.name, content.was]
    case 'read':
      return [NUMBER.read, content.upTo.map(([device, seq]) => [fromHex(device), seq])]
    case 'again':
      return [NUMBER.again, fromHex(content.target), content.plaintext]
    case 'introduction': {
      const { conversation, founding, title, mailbox, listings } = content
      return [NUMBER.introduction, fromHex(conversation), founding, title, mailbox, listings]
    }
    case 'history':
      return [
        NUMBER.history,
        fromHex(content.conversation),
        content.contents.map(([event, plaintext]) => [fromHex(event), plaintext]),
      ]
    case 'shared':
      return [NUMBER.shared, fromHex(content.with), content.days, content.count]
    case 'invitation': {
      const { history } = content
      return [
        NUMBER.invitation,
        content.secret,
        history.share === 'all' ? null : history.share === 'days' ? history.days : 0,
      ]
    }
    case 'newer':
      return [content.number]
  }
}
