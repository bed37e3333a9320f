import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import { bytes, literal, text, tuple, type Shape } from '../bytes/shape.ts'
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
import { readTitle, TITLE_UNITS_MAX } from './title.ts'

/** A device as an event lets it in: whose it is, and the key that secrets are sealed to for it. */
export type Entry = { readonly certificate: Certificate; readonly slotKey: Uint8Array }

/** What a founding event founds; the author's entry comes first. */
export type Founding =
  | { readonly kind: 'direct'; readonly entries: readonly [Entry, Entry] }
  | { readonly kind: 'group'; readonly entries: readonly [Entry]; readonly title: string }

export const NONCE_BYTES = 32

/**
 * A direct conversation's id follows from its two people alone, so both may found it at the same time, each on their
 * own, and it is one conversation all the same.
 */
export const directId = (one: Hex, other: Hex): Hex => {
  const people = [one, other].sort().map(fromHex)
  return toHex(sha256(domain('kith direct 1', encode(people))))
}

/** A group's id follows from its founder and a nonce: nobody else can found it. */
export const groupId = (founder: Hex, nonce: Uint8Array): Hex =>
  toHex(sha256(domain('kith group 1', encode([fromHex(founder), nonce]))))

/** The body of a founding event: `['direct', author's entry, other's entry]`. */
export const foundingBody = (author: Entry, other: Entry): Plain => ['direct', plainEntry(author), plainEntry(other)]

/** The body of a founding event: `['group', nonce, title, founder's entry]`. */
export const groupFoundingBody = (
  founder: Entry,
  group: { readonly nonce: Uint8Array; readonly title: string },
): Plain => ['group', group.nonce, group.title, plainEntry(founder)]

/** The body of a joining event: what a device says once its person has accepted. */
export const joiningBody = (entry: Entry): Plain => plainEntry(entry)

/** What an event founds; undefined when it is nothing that `conversation` could be. */
export const readFounding = async (
  crypto: Crypto,
  event: { readonly conversation: Hex; readonly author: Hex; readonly body: Plain },
): Promise<Founding | undefined> => {
  const founding = readDirect(event) ?? readGroup(event)
  if (!founding || deviceOf(founding.entries[0].certificate) !== event.author) return undefined
  for (const { certificate } of founding.entries) if (!(await verifyCertificate(crypto, certificate))) return undefined
  return founding
}

/** The entry of a joining event; undefined unless the author says it of itself. Whether it may join is not judged. */
export const readJoining = async (
  crypto: Crypto,
  event: { readonly author: Hex; readonly body: Plain },
): Promise<Entry | undefined> => {
  const entry = entryShape(event.body)
  if (!entry || deviceOf(entry.certificate) !== event.author) return undefined
  return (await verifyCertificate(crypto, entry.certificate)) ? entry : undefined
}

const pairShape = tuple(certificateShape, bytes(SLOT_KEY_BYTES))

export const entryShape: Shape<Entry> = (plain) => {
  const pair = pairShape(plain)
  return pair && { certificate: pair[0], slotKey: pair[1] }
}

export const plainEntry = ({ certificate, slotKey }: Entry): Plain => [plainCertificate(certificate), slotKey]

const directShape = tuple(literal('direct'), entryShape, entryShape)
const groupShape = tuple(literal('group'), bytes(NONCE_BYTES), text(TITLE_UNITS_MAX), entryShape)

type Unverified = { readonly conversation: Hex; readonly body: Plain }

const readDirect = ({ conversation, body }: Unverified): Founding | undefined => {
  const fields = directShape(body)
  if (!fields) return undefined
  const [, author, other] = fields
  const [one, another] = [personOf(author.certificate), personOf(other.certificate)]
  if (one === another || directId(one, another) !== conversation) return undefined
  return { kind: 'direct', entries: [author, other] }
}

const readGroup = ({ conversation, body }: Unverified): Founding | undefined => {
  const fields = groupShape(body)
  if (!fields) return undefined
  const [, nonce, claimed, founder] = fields
  if (groupId(personOf(founder.certificate), nonce) !== conversation) return undefined
  return { kind: 'group', entries: [founder], title: readTitle(claimed) }
}
