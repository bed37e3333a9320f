import { decode, encode, malformed, type Malformed } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { bytes, hex, literal, tuple, uint } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Crypto } from '../crypto/port.ts'
import { domain, equalBytes, HASH_BYTES, hmacSha256 } from '../crypto/symmetric.ts'
import { CARD_BYTES_MAX, openCard, type Card } from '../identity/card.ts'
import { deviceOf } from '../identity/certificate.ts'
import { requestKey } from './secret.ts'

/**
 * What a newcomer sends to be let in. The code made with the secret shows that they hold the link, the signature that
 * it is they who want in: a link is known to several people, and a card to anybody who ever met its owner.
 */
export type Request = {
  readonly invitation: Hex
  readonly card: Card
  /** The person whom the link names as inviter. */
  readonly wanted: Hex
  /** When it was made, by the newcomer's clock; tells a request from the one before it. */
  readonly time: number
}

export const REQUEST_BYTES_MAX = 8 * 1024

export type RequestRefusal =
  | Malformed
  /** Whoever made it does not hold the secret. */
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'bad-card' }
  /** It is not from the device of the card. */
  | { readonly kind: 'bad-signature' }

export const makeRequest = async (
  crypto: Crypto,
  newcomer: { readonly deviceSeed: Uint8Array; readonly card: Uint8Array },
  request: { readonly invitation: Hex; readonly wanted: Hex; readonly time: number; readonly secret: Uint8Array },
): Promise<Uint8Array> => {
  const { invitation, wanted, time, secret } = request
  const signed = encode([1, fromHex(invitation), newcomer.card, fromHex(wanted), time])
  const signature = await crypto.sign(newcomer.deviceSeed, domain(DOMAIN, signed))
  return encode([signed, hmacSha256(requestKey(secret), signed), signature])
}

/** A request as it came, of which nothing was verified. */
export type UnverifiedRequest = {
  readonly invitation: Hex
  readonly time: number
  readonly signed: Uint8Array
  readonly code: Uint8Array
  readonly signature: Uint8Array
}

/** Reads what a stranger sent, without any cipher: which invitation it is about. Never throws. */
export const readRequest = (from: Uint8Array): Result<UnverifiedRequest, Malformed> => {
  if (from.length > REQUEST_BYTES_MAX) return malformed('too large')
  const outer = decode(from)
  if (!outer.ok) return outer
  const envelope = envelopeShape(outer.value)
  if (!envelope) return malformed('not a request')
  const [signed, code, signature] = envelope
  const inner = decode(signed)
  const fields = inner.ok ? requestShape(inner.value) : undefined
  return fields
    ? accept({ invitation: fields[1], time: fields[4], signed, code, signature })
    : malformed('not a request')
}

/** Verifies a request with the secret of its invitation; the code first, as it costs nothing. */
export const openRequest = async (
  crypto: Crypto,
  secret: Uint8Array,
  { signed, code, signature }: UnverifiedRequest,
): Promise<Result<Request, RequestRefusal>> => {
  if (!equalBytes(hmacSha256(requestKey(secret), signed), code)) return refuse({ kind: 'wrong-code' })
  const inner = decode(signed)
  const fields = inner.ok ? requestShape(inner.value) : undefined
  if (!fields) return malformed('not a request')
  const [, invitation, encoded, wanted, time] = fields
  const card = await openCard(crypto, encoded)
  if (!card.ok) return refuse({ kind: 'bad-card' })
  const device = fromHex(deviceOf(card.value.certificate))
  if (!(await crypto.verify(device, domain(DOMAIN, signed), signature))) return refuse({ kind: 'bad-signature' })
  return accept({ invitation, card: card.value, wanted, time })
}

const DOMAIN = 'kith request 1'

const envelopeShape = tuple(bytes(1, REQUEST_BYTES_MAX), bytes(HASH_BYTES), bytes(SIGNATURE_BYTES))
const requestShape = tuple(literal(1), hex(HASH_BYTES), bytes(1, CARD_BYTES_MAX), hex(PUBLIC_KEY_BYTES), uint())
