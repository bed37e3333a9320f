import { decode, encode, malformed, type Malformed } from '../bytes/cbor.ts'
import { accept, type Result } from '../bytes/result.ts'
import { list, literal, text, tuple, type Shape } from '../bytes/shape.ts'
import { inTurn, isIpv6, parseAddress, type Address } from './address.ts'
import { parseIp } from './ip.ts'
import { isReachable } from './nat.ts'

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
 * that it listens on, which is right where a router passes that port on, and harmless where it does not. `mapped` is the
 * outside address of a port that the router says it passes on: told unless the server sees this device at another host.
 */
export const offeredAddresses = (
  own: readonly string[],
  observed: string | undefined,
  mapped: string | undefined,
): readonly string[] => {
  const mine = inTurn(withoutCardNumbers(own.flatMap((each) => parseAddress(each) ?? [])))
  const seen = observed === undefined ? undefined : parseAddress(observed)
  const alike = seen && mine.find((each) => isIpv6(each) === isIpv6(seen))
  const guessed = seen?.path === 'direct' && alike ? [`${seen.host}:${alike.port}`] : []
  const outside = mapped !== undefined && isReachable(mapped, observed) ? [mapped] : guessed
  return [...new Set([...mine.map((each) => each.text).slice(0, OFFER_ADDRESSES_MAX - outside.length), ...outside])]
}

/**
 * Of two IPv6 addresses in one network, not the one that is made of the card's number (EUI-64, RFC 4291, appendix A):
 * it names this machine wherever it goes, and the other one does as well.
 */
const withoutCardNumbers = (addresses: readonly Address[]): readonly Address[] => {
  const networkOf = ({ host }: Address): string | undefined => parseIp(host.slice(1, -1))?.slice(0, 8).join()
  const isOfCard = (each: Address): boolean => {
    const ip = isIpv6(each) ? parseIp(each.host.slice(1, -1)) : undefined
    return ip !== undefined && ip[11] === 0xff && ip[12] === 0xfe
  }
  return addresses.filter(
    (each) =>
      !isOfCard(each) ||
      !addresses.some((other) => isIpv6(other) && !isOfCard(other) && networkOf(other) === networkOf(each)),
  )
}
