import { fromBase64url, toBase64url } from '../bytes/base64url.ts'
import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { accept, Bug, refuse, type Result } from '../bytes/result.ts'
import { bytes, hex, list, literal, nullable, text, tuple, uint, type Shape } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES } from '../crypto/port.ts'
import { domain, equalBytes, HASH_BYTES, sha256 } from '../crypto/symmetric.ts'
import type { Role } from '../group/operation.ts'
import { parseTitle, TITLE_UNITS_MAX } from '../group/title.ts'
import { parseName, type Name } from '../identity/name.ts'
import { parseAddress } from '../reach/address.ts'
import { formatServer, readServer, serverShape, SERVERS_MAX } from '../reach/server-address.ts'
import { INVITATION_SECRET_BYTES } from './secret.ts'

/** What the text of an invitation says. All of it is the word of whoever made the text. */
export type InvitationLink = {
  readonly inviter: { readonly person: Hex; readonly device: Hex; readonly name: Name }
  /** `HOST:PORT`, where answers can wait and the inviter can be found, the preferred one first; none when they use none. */
  readonly servers: readonly string[]
  /** Where the inviter's device listened when the text was made, as `IP:PORT`, the most useful first. */
  readonly addresses: readonly string[]
  readonly secret: Uint8Array
  /** Milliseconds since 1970. */
  readonly expires: number
  /** The group it leads into; null: to the inviter. */
  readonly group: { readonly conversation: Hex; readonly role: Role; readonly title: string } | null
}

/** A text that fits a QR code which a phone reads from a screen, and one message anywhere. */
export const LINK_CHARACTERS_MAX = 700
export const LINK_ADDRESSES_MAX = 4
/** Of what is pasted, more is not looked at. */
export const PASTED_CHARACTERS_MAX = 4 * LINK_CHARACTERS_MAX

/** Of a text that names several servers; any other is of the first version, which every Kith reads. */
const VERSION = 2
const PREFIX = 'kith:'
const CHECKSUM_BYTES = 4

export type LinkRefusal =
  /** Something is missing or was changed, or it never was an invitation. */
  | { readonly kind: 'invitation-mangled' }
  | { readonly kind: 'invitation-newer'; readonly version: number }
  | { readonly kind: 'invitation-too-long'; readonly length: number; readonly limit: number }

/**
 * The text to give away, at most LINK_CHARACTERS_MAX long: where all does not fit, addresses are left out, the least
 * useful first, then all servers but the first, and then the end of the title.
 */
export const encodeLink = (link: InvitationLink): string => {
  const texts = link.addresses.flatMap((each) => parseAddress(each)?.text ?? [])
  const addresses = [...new Set(texts)].slice(0, LINK_ADDRESSES_MAX)
  const servers = [...new Set(link.servers)].filter((each) => readServer(each) !== undefined).slice(0, SERVERS_MAX)
  for (let count = addresses.length + servers.length; count >= 0; count--) {
    const kept = {
      addresses: addresses.slice(0, Math.max(0, count - servers.length)),
      servers: servers.slice(0, Math.max(1, count)),
    }
    const attempt = textOf({ ...link, ...kept })
    if (attempt.length <= LINK_CHARACTERS_MAX) return attempt
  }
  const { group } = link
  const title = [...(group?.title ?? '')]
  for (let length = title.length - 1; group && length > 0; length--) {
    const shorter = parseTitle(`${title.slice(0, length).join('')}…`)
    if (!shorter.ok) continue
    const attempt = textOf({
      ...link,
      servers: servers.slice(0, 1),
      addresses: [],
      group: { ...group, title: shorter.value },
    })
    if (attempt.length <= LINK_CHARACTERS_MAX) return attempt
  }
  throw new Bug('an invitation that does not fit its text')
}

/** Reads what somebody pasted or scanned: white space anywhere, and quotes around it, do not matter. Never throws. */
export const decodeLink = (pasted: string): Result<InvitationLink, LinkRefusal> => {
  const typed = pasted.slice(0, PASTED_CHARACTERS_MAX + 1).replace(/\s+/g, '')
  const match = /^["'<“(]*kith:(?:\/\/)?([A-Za-z0-9_-]+)[>"'”).,]*$/i.exec(typed)
  if (!match) return typed.length > PASTED_CHARACTERS_MAX ? tooLong(pasted.length) : MANGLED
  const letters = match[1] ?? ''
  if (letters.length + PREFIX.length > LINK_CHARACTERS_MAX) return tooLong(letters.length + PREFIX.length)
  const all = fromBase64url(letters)
  if (!all || all.length <= CHECKSUM_BYTES) return MANGLED
  const inside = all.subarray(0, -CHECKSUM_BYTES)
  if (!equalBytes(checksum(inside), all.subarray(-CHECKSUM_BYTES))) return MANGLED
  const decoded = decode(inside)
  if (!decoded.ok) return MANGLED
  const version = versionOf(decoded.value)
  if (version === undefined || version < 1) return MANGLED
  if (version > VERSION) return refuse({ kind: 'invitation-newer', version })
  const link = linkShape(version)(decoded.value)
  return link ? accept(link) : MANGLED
}

const MANGLED = refuse({ kind: 'invitation-mangled' } as const)

const tooLong = (length: number) => refuse({ kind: 'invitation-too-long', length, limit: LINK_CHARACTERS_MAX } as const)

const textOf = (link: InvitationLink): string => {
  const { servers } = link
  const inside = encode([
    servers.length > 1 ? VERSION : 1,
    fromHex(link.inviter.person),
    fromHex(link.inviter.device),
    link.inviter.name,
    servers.length > 1 ? servers : (servers[0] ?? null),
    link.addresses,
    link.secret,
    link.expires,
    link.group && [fromHex(link.group.conversation), link.group.role, link.group.title],
  ])
  const all = new Uint8Array(inside.length + CHECKSUM_BYTES)
  all.set(inside)
  all.set(checksum(inside), inside.length)
  return PREFIX + toBase64url(all)
}

/** Against letters that were lost or changed on the way; against people there is nothing to check. */
const checksum = (inside: Uint8Array): Uint8Array => sha256(domain('kith link 1', inside)).subarray(0, CHECKSUM_BYTES)

const versionOf = (plain: Plain): number | undefined => {
  const [version] = Array.isArray(plain) ? (plain as readonly Plain[]) : []
  return typeof version === 'number' ? version : undefined
}

/** One server or none as the first version writes it, a list as the second does. */
const readServers =
  (version: number): Shape<readonly string[]> =>
  (plain) => {
    const servers =
      version > 1 ? list(serverShape, SERVERS_MAX)(plain) : plain === null ? [] : list(serverShape, 1)([plain ?? null])
    return servers?.map(formatServer)
  }

const readAddress: Shape<string> = (plain) => {
  const address = text(64)(plain)
  return address !== undefined && parseAddress(address)?.text === address ? address : undefined
}

const readName: Shape<Name> = (plain) => {
  const claimed = text(160)(plain)
  const name = claimed === undefined ? undefined : parseName(claimed)
  return name?.ok && name.value === claimed ? name.value : undefined
}

const readTitle: Shape<string> = (plain) => {
  const claimed = text(TITLE_UNITS_MAX)(plain)
  const title = claimed === undefined ? undefined : parseTitle(claimed)
  return title?.ok && title.value === claimed ? title.value : undefined
}

const readRole: Shape<Role> = (plain) => literal('member')(plain) ?? literal('admin')(plain)

const groupShape = tuple(hex(HASH_BYTES), readRole, readTitle)
const fieldsShape = (version: number) =>
  tuple(
    literal(version),
    hex(PUBLIC_KEY_BYTES),
    hex(PUBLIC_KEY_BYTES),
    readName,
    readServers(version),
    list(readAddress, LINK_ADDRESSES_MAX),
    bytes(INVITATION_SECRET_BYTES),
    uint(),
    nullable(groupShape),
  )

const linkShape =
  (version: number): Shape<InvitationLink> =>
  (plain) => {
    const fields = fieldsShape(version)(plain)
    if (!fields) return undefined
    const [, person, device, name, servers, addresses, secret, expires, group] = fields
    return {
      inviter: { person, device, name },
      servers,
      addresses,
      secret: secret.slice(),
      expires,
      group: group && { conversation: group[0], role: group[1], title: group[2] },
    }
  }
