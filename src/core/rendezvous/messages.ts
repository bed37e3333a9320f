import { decode, encode, malformed, type Malformed, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, type Result } from '../bytes/result.ts'
import { bool, bytes, hex, list, literal, nullable, text, tuple, uint, type Shape } from '../bytes/shape.ts'
import { LIFE_BYTES, NONCE_BYTES } from '../mailbox/keys.ts'
import { STUN_PORTS_MAX, type StunPorts } from '../stun/ports.ts'
import { isWithin } from './items.ts'
import {
  ANSWER_SHAPES,
  answerPlain,
  PART_BYTES_MAX,
  REQUEST_SHAPES,
  requestPlain,
  type MailboxAnswer,
  type MailboxRequest,
} from './mailbox-messages.ts'
import { appended, message } from './message-shape.ts'

/** The newest version of what a peer and a server say. A conversation goes in the smaller of the two they name. */
export const RENDEZVOUS_VERSION = 1

export const DEVICE_BYTES = 32
/** A card is made, signed and checked by peers; to the server it is bytes. */
export const CARD_BYTES_MAX = 4096
/** What the people list shows of somebody, in the clear. */
export const LISTING_BYTES_MAX = 512
export const OFFER_BYTES_MAX = 2048
export const PEOPLE_LISTED_MAX = 250
/**
 * A server refuses longer messages from a peer before it decodes them: one part of a blob fits. Blobs come in parts so
 * that nobody's small message waits behind a megabyte, and no peer can make a server hold more than a part unread.
 */
export const PEER_MESSAGE_BYTES_MAX = PART_BYTES_MAX + 1024
/** Decoding costs by the item rather than by the byte: a message from a peer has at most so many. */
export const PEER_MESSAGE_ITEMS_MAX = 1024
/** A peer refuses longer messages from a server before it decodes them: 250 people with full listings fit. */
export const SERVER_MESSAGE_BYTES_MAX = 256 * 1024
const KIND_UNITS_MAX = 32
const ADDRESS_UNITS_MAX = 128
export const SERVER_NAME_UNITS_MAX = 64

/** What a peer says to a server. Byte strings read from the wire are views into the frame: copy what is kept. */
export type PeerMessage =
  /** The first message; said again to change card, listing or visibility. `visible`: be on the people list. */
  | {
      readonly kind: 'hello'
      readonly version: number
      readonly visible: boolean
      readonly listing: Uint8Array
      readonly card?: Uint8Array
    }
  /** Tell me who is here from now on, or no longer. */
  | { readonly kind: 'watch'; readonly on: boolean }
  /** The card of one device, if it is here. */
  | { readonly kind: 'card'; readonly device: Hex }
  /** Bring this to another device, if it is here. */
  | { readonly kind: 'call'; readonly to: Hex; readonly offer: Uint8Array }
  | MailboxRequest

/** What a server says to a peer. */
export type ServerMessage =
  /** The answer to each hello. `observed`: the address that the server sees the peer at, as text. */
  | {
      readonly kind: 'welcome'
      readonly version: number
      readonly observed: string
      readonly people: 'on' | 'off'
      /** What the server wants to be called. */
      readonly name?: string
      /** To be signed for each mailbox that is opened on this link, the same in each welcome. None: no mailboxes here. */
      readonly nonce?: Uint8Array
      /** Where it answers STUN. None: nowhere. */
      readonly stun?: StunPorts
      /** Names what its mailboxes keep: another one when that was lost or put back. None: its key alone says so. */
      readonly life?: Uint8Array
    }
  /** With `reset`, `here` is the whole list and everybody else is gone. Otherwise `here` is added or replaced. */
  | {
      readonly kind: 'people'
      readonly reset: boolean
      readonly here: readonly Listed[]
      readonly gone: readonly Hex[]
    }
  /** The answer to each `card`; without a card, the device is not here or has none. */
  | { readonly kind: 'card'; readonly device: Hex; readonly card?: Uint8Array }
  | { readonly kind: 'called'; readonly from: Hex; readonly offer: Uint8Array }
  /** The answer to a `call` that could not be brought. */
  | { readonly kind: 'absent'; readonly to: Hex }
  /** The answer to a message of a kind that this server does not know. Nothing else happened. */
  | { readonly kind: 'unknown'; readonly what: string }
  /** The last message before the server closes the link. */
  | { readonly kind: 'farewell'; readonly because: Because }
  | MailboxAnswer

export type Listed = { readonly device: Hex; readonly listing: Uint8Array }

/** A message that a later version knows: a server answers `unknown`, a peer ignores it. */
export type Newer = { readonly kind: 'newer'; readonly what: string }

export const BECAUSES = [
  /** The peer's bytes were no message, or its first message was not a hello. */
  'malformed',
  /** No hello came in time. */
  'silent',
  /** The same device connected again; the newer connection stays. Do not reconnect. */
  'replaced',
  /** The server has all the peers it takes. */
  'full',
  /** Too many peers connected from this address. */
  'crowded',
  /** The peer did not read what it was sent. */
  'slow',
  /** The server is going away. */
  'stopping',
] as const

/** `other`: a reason that a later version names. */
export type Because = (typeof BECAUSES)[number] | 'other'

export const encodePeerMessage = (message: PeerMessage): Uint8Array => encode(peerPlain(message))

export const encodeServerMessage = (message: ServerMessage): Uint8Array => encode(serverPlain(message))

/** Never throws. Items after the ones known here are ignored: a later version may append some. */
export const decodePeerMessage = (frame: Uint8Array): Result<PeerMessage | Newer, Malformed> =>
  isWithin(frame, PEER_MESSAGE_ITEMS_MAX)
    ? read(frame, PEER_MESSAGE_BYTES_MAX, PEER_SHAPES)
    : malformed(`more than ${PEER_MESSAGE_ITEMS_MAX} items`)

/** Never throws. Items after the ones known here are ignored: a later version may append some. */
export const decodeServerMessage = (frame: Uint8Array): Result<ServerMessage | Newer, Malformed> =>
  read(frame, SERVER_MESSAGE_BYTES_MAX, SERVER_SHAPES)

const peerPlain = (message: PeerMessage): Plain => {
  switch (message.kind) {
    case 'hello':
      return ['hello', message.version, message.visible, message.listing, message.card ?? null]
    case 'watch':
      return ['watch', message.on]
    case 'card':
      return ['card', fromHex(message.device)]
    case 'call':
      return ['call', fromHex(message.to), message.offer]
    default:
      return requestPlain(message)
  }
}

const serverPlain = (message: ServerMessage): Plain => {
  switch (message.kind) {
    case 'welcome':
      return [
        'welcome',
        message.version,
        message.observed,
        message.people,
        message.name ?? null,
        message.nonce ?? null,
        message.stun ? [message.stun.tcp, message.stun.udp] : null,
        message.life ?? null,
      ]
    case 'people':
      return [
        'people',
        message.reset,
        message.here.map(({ device, listing }) => [fromHex(device), listing]),
        message.gone.map(fromHex),
      ]
    case 'card':
      return ['card', fromHex(message.device), message.card ?? null]
    case 'called':
      return ['called', fromHex(message.from), message.offer]
    case 'absent':
      return ['absent', fromHex(message.to)]
    case 'unknown':
      return ['unknown', message.what]
    case 'farewell':
      return ['farewell', message.because]
    default:
      return answerPlain(message)
  }
}

const read = <Message>(
  frame: Uint8Array,
  limit: number,
  shapes: ReadonlyMap<string, Shape<Message>>,
): Result<Message | Newer, Malformed> => {
  if (frame.length > limit) return malformed(`${frame.length} bytes, of at most ${limit}`)
  const decoded = decode(frame)
  if (!decoded.ok) return decoded
  if (!Array.isArray(decoded.value)) return malformed('not a message')
  const items = decoded.value as readonly Plain[]
  const kind = text(KIND_UNITS_MAX)(items[0])
  if (kind === undefined) return malformed('a message without a kind')
  const shape = shapes.get(kind)
  if (!shape) return accept({ kind: 'newer', what: kind })
  const message = shape(items)
  return message === undefined ? malformed(`not a ${kind}`) : accept(message)
}

const device = hex(DEVICE_BYTES)
const version: Shape<number> = (plain) => uint(0xffff)(plain) || undefined
const onOrOff: Shape<'on' | 'off'> = (plain) => literal('on')(plain) ?? literal('off')(plain)
const because: Shape<Because> = (plain) =>
  text(KIND_UNITS_MAX)(plain) === undefined ? undefined : (BECAUSES.find((known) => known === plain) ?? 'other')
const port: Shape<number> = (plain) => uint(0xffff)(plain) || undefined
const stunPorts: Shape<StunPorts> = (plain) => {
  const pair = tuple(list(port, STUN_PORTS_MAX), list(port, STUN_PORTS_MAX))(plain)
  return pair && { tcp: pair[0], udp: pair[1] }
}
const listed: Shape<Listed> = (plain) => {
  const pair = tuple(device, bytes(0, LISTING_BYTES_MAX))(plain)
  return pair && { device: pair[0], listing: pair[1] }
}

const PEER_SHAPES: ReadonlyMap<string, Shape<PeerMessage>> = new Map<string, Shape<PeerMessage>>([
  [
    'hello',
    message(
      [version, bool, bytes(0, LISTING_BYTES_MAX), nullable(bytes(0, CARD_BYTES_MAX))],
      (version, visible, listing, card) => ({ kind: 'hello', version, visible, listing, ...(card && { card }) }),
    ),
  ],
  ['watch', message([bool], (on) => ({ kind: 'watch', on }))],
  ['card', message([device], (device) => ({ kind: 'card', device }))],
  ['call', message([device, bytes(0, OFFER_BYTES_MAX)], (to, offer) => ({ kind: 'call', to, offer }))],
  ...REQUEST_SHAPES,
])

const SERVER_SHAPES: ReadonlyMap<string, Shape<ServerMessage>> = new Map<string, Shape<ServerMessage>>([
  [
    'welcome',
    message(
      [
        version,
        text(ADDRESS_UNITS_MAX),
        onOrOff,
        nullable(text(SERVER_NAME_UNITS_MAX)),
        // A server from before there were mailboxes names no nonce, one from before it answered STUN no ports, and so on.
        appended(bytes(NONCE_BYTES)),
        appended(stunPorts),
        appended(bytes(LIFE_BYTES)),
      ],
      (version, observed, people, name, nonce, stun, life) => ({
        kind: 'welcome',
        version,
        observed,
        people,
        ...(name !== null && { name }),
        ...(nonce && { nonce }),
        ...(stun && { stun }),
        ...(life && { life }),
      }),
    ),
  ],
  [
    'people',
    message([bool, list(listed, PEOPLE_LISTED_MAX), list(device, PEOPLE_LISTED_MAX)], (reset, here, gone) => ({
      kind: 'people',
      reset,
      here,
      gone,
    })),
  ],
  [
    'card',
    message([device, nullable(bytes(0, CARD_BYTES_MAX))], (device, card) => ({
      kind: 'card',
      device,
      ...(card && { card }),
    })),
  ],
  ['called', message([device, bytes(0, OFFER_BYTES_MAX)], (from, offer) => ({ kind: 'called', from, offer }))],
  ['absent', message([device], (to) => ({ kind: 'absent', to }))],
  ['unknown', message([text(KIND_UNITS_MAX)], (what) => ({ kind: 'unknown', what }))],
  ['farewell', message([because], (because) => ({ kind: 'farewell', because }))],
  ...ANSWER_SHAPES,
])
