import * as v from 'valibot'

import { isHex } from '../core/bytes/hex.ts'
import { TEXT_CHARACTERS_MAX } from './wire.ts'

/**
 * What a window or a script may pass. These bounds are about form alone and are wider than the peer's own rules (a
 * name of 41 characters passes here and is refused there, with words for people).
 */
export const NAME_CHARACTERS_MAX = 1_000
export const EMOJI_CHARACTERS_MAX = 64
export const ADDRESS_CHARACTERS_MAX = 300
export const SEARCH_CHARACTERS_MAX = 500
export const LINE_ID_CHARACTERS_MAX = 200
export const HISTORY_LINES_MAX = 500
export const SEARCH_LINES_MAX = 200

const ID_BYTES = 32

const hexId = v.pipe(
  v.string(),
  v.check((text) => isHex(text, ID_BYTES), '64 lower-case hexadecimal characters'),
)
const text = (charactersMax: number) => v.pipe(v.string(), v.maxLength(charactersMax))
// An event's id, or one made for lines that are no event (gaps, forks): opaque, but never long and always printable.
const line = v.pipe(v.string(), v.minLength(1), v.maxLength(LINE_ID_CHARACTERS_MAX), v.regex(/^[\x21-\x7e]+$/))
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const limit = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max))
const order = v.strictObject({ time: whole, author: hexId, seq: whole })
const person = hexId
const conversation = hexId

export const INPUTS = {
  open: v.strictObject({ person }),
  history: v.pipe(
    v.strictObject({
      conversation,
      before: v.exactOptional(order),
      after: v.exactOptional(order),
      limit: limit(HISTORY_LINES_MAX),
    }),
    v.check((input) => input.before === undefined || input.after === undefined, 'before or after, not both'),
  ),
  say: v.strictObject({ conversation, text: text(TEXT_CHARACTERS_MAX), reply: v.exactOptional(line) }),
  edit: v.strictObject({ conversation, line, text: text(TEXT_CHARACTERS_MAX) }),
  unsay: v.strictObject({ conversation, line }),
  react: v.strictObject({ conversation, line, emoji: text(EMOJI_CHARACTERS_MAX), on: v.boolean() }),
  read: v.strictObject({ conversation, upTo: order }),
  typing: v.strictObject({ conversation }),
  draft: v.strictObject({ conversation, text: text(TEXT_CHARACTERS_MAX) }),
  decide: v.strictObject({ person, standing: v.picklist(['accepted', 'ignored', 'blocked']) }),
  rename: v.strictObject({ name: text(NAME_CHARACTERS_MAX) }),
  namePrivately: v.strictObject({ person, name: text(NAME_CHARACTERS_MAX) }),
  configure: v.strictObject({
    readMarkers: v.exactOptional(v.boolean()),
    seenNearby: v.exactOptional(v.boolean()),
    seenOnServer: v.exactOptional(v.boolean()),
  }),
  useServer: v.strictObject({ address: text(ADDRESS_CHARACTERS_MAX) }),
  reach: v.strictObject({ person }),
  tryNow: v.strictObject({ person }),
  search: v.strictObject({
    text: text(SEARCH_CHARACTERS_MAX),
    conversation: v.exactOptional(conversation),
    limit: limit(SEARCH_LINES_MAX),
  }),
}
