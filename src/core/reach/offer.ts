import { decode, encode, malformed, type Malformed } from '../bytes/cbor.ts'
import { accept, type Result } from '../bytes/result.ts'
import { list, literal, text, tuple, type Shape } from '../bytes/shape.ts'
import { parseAddress, type Address } from './address.ts'

/** The addresses that an offer may name; a server carries no offer that is longer than this makes it. */
export const OFFER_ADDRESSES_MAX = 8
export const OFFER_BYTES_MAX = 1024

/**
 * What a device that wants a link tells another through a server: where it can be reached. An `ask` wants the other's
 * addresses in return, as an `answer`; an answer is never answered.
 */
export type Offer = { readonly kind: 'ask' | 'answer'; readonly addresses: readonly Address[] }

/** Addresses behind the first OFFER_ADDRESSES_MAX, and those that are no `IP:PORT`, are left out. */
export const encodeOffer = (kind: Offer['kind'], addresses: readonly string[]): Uint8Array => {
  const texts = addresses.flatMap((each) => parseAddress(each)?.text ?? [])
  return encode([1, kind, [...new Set(texts)].slice(0, OFFER_ADDRESSES_MAX)])
}

/** Reads what any stranger may have written. Never throws. */
export const decodeOffer = (bytes: Uint8Array): Result<Offer, Malformed> => {
  if (bytes.length > OFFER_BYTES_MAX) return malformed(`${bytes.length} bytes, of at most ${OFFER_BYTES_MAX}`)
  const decoded = decode(bytes)
  if (!decoded.ok) return decoded
  const fields = offerShape(decoded.value)
  if (!fields) return malformed('not an offer')
  const [, kind, addresses] = fields
  return accept({ kind, addresses })
}

const kindShape: Shape<Offer['kind']> = (plain) => literal('ask')(plain) ?? literal('answer')(plain)
const addressShape: Shape<Address> = (plain) => {
  const address = text(64)(plain)
  return address === undefined ? undefined : parseAddress(address)
}
const offerShape = tuple(literal(1), kindShape, list(addressShape, OFFER_ADDRESSES_MAX))

/**
 * Where this device tells others to reach it: its own addresses, and the address that a server saw it at with the port
 * that it listens on, which is right where a router passes that port on, and harmless where it does not.
 */
export const offeredAddresses = (own: readonly string[], observed: string | undefined): readonly string[] => {
  const mine = own.flatMap((each) => parseAddress(each) ?? [])
  const seen = observed === undefined ? undefined : parseAddress(observed)
  const alike = seen && mine.find((each) => each.host.startsWith('[') === seen.host.startsWith('['))
  const outside = seen?.path === 'direct' && alike ? [`${seen.host}:${alike.port}`] : []
  return [...new Set([...mine.map((each) => each.text).slice(0, OFFER_ADDRESSES_MAX - outside.length), ...outside])]
}
