import { writeFileSync } from 'node:fs'
import { toHex } from '../../src/core/bytes/hex.ts'
import {
  BECAUSES,
  encodePeerMessage,
  encodeServerMessage,
  type PeerMessage,
  type ServerMessage,
} from '../../src/core/rendezvous/messages.ts'
import { REASONS } from '../../src/core/rendezvous/mailbox-messages.ts'

/** `node test/vectors/rendezvous.ts` writes the vectors beside this file; a test reads them back. */
export const VECTORS_FILE = new URL('rendezvous.json', import.meta.url)

const ann = 'a1'.repeat(32)
const bob = 'b0'.repeat(32)
const mailbox = 'e5'.repeat(32)
const of = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

export const peerMessages: readonly PeerMessage[] = [
  { kind: 'hello', version: 1, visible: false, listing: of() },
  { kind: 'hello', version: 1, visible: true, listing: of(1, 2, 3), card: of(4, 5, 6, 7) },
  { kind: 'hello', version: 0xffff, visible: true, listing: new Uint8Array(512).fill(1), card: new Uint8Array(4096) },
  { kind: 'watch', on: true },
  { kind: 'watch', on: false },
  { kind: 'card', device: bob },
  { kind: 'call', to: bob, offer: of(9, 8, 7) },
  { kind: 'open', request: 0, mailbox, signature: new Uint8Array(64).fill(0x51) },
  { kind: 'put', request: 1, mailbox, size: 3, part: of(1, 2) },
  { kind: 'part', request: 1, part: of(3) },
  { kind: 'read', request: 0xffff_ffff, mailbox, after: 0, bytesMax: 1_048_576 },
  { kind: 'listen', request: 2, mailbox, on: true },
  { kind: 'listen', request: 3, mailbox, on: false },
  { kind: 'trim', request: 4, mailbox, cursors: [] },
  { kind: 'trim', request: 5, mailbox, cursors: [1, 1_800_000_000_000_001] },
]

export const serverMessages: readonly ServerMessage[] = [
  { kind: 'welcome', version: 1, observed: '192.0.2.7:50123', people: 'on' },
  { kind: 'welcome', version: 1, observed: '[2001:db8::1]:4', people: 'off', name: 'école' },
  { kind: 'welcome', version: 1, observed: '192.0.2.7:50123', people: 'on', nonce: new Uint8Array(32).fill(0x40) },
  {
    kind: 'welcome',
    version: 1,
    observed: '192.0.2.7:50123',
    people: 'on',
    nonce: new Uint8Array(32).fill(0x40),
    stun: { tcp: [12_345, 12_346], udp: [12_345] },
  },
  {
    kind: 'welcome',
    version: 1,
    observed: '192.0.2.7:50123',
    people: 'on',
    nonce: new Uint8Array(32).fill(0x40),
    life: new Uint8Array(32).fill(0x41),
  },
  { kind: 'people', reset: true, here: [], gone: [] },
  {
    kind: 'people',
    reset: false,
    here: [
      { device: ann, listing: of(1, 2, 3) },
      { device: bob, listing: of() },
    ],
    gone: ['c2'.repeat(32)],
  },
  { kind: 'card', device: bob },
  { kind: 'card', device: bob, card: of(4, 5, 6, 7) },
  { kind: 'called', from: ann, offer: of(9, 8, 7) },
  { kind: 'absent', to: bob },
  { kind: 'unknown', what: 'mailbox' },
  { kind: 'done', request: 0 },
  { kind: 'stored', request: 1, cursor: 1_800_000_000_000_001 },
  { kind: 'blobs', request: 2, pieces: [] },
  { kind: 'blobs', request: 2, pieces: [], end: { more: false } },
  {
    kind: 'blobs',
    request: 2,
    pieces: [
      { cursor: 5, size: 2, bytes: of(1, 2) },
      { cursor: 9, size: 1_048_576, bytes: of(3) },
    ],
    end: { more: true },
  },
  ...REASONS.map((because) => ({ kind: 'refused', request: 3, because }) as const),
  { kind: 'refused', request: 3, because: 'slow', millis: 250 },
  { kind: 'arrived', mailbox, cursor: 6 },
  ...BECAUSES.map((because) => ({ kind: 'farewell', because }) as const),
]

type Vector = { readonly from: 'peer' | 'server'; readonly message: unknown; readonly bytes: string }

/** Messages as JSON, their byte strings in hexadecimal. */
export const vectors = (): readonly Vector[] => [
  ...peerMessages.map((message) => vector('peer', message, encodePeerMessage(message))),
  ...serverMessages.map((message) => vector('server', message, encodeServerMessage(message))),
]

const vector = (from: Vector['from'], message: unknown, bytes: Uint8Array): Vector => ({
  from,
  message: readable(message),
  bytes: toHex(bytes),
})

export const readable = (message: unknown): unknown =>
  JSON.parse(JSON.stringify(message, (_, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value)))

if (import.meta.main) writeFileSync(VECTORS_FILE, `${JSON.stringify(vectors(), null, 2)}\n`)
