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
/** More than one person may use: the peer says so in words. */
export const ADDRESSES_MAX = 16
export const SEARCH_CHARACTERS_MAX = 500
export const LINE_ID_CHARACTERS_MAX = 200
export const HISTORY_LINES_MAX = 500
export const SEARCH_LINES_MAX = 200
export const TITLE_CHARACTERS_MAX = 1_000
/** A picture of 32 KiB as a `data:` URL, and then some: the peer says what is too large, and by how much. */
export const PICTURE_CHARACTERS_MAX = 512 * 1024
export const PEOPLE_MAX = 250
export const USES_MAX = 1_000
export const DAYS_MAX = 365
export const HISTORY_DAYS_MAX = 36_500
/** A link has at most 700 characters; what was pasted around it is cut off by whoever pastes. */
export const LINK_CHARACTERS_MAX = 4_000
export const CODE_CHARACTERS_MAX = 1_000

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
const invitation = hexId
const joining = hexId
const role = v.picklist(['admin', 'member'])
const standing = v.picklist(['accepted', 'ignored', 'blocked'])
const link = text(LINK_CHARACTERS_MAX)
const history = v.variant('share', [
  v.strictObject({ share: v.literal('none') }),
  v.strictObject({ share: v.literal('days'), days: limit(HISTORY_DAYS_MAX) }),
  v.strictObject({ share: v.literal('all') }),
])

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
  decide: v.strictObject({ person, standing }),
  rename: v.strictObject({ name: text(NAME_CHARACTERS_MAX) }),
  namePrivately: v.strictObject({ person, name: text(NAME_CHARACTERS_MAX) }),
  configure: v.strictObject({
    readMarkers: v.exactOptional(v.boolean()),
    seenNearby: v.exactOptional(v.boolean()),
    seenOnServer: v.exactOptional(v.boolean()),
    directly: v.exactOptional(v.boolean()),
    mapPorts: v.exactOptional(v.boolean()),
  }),
  useServers: v.strictObject({ addresses: v.pipe(v.array(text(ADDRESS_CHARACTERS_MAX)), v.maxLength(ADDRESSES_MAX)) }),
  reach: v.strictObject({ person }),
  tryNow: v.strictObject({ person }),
  search: v.strictObject({
    text: text(SEARCH_CHARACTERS_MAX),
    conversation: v.exactOptional(conversation),
    limit: limit(SEARCH_LINES_MAX),
  }),
  found: v.strictObject({
    title: text(TITLE_CHARACTERS_MAX),
    people: v.pipe(v.array(person), v.maxLength(PEOPLE_MAX)),
  }),
  members: v.strictObject({ conversation }),
  add: v.strictObject({ conversation, person, role, history }),
  remove: v.strictObject({ conversation, person }),
  leave: v.strictObject({ conversation }),
  setRole: v.strictObject({ conversation, person, role }),
  retitle: v.strictObject({ conversation, title: text(TITLE_CHARACTERS_MAX) }),
  setPicture: v.strictObject({ conversation, picture: text(PICTURE_CHARACTERS_MAX) }),
  picture: v.strictObject({ conversation }),
  answer: v.strictObject({ conversation, standing }),
  delivery: v.strictObject({ conversation, line }),
  mute: v.strictObject({ conversation, on: v.boolean() }),
  forget: v.strictObject({ conversation }),
  invite: v.strictObject({
    conversation: v.exactOptional(conversation),
    role,
    uses: limit(USES_MAX),
    days: limit(DAYS_MAX),
    history,
  }),
  revoke: v.strictObject({ invitation }),
  examine: v.strictObject({ link }),
  join: v.strictObject({ link }),
  forgetJoining: v.strictObject({ joining }),
  safety: v.strictObject({ person }),
  verify: v.strictObject({ person, scanned: v.exactOptional(text(CODE_CHARACTERS_MAX)) }),
  unverify: v.strictObject({ person }),
}
