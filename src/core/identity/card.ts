import { decode, encode, malformed, type Malformed } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { bytes, literal, text, tuple, uint } from '../bytes/shape.ts'
import { SIGNATURE_BYTES, SLOT_KEY_BYTES, type Crypto } from '../crypto/port.ts'
import { domain } from '../crypto/symmetric.ts'
import { certificateShape, deviceOf, plainCertificate, verifyCertificate, type Certificate } from './certificate.ts'
import { parseName, type Name } from './name.ts'

/**
 * What a device says of its person to anybody who meets it: whose it is, and what they want to be called. `nameTime`
 * orders renames: the greatest wins.
 */
export type Listing = {
  readonly certificate: Certificate
  readonly name: Name
  readonly nameTime: number
  /** Of a listing that was opened: its bytes, to be passed on as they are. */
  readonly signed?: Uint8Array
}

/** A listing, and the key that a first message to this device is sealed for. */
export type Card = Listing & { readonly slotKey: Uint8Array; readonly slotTime: number }

export const LISTING_BYTES_MAX = 512
export const CARD_BYTES_MAX = 4096

export type CardRefusal = Malformed | { readonly kind: 'bad-signature' } | { readonly kind: 'bad-name' }

export const signListing = async (crypto: Crypto, deviceSeed: Uint8Array, listing: Listing): Promise<Uint8Array> => {
  const signed = encode([1, plainCertificate(listing.certificate), listing.name, listing.nameTime])
  return encode([signed, await crypto.sign(deviceSeed, domain(LISTING_DOMAIN, signed))])
}

export const signCard = async (crypto: Crypto, deviceSeed: Uint8Array, card: Card): Promise<Uint8Array> => {
  const signed = encode([1, await signListing(crypto, deviceSeed, card), card.slotKey, card.slotTime])
  return encode([signed, await crypto.sign(deviceSeed, domain(CARD_DOMAIN, signed))])
}

/** Reads and verifies a listing, which any stranger may have made. */
export const openListing = async (crypto: Crypto, from: Uint8Array): Promise<Result<Listing, CardRefusal>> => {
  const envelope = openEnvelope(from, LISTING_BYTES_MAX)
  if (!envelope.ok) return envelope
  const fields = listingShape(envelope.value.fields)
  if (!fields) return malformed('not a listing')
  const [, certificate, claimed, nameTime] = fields
  const name = parseName(claimed)
  if (!name.ok || name.value !== claimed) return refuse({ kind: 'bad-name' })
  if (!(await verifyCertificate(crypto, certificate))) return BAD_SIGNATURE
  if (!(await verifies(crypto, deviceOf(certificate), LISTING_DOMAIN, envelope.value))) return BAD_SIGNATURE
  return accept({ certificate, name: name.value, nameTime, signed: new Uint8Array(from) })
}

export const openCard = async (crypto: Crypto, from: Uint8Array): Promise<Result<Card, CardRefusal>> => {
  const envelope = openEnvelope(from, CARD_BYTES_MAX)
  if (!envelope.ok) return envelope
  const fields = cardShape(envelope.value.fields)
  if (!fields) return malformed('not a card')
  const [, inner, slotKey, slotTime] = fields
  const listing = await openListing(crypto, inner)
  if (!listing.ok) return listing
  if (!(await verifies(crypto, deviceOf(listing.value.certificate), CARD_DOMAIN, envelope.value))) return BAD_SIGNATURE
  return accept({ ...listing.value, slotKey, slotTime })
}

const LISTING_DOMAIN = 'kith listing 1'
const CARD_DOMAIN = 'kith card 1'
const BAD_SIGNATURE = refuse({ kind: 'bad-signature' } as const)

const envelopeShape = tuple(bytes(1, CARD_BYTES_MAX), bytes(SIGNATURE_BYTES))
const listingShape = tuple(literal(1), certificateShape, text(160), uint())
const cardShape = tuple(literal(1), bytes(1, LISTING_BYTES_MAX), bytes(SLOT_KEY_BYTES), uint())

type Envelope = {
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  readonly fields: Parameters<typeof cardShape>[0]
}

const openEnvelope = (from: Uint8Array, limit: number): Result<Envelope, Malformed> => {
  if (from.length > limit) return malformed('too large')
  const outer = decode(from)
  if (!outer.ok) return outer
  const envelope = envelopeShape(outer.value)
  if (!envelope) return malformed('not signed')
  const [signed, signature] = envelope
  const inner = decode(signed)
  return inner.ok ? accept({ signed, signature, fields: inner.value }) : inner
}

const verifies = async (crypto: Crypto, device: Hex, label: string, envelope: Envelope): Promise<boolean> =>
  crypto.verify(fromHex(device), domain(label, envelope.signed), envelope.signature)
