import { decode, encode, malformed, type Malformed } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { bytes, list, literal, text, tuple, uint } from '../bytes/shape.ts'
import { SIGNATURE_BYTES, SLOT_KEY_BYTES, type Crypto } from '../crypto/port.ts'
import { domain } from '../crypto/symmetric.ts'
import { formatServer, serverShape, SERVERS_MAX } from '../reach/server-address.ts'
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

/** A listing, the key that a first message to this device is sealed for, and where the person can be found. */
export type Card = Listing & {
  readonly slotKey: Uint8Array
  readonly slotTime: number
  /** The servers that they use; absent when they never said. */
  readonly servers?: NamedServers
}

/** `HOST:PORT`, the preferred one first, at most SERVERS_MAX. `time` orders what is said of them: the greatest wins. */
export type NamedServers = { readonly addresses: readonly string[]; readonly time: number }

export const LISTING_BYTES_MAX = 512
export const CARD_BYTES_MAX = 4096

export type CardRefusal = Malformed | { readonly kind: 'bad-signature' } | { readonly kind: 'bad-name' }

export const signListing = async (crypto: Crypto, deviceSeed: Uint8Array, listing: Listing): Promise<Uint8Array> => {
  const signed = encode([1, plainCertificate(listing.certificate), listing.name, listing.nameTime])
  return encode([signed, await crypto.sign(deviceSeed, domain(LISTING_DOMAIN, signed))])
}

export const signCard = async (crypto: Crypto, deviceSeed: Uint8Array, card: Card): Promise<Uint8Array> => {
  const { slotKey, slotTime, servers } = card
  const listing = await signListing(crypto, deviceSeed, card)
  // Who names none makes a card of the first version, which every Kith reads.
  const signed = servers
    ? encode([2, listing, slotKey, slotTime, servers.addresses, servers.time])
    : encode([1, listing, slotKey, slotTime])
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
  const plain = envelope.value.fields
  const fields = firstCardShape(plain) ?? cardShape(plain)
  if (!fields) return malformed('not a card')
  const [, inner, slotKey, slotTime, addresses, time] = fields
  const listing = await openListing(crypto, inner)
  if (!listing.ok) return listing
  if (!(await verifies(crypto, deviceOf(listing.value.certificate), CARD_DOMAIN, envelope.value))) return BAD_SIGNATURE
  const servers = addresses && time !== undefined && { addresses: addresses.map(formatServer), time }
  return accept({ ...listing.value, slotKey, slotTime, ...(servers && { servers }) })
}

const LISTING_DOMAIN = 'kith listing 1'
const CARD_DOMAIN = 'kith card 1'
const BAD_SIGNATURE = refuse({ kind: 'bad-signature' } as const)

const envelopeShape = tuple(bytes(1, CARD_BYTES_MAX), bytes(SIGNATURE_BYTES))
const listingShape = tuple(literal(1), certificateShape, text(160), uint())
const firstCardShape = tuple(literal(1), bytes(1, LISTING_BYTES_MAX), bytes(SLOT_KEY_BYTES), uint())
const cardShape = tuple(
  literal(2),
  bytes(1, LISTING_BYTES_MAX),
  bytes(SLOT_KEY_BYTES),
  uint(),
  list(serverShape, SERVERS_MAX),
  uint(),
)

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
