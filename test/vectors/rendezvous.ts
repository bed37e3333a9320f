import { writeFileSync } from 'node:fs'
import { toHex } from '../../src/core/bytes/hex.ts'
import {
  BECAUSES,
  encodePeerMessage,
  encodeServerMessage,
  type PeerMessage,
  type ServerMessage,
} from '../../src/core/rendezvous/messages.ts'

/** `node test/vectors/rendezvous.ts` writes the vectors beside this file; a test reads them back. */
export const VECTORS_FILE = new URL('rendezvous.json', import.meta.url)

const ann = 'a1'.repeat(32)
const bob = 'b0'.repeat(32)
const of = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

export const peerMessages: readonly PeerMessage[] = [
  { kind: 'hello', version: 1, visible: false, listing: of() },
  { kind: 'hello', version: 1, visible: true, listing: of(1, 2, 3), card: of(4, 5, 6, 7) },
  { kind: 'hello', version: 0xffff, visible: true, listing: new Uint8Array(512).fill(1), card: new Uint8Array(4096) },
  { kind: 'watch', on: true },
  { kind: 'watch', on: false },
  { kind: 'card', device: bob },
  { kind: 'call', to: bob, offer: of(9, 8, 7) },
]

export const serverMessages: readonly ServerMessage[] = [
  { kind: 'welcome', version: 1, observed: '192.0.2.7:50123', people: 'on' },
  { kind: 'welcome', version: 1, observed: '[2001:db8::1]:4', people: 'off', name: 'école' },
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
