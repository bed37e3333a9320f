import { decode, encode, malformed, type Malformed, type Plain } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { bytes, hex, list, literal, nullable, tuple, uint, type Shaped } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES, type Crypto } from '../crypto/port.ts'
import { HASH_BYTES, sha256 } from '../crypto/symmetric.ts'
import { CONTROL_HEADS_MAX } from './kinds.ts'
import { plainProof, proofVerifier, readProof, signIds, type Proof, type Signer, type VerifyProof } from './proof.ts'

/**
 * One signed fact in a conversation, as its author wrote it. Nothing in it was judged yet but its form.
 *
 * Each author's events are a chain (`seq` 1, 2, ... and `prev`); `after` names the newest event of every other author
 * that this one learnt of since its previous event; `control` names the heads of the control events that it knew.
 */
export type Event = {
  readonly conversation: Hex
  readonly author: Hex
  readonly seq: number
  /** Absent in an author's first event only. */
  readonly prev: Hex | null
  readonly after: readonly Tip[]
  readonly control: readonly Hex[]
  /** Hybrid logical time in milliseconds: never less than that of anything it follows. */
  readonly time: number
  readonly kind: number
  readonly body: Plain
}

/** `[author, seq, id]` */
export type Tip = Shaped<typeof tipShape>

/** `id = sha256(encoding)` */
export type IdentifiedEvent = Event & { readonly id: Hex }

/** As its author wrote it, before it is signed. */
export type UnsignedEvent = IdentifiedEvent & { readonly encoding: Uint8Array }

/** `bytes`: the envelope `[encoding, ...proof]`, as it is stored and sent. */
export type SignedEvent = IdentifiedEvent & { readonly bytes: Uint8Array }

export const EVENT_BYTES_MAX = 768 * 1024
export const AFTER_MAX = 64
export const KIND_MAX = 0xffff
/** The end of the year 9999: no clock is right beyond it. */
export const TIME_MAX = 253_402_300_799_999

export type EventRefusal =
  | Malformed
  | { readonly kind: 'too-large'; readonly size: number; readonly limit: number }
  | { readonly kind: 'bad-signature' }

export const encodeEvent = (event: Event): UnsignedEvent => {
  const encoding = encode([
    1,
    fromHex(event.conversation),
    fromHex(event.author),
    event.seq,
    event.prev === null ? null : fromHex(event.prev),
    event.after.map(([author, seq, id]) => [fromHex(author), seq, fromHex(id)]),
    event.control.map(fromHex),
    event.time,
    event.kind,
    event.body,
  ])
  return { ...event, id: toHex(sha256(encoding)), encoding }
}

/** Signs what one author wrote at one time: many cost little more than one. */
export const signEvents = async (signer: Signer, events: readonly UnsignedEvent[]): Promise<readonly SignedEvent[]> => {
  const proofs = await signIds(
    signer,
    events.map(({ id }) => id),
  )
  return events.map(({ encoding, ...event }, at) => {
    return { ...event, bytes: encode([encoding, ...plainProof(proofs[at] as Proof)]) }
  })
}

/** Reads what anybody may have sent and verifies that its author signed it. */
export const openEvent = async (crypto: Crypto, from: Uint8Array): Promise<Result<SignedEvent, EventRefusal>> => {
  const read = readEvent(from)
  return read.ok ? verifyEvent(proofVerifier(crypto), read.value) : read
}

/** Verifies that its author signed an event that was read. */
export const verifyEvent = async (
  verify: VerifyProof,
  { event, proof }: { readonly event: SignedEvent; readonly proof: Proof },
): Promise<Result<SignedEvent, EventRefusal>> =>
  (await verify(event, proof)) ? accept(event) : refuse({ kind: 'bad-signature' })

/** Reads an event without verifying it: for those that were verified before they were stored. */
export const readEvent = (
  from: Uint8Array,
): Result<{ readonly event: SignedEvent; readonly proof: Proof }, EventRefusal> => {
  if (from.length > EVENT_BYTES_MAX) return refuse({ kind: 'too-large', size: from.length, limit: EVENT_BYTES_MAX })
  const outer = decode(from)
  if (!outer.ok) return outer
  const [signed, ...proven] = Array.isArray(outer.value) ? (outer.value as readonly Plain[]) : []
  const encoding = encodingShape(signed)
  const proof = readProof(proven)
  if (!encoding || !proof) return malformed('not an envelope')
  const inner = decode(encoding)
  if (!inner.ok) return inner
  const fields = Array.isArray(inner.value) ? headerShape(inner.value.slice(0, -1) as readonly Plain[]) : undefined
  if (!fields) return malformed('not an event')
  const [, conversation, author, seq, prev, after, control, time, kind] = fields
  const body = (inner.value as readonly Plain[])[fields.length] as Plain
  if (seq < 1 || (seq === 1) !== (prev === null)) return malformed('seq and prev do not fit')
  const event = { conversation, author, seq, prev, after, control, time, kind, body }
  return accept({ event: { ...event, id: toHex(sha256(encoding)), bytes: from }, proof })
}

const tipShape = tuple(hex(PUBLIC_KEY_BYTES), uint(), hex(HASH_BYTES))
const encodingShape = bytes(1, EVENT_BYTES_MAX)
const headerShape = tuple(
  literal(1),
  hex(HASH_BYTES),
  hex(PUBLIC_KEY_BYTES),
  uint(),
  nullable(hex(HASH_BYTES)),
  list(tipShape, AFTER_MAX),
  list(hex(HASH_BYTES), CONTROL_HEADS_MAX),
  uint(TIME_MAX),
  uint(KIND_MAX),
)
