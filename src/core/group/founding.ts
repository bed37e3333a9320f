import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { bytes, literal, tuple } from '../bytes/shape.ts'
import { SLOT_KEY_BYTES, type Crypto } from '../crypto/port.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'
import {
  certificateShape,
  deviceOf,
  personOf,
  plainCertificate,
  verifyCertificate,
  type Certificate,
} from '../identity/certificate.ts'

/** A device as a founding or joining event admits it: whose it is, and the key that secrets are sealed to for it. */
export type Entry = { readonly certificate: Certificate; readonly slotKey: Uint8Array }

/**
 * A direct conversation's id follows from its two people alone, so both may found it at the same time, each on their
 * own, and it is one conversation all the same.
 */
export const directId = (one: Hex, other: Hex): Hex => {
  const people = [one, other].sort().map(fromHex)
  return toHex(sha256(domain('kith direct 1', encode(people))))
}

/** The body of a founding event: `['direct', author's entry, other's entry]`. */
export const foundingBody = (author: Entry, other: Entry): Plain => ['direct', plainEntry(author), plainEntry(other)]

/** The body of a joining event: what a device says once its person has accepted. */
export const joiningBody = (entry: Entry): Plain => plainEntry(entry)

/** The entries of a founding event, the author's first; undefined when it founds nothing that `conversation` could be. */
export const readFounding = async (
  crypto: Crypto,
  event: { readonly conversation: Hex; readonly author: Hex; readonly body: Plain },
): Promise<readonly [Entry, Entry] | undefined> => {
  const fields = foundingShape(event.body)
  if (!fields) return undefined
  const author = entry(fields[1])
  const other = entry(fields[2])
  if (deviceOf(author.certificate) !== event.author) return undefined
  if (personOf(author.certificate) === personOf(other.certificate)) return undefined
  if (directId(personOf(author.certificate), personOf(other.certificate)) !== event.conversation) return undefined
  const valid =
    (await verifyCertificate(crypto, author.certificate)) && (await verifyCertificate(crypto, other.certificate))
  return valid ? [author, other] : undefined
}

/** The entry of a joining event; undefined unless the author says it of itself. Whether it may join is not judged. */
export const readJoining = async (
  crypto: Crypto,
  event: { readonly author: Hex; readonly body: Plain },
): Promise<Entry | undefined> => {
  const fields = entryShape(event.body)
  if (!fields || deviceOf(fields[0]) !== event.author) return undefined
  return (await verifyCertificate(crypto, fields[0])) ? entry(fields) : undefined
}

/** The devices that a founding or joining event names, whether or not it may admit them. */
export const devicesNamed = (body: Plain): readonly Hex[] => {
  const founding = foundingShape(body)
  const entries = founding ? [founding[1], founding[2]] : [entryShape(body)]
  return entries.flatMap((fields) => (fields ? [deviceOf(fields[0])] : []))
}

const entryShape = tuple(certificateShape, bytes(SLOT_KEY_BYTES))
const foundingShape = tuple(literal('direct'), entryShape, entryShape)

const entry = ([certificate, slotKey]: readonly [Certificate, Uint8Array]): Entry => ({ certificate, slotKey })

const plainEntry = ({ certificate, slotKey }: Entry): Plain => [plainCertificate(certificate), slotKey]
