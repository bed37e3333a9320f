import { decode, encode, malformed, type Malformed } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { bytes, hex, literal, nullable, tuple, uint } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Crypto } from '../crypto/port.ts'
import { domain, equalBytes, HASH_BYTES, hmacSha256 } from '../crypto/symmetric.ts'
import { CARD_BYTES_MAX, openCard, type Card } from '../identity/card.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import type { Outcome } from './judgement.ts'
import { answerKey } from './secret.ts'

/** What becomes of a request. */
export type InvitationAnswer = {
  readonly invitation: Hex
  /** Who asked. */
  readonly newcomer: { readonly person: Hex; readonly device: Hex }
  readonly outcome: Outcome
  /** What leads into the group, or to the mailbox in which the two meet, sealed to the newcomer's card key. */
  readonly sealed: Uint8Array | null
  /** Of who answers: a device of the inviter's, or of another admin of the group. */
  readonly card: Card
  /** The time of the request that it answers: an old answer is none to a new request. */
  readonly asked: number
}

export const INTRODUCTION_BYTES_MAX = 48 * 1024
export const ANSWER_BYTES_MAX = 64 * 1024

export type AnswerRefusal =
  | Malformed
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'bad-card' }
  | { readonly kind: 'bad-signature' }

/** Undefined when the newcomer's card holds a key to which nothing can be sealed, or the introduction is too long. */
export const makeAnswer = async (
  crypto: Crypto,
  answerer: { readonly deviceSeed: Uint8Array; readonly card: Uint8Array; readonly secret: Uint8Array },
  answer: {
    readonly invitation: Hex
    readonly newcomer: Card
    readonly outcome: Outcome
    /** With `let-in`. */
    readonly introduction?: Uint8Array
    readonly asked: number
  },
): Promise<Uint8Array | undefined> => {
  const { invitation, newcomer, outcome, introduction, asked } = answer
  const place = { invitation, person: personOf(newcomer.certificate), device: deviceOf(newcomer.certificate) }
  if (introduction && introduction.length > INTRODUCTION_BYTES_MAX) return undefined
  const sealed = introduction && (await crypto.sealTo(newcomer.slotKey, introduction, sealingInfo(place)))
  if (introduction && !sealed) return undefined
  const signed = encode([
    1,
    fromHex(invitation),
    fromHex(place.person),
    fromHex(place.device),
    OUTCOMES.indexOf(outcome),
    sealed ? Uint8Array.from(sealed) : null,
    answerer.card,
    asked,
  ])
  const signature = await crypto.sign(answerer.deviceSeed, domain(DOMAIN, signed))
  return encode([signed, hmacSha256(answerKey(answerer.secret), signed), signature])
}

/** Which invitation an answer is about and who asked, read without any cipher. Never throws. */
export const readAnswer = (
  from: Uint8Array,
): Result<
  { readonly invitation: Hex; readonly newcomer: { readonly person: Hex; readonly device: Hex } },
  Malformed
> => {
  const parts = partsOf(from)
  if (!parts) return malformed('not an answer')
  const [, invitation, person, device] = parts.fields
  return accept({ invitation, newcomer: { person, device } })
}

/** Reads and verifies an answer with the secret of its invitation. */
export const openAnswer = async (
  crypto: Crypto,
  secret: Uint8Array,
  from: Uint8Array,
): Promise<Result<InvitationAnswer, AnswerRefusal>> => {
  const parts = partsOf(from)
  if (!parts) return malformed('not an answer')
  const { signed, code, signature, fields } = parts
  if (!equalBytes(hmacSha256(answerKey(secret), signed), code)) return refuse({ kind: 'wrong-code' })
  const [, invitation, person, device, number, sealed, encoded, asked] = fields
  const outcome = OUTCOMES[number]
  if (outcome === undefined || (sealed !== null && outcome !== 'let-in')) return malformed('not an answer')
  const card = await openCard(crypto, encoded)
  if (!card.ok) return refuse({ kind: 'bad-card' })
  const answerer = fromHex(deviceOf(card.value.certificate))
  if (!(await crypto.verify(answerer, domain(DOMAIN, signed), signature))) return refuse({ kind: 'bad-signature' })
  return accept({ invitation, newcomer: { person, device }, outcome, sealed, card: card.value, asked })
}

/** The introduction, with the first of these seeds that opens it: cards live for a day, and answers may take longer. */
export const openIntroduction = async (
  crypto: Crypto,
  answer: Pick<InvitationAnswer, 'invitation' | 'newcomer' | 'sealed'>,
  cardSeeds: readonly Uint8Array[],
): Promise<Uint8Array | undefined> => {
  if (answer.sealed === null) return undefined
  for (const seed of cardSeeds) {
    const opened = await crypto.openWith(
      seed,
      answer.sealed,
      sealingInfo({ invitation: answer.invitation, ...answer.newcomer }),
    )
    if (opened) return opened
  }
  return undefined
}

const DOMAIN = 'kith answer 1'

/** As they stand in an answer, by number. */
const OUTCOMES: readonly Outcome[] = ['let-in', 'used', 'expired', 'revoked', 'not-allowed']

const sealingInfo = (place: { readonly invitation: Hex; readonly person: Hex; readonly device: Hex }): Uint8Array =>
  domain('kith introduction 1', encode([place.invitation, place.person, place.device].map(fromHex)))

const envelopeShape = tuple(bytes(1, ANSWER_BYTES_MAX), bytes(HASH_BYTES), bytes(SIGNATURE_BYTES))
const answerShape = tuple(
  literal(1),
  hex(HASH_BYTES),
  hex(PUBLIC_KEY_BYTES),
  hex(PUBLIC_KEY_BYTES),
  uint(OUTCOMES.length - 1),
  nullable(bytes(1, ANSWER_BYTES_MAX)),
  bytes(1, CARD_BYTES_MAX),
  uint(),
)

const partsOf = (from: Uint8Array) => {
  if (from.length > ANSWER_BYTES_MAX) return undefined
  const outer = decode(from)
  const envelope = outer.ok ? envelopeShape(outer.value) : undefined
  if (!envelope) return undefined
  const [signed, code, signature] = envelope
  const inner = decode(signed)
  const fields = inner.ok ? answerShape(inner.value) : undefined
  return fields && { signed, code, signature, fields }
}
