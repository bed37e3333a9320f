import type { Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, list, literal, nullable, text, tuple, uint } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES, type Crypto } from '../crypto/port.ts'
import { HASH_BYTES } from '../crypto/symmetric.ts'
import { AUTHORS_MAX } from '../event/graph.ts'
import { deviceOf, personOf, verifyCertificate } from '../identity/certificate.ts'
import { entryShape, plainEntry, type Entry } from './founding.ts'
import { readTitle, TITLE_UNITS_MAX } from './title.ts'

export type Role = 'member' | 'admin'

/** Author to sequence: everything that the writer of a removal had heard of. What it names is pinned, for it is a chain. */
export type Held = ReadonlyMap<Hex, number>

/** Who is in and what the group is: what an `operation` event changes. */
export type Operation =
  /** One person with some of their devices. `invitation`: the one by which they came. */
  | { readonly kind: 'add'; readonly role: Role; readonly invitation: Hex | null; readonly entries: readonly Entry[] }
  | { readonly kind: 'remove'; readonly person: Hex; readonly held: Held }
  | { readonly kind: 'leave'; readonly held: Held }
  /** A further device of the author's own person. */
  | { readonly kind: 'device'; readonly entry: Entry }
  /** A device of the author's own person is out. */
  | { readonly kind: 'revoke'; readonly device: Hex; readonly held: Held }
  | { readonly kind: 'promote'; readonly person: Hex }
  | { readonly kind: 'demote'; readonly person: Hex }
  | { readonly kind: 'title'; readonly title: string }
  /** A JPEG, PNG or WebP image; empty for none. */
  | { readonly kind: 'picture'; readonly picture: Uint8Array }
  | {
      readonly kind: 'invite'
      readonly invitation: Hex
      readonly role: Role
      readonly uses: number
      readonly expiry: number
    }
  | { readonly kind: 'uninvite'; readonly invitation: Hex }

export const ENTRIES_MAX = 16
export const USES_MAX = 1_000
export const PICTURE_BYTES_MAX = 32 * 1024

/** Reads the body of an operation. Undefined when it is none, or of a later version. Certificates are not verified. */
export const readOperation = (body: Plain): Operation | undefined => {
  const name = Array.isArray(body) ? (body as readonly Plain[])[0] : undefined
  return typeof name === 'string' && Object.hasOwn(READERS, name) ? READERS[name as Operation['kind']](body) : undefined
}

export const operationBody = (operation: Operation): Plain => {
  switch (operation.kind) {
    case 'add': {
      const invitation = operation.invitation === null ? null : fromHex(operation.invitation)
      return ['add', operation.role, invitation, operation.entries.map(plainEntry)]
    }
    case 'remove':
      return ['remove', fromHex(operation.person), plainHeld(operation.held)]
    case 'leave':
      return ['leave', plainHeld(operation.held)]
    case 'device':
      return ['device', plainEntry(operation.entry)]
    case 'revoke':
      return ['revoke', fromHex(operation.device), plainHeld(operation.held)]
    case 'promote':
    case 'demote':
      return [operation.kind, fromHex(operation.person)]
    case 'title':
      return ['title', operation.title]
    case 'picture':
      return ['picture', operation.picture]
    case 'invite':
      return ['invite', fromHex(operation.invitation), operation.role, operation.uses, operation.expiry]
    case 'uninvite':
      return ['uninvite', fromHex(operation.invitation)]
  }
}

/** The devices that an operation lets in, and the keys to seal to for each. */
export const entriesOf = (operation: Operation): readonly Entry[] =>
  operation.kind === 'add' ? operation.entries : operation.kind === 'device' ? [operation.entry] : []

/** Whether the people whose devices are let in have said that these are theirs. */
export const areCertified = async (crypto: Crypto, entries: readonly Entry[]): Promise<boolean> => {
  for (const { certificate } of entries) if (!(await verifyCertificate(crypto, certificate))) return false
  return true
}

const roleShape = (plain: Plain | undefined): Role | undefined =>
  plain === 'member' || plain === 'admin' ? plain : undefined
const idShape = hex(HASH_BYTES)
const keyShape = hex(PUBLIC_KEY_BYTES)
const heldShape = list(tuple(keyShape, uint()), AUTHORS_MAX)
const addShape = tuple(literal('add'), roleShape, nullable(idShape), list(entryShape, ENTRIES_MAX))
const removeShape = tuple(literal('remove'), keyShape, heldShape)
const leaveShape = tuple(literal('leave'), heldShape)
const deviceShape = tuple(literal('device'), entryShape)
const revokeShape = tuple(literal('revoke'), keyShape, heldShape)
const titleShape = tuple(literal('title'), text(TITLE_UNITS_MAX))
const pictureShape = tuple(literal('picture'), bytes(0, PICTURE_BYTES_MAX))
const inviteShape = tuple(literal('invite'), idShape, roleShape, uint(USES_MAX), uint())
const uninviteShape = tuple(literal('uninvite'), idShape)
const personShape = <const Kind extends 'promote' | 'demote'>(kind: Kind) => tuple(literal(kind), keyShape)
const promoteShape = personShape('promote')
const demoteShape = personShape('demote')

type Readers = {
  readonly [Kind in Operation['kind']]: (body: Plain) => Extract<Operation, { kind: Kind }> | undefined
}

const READERS: Readers = {
  add: (body) => {
    const read = addShape(body)
    if (!read) return undefined
    const [kind, role, invitation, entries] = read
    const [first] = entries
    const devices = new Set(entries.map(({ certificate }) => deviceOf(certificate)))
    const isOne = entries.every(({ certificate }) => first && personOf(certificate) === personOf(first.certificate))
    return first && isOne && devices.size === entries.length ? { kind, role, invitation, entries } : undefined
  },
  remove: (body) => {
    const read = removeShape(body)
    const held = read && readHeld(read[2])
    return read && held && { kind: read[0], person: read[1], held }
  },
  leave: (body) => {
    const read = leaveShape(body)
    const held = read && readHeld(read[1])
    return read && held && { kind: read[0], held }
  },
  device: (body) => {
    const read = deviceShape(body)
    return read && { kind: read[0], entry: read[1] }
  },
  revoke: (body) => {
    const read = revokeShape(body)
    const held = read && readHeld(read[2])
    return read && held && { kind: read[0], device: read[1], held }
  },
  promote: (body) => {
    const read = promoteShape(body)
    return read && { kind: read[0], person: read[1] }
  },
  demote: (body) => {
    const read = demoteShape(body)
    return read && { kind: read[0], person: read[1] }
  },
  title: (body) => {
    const read = titleShape(body)
    return read && { kind: read[0], title: readTitle(read[1]) }
  },
  picture: (body) => {
    const read = pictureShape(body)
    return read && isPicture(read[1]) ? { kind: read[0], picture: read[1] } : undefined
  },
  invite: (body) => {
    const read = inviteShape(body)
    if (!read || read[3] < 1) return undefined
    const [kind, invitation, role, uses, expiry] = read
    return { kind, invitation, role, uses, expiry }
  },
  uninvite: (body) => {
    const read = uninviteShape(body)
    return read && { kind: read[0], invitation: read[1] }
  },
}

const plainHeld = (held: Held): Plain =>
  [...held].sort(([a], [b]) => (a < b ? -1 : 1)).map(([device, seq]) => [fromHex(device), seq])

/** Undefined unless sorted, each device once: there is one way to write it. */
const readHeld = (pairs: readonly (readonly [Hex, number])[]): Held | undefined =>
  pairs.every(([device], at) => at === 0 || (pairs[at - 1]?.[0] ?? '') < device) ? new Map(pairs) : undefined

/** By their first bytes: what a browser takes for an image of these kinds. Whether it can be drawn is the screen's matter. */
const isPicture = (picture: Uint8Array): boolean => {
  const starts = (bytes: readonly number[], at = 0): boolean =>
    bytes.every((byte, index) => picture[at + index] === byte)
  const isWebp = starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8)
  return picture.length === 0 || starts([0xff, 0xd8, 0xff]) || starts([0x89, 0x50, 0x4e, 0x47]) || isWebp
}
