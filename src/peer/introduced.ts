import { decode, encode } from '../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { bytes, hex, list, nullable, text, tuple, type Shape } from '../core/bytes/shape.ts'
import { readTitle } from '../core/group/title.ts'
import { FOUNDING_BYTES_MAX, LISTINGS_MAX, TITLE_UNITS_MAX, type Introduction } from '../core/timeline/content.ts'
import type { Store } from '../store/port.ts'
import type { Standing } from '../view/view.ts'
import type { RecordPut } from './record.ts'

/** What is kept of a group besides its events: how it came here, and what was decided about it. */
export type Introduced = {
  readonly conversation: Hex
  readonly standing: Standing
  /** Who brought me in; null for a group of mine. */
  readonly by: Hex | null
  /** As it was introduced: shown until its events are here. */
  readonly title: string
  readonly founding: Uint8Array
  /** Of the mailbox in which its members leave messages, as it was introduced. */
  readonly mailbox: Uint8Array | null
  /** The people who were named. */
  readonly people: readonly Hex[]
}

const PREFIX = 'introduced/'

export const introducedKey = (conversation: Hex): string => PREFIX + conversation

/** The groups of which there is such a record. */
export const introducedConversations = async (store: Store): Promise<readonly Hex[]> =>
  (await store.records('conversation', PREFIX)).map(({ key }) => key.slice(PREFIX.length))

/** As somebody introduced it; nothing is decided about it yet. */
export const introducedBy = (by: Hex, introduction: Introduction, people: readonly Hex[]): Introduced => ({
  conversation: introduction.conversation,
  standing: 'new',
  by,
  title: readTitle(introduction.title),
  founding: introduction.founding,
  mailbox: introduction.mailbox,
  people,
})

export const introducedChange = (introduced: Introduced): RecordPut => ({
  put: 'record',
  space: 'conversation',
  key: introducedKey(introduced.conversation),
  value: encode([
    introduced.standing,
    introduced.by === null ? null : fromHex(introduced.by),
    introduced.title,
    introduced.founding,
    introduced.mailbox,
    introduced.people.map(fromHex),
  ]),
})

export const readIntroduced = (conversation: Hex, from: Uint8Array): Introduced => {
  const decoded = decode(from)
  const fields = decoded.ok ? shape(decoded.value) : undefined
  if (!fields) throw new Bug('the record of a group cannot be read')
  const [standing, by, title, founding, mailbox, people] = fields
  return { conversation, standing, by, title, founding, mailbox, people }
}

const STANDINGS = ['new', 'accepted', 'ignored', 'blocked'] as const
const standingShape: Shape<Standing> = (plain) => STANDINGS.find((each) => each === plain)
const shape = tuple(
  standingShape,
  nullable(hex(32)),
  text(TITLE_UNITS_MAX),
  bytes(1, FOUNDING_BYTES_MAX),
  nullable(bytes(32)),
  list(hex(32), LISTINGS_MAX),
)
