import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { bytes, hex, list, nullable, text, tuple, uint, type Shape } from '../core/bytes/shape.ts'
import { LISTING_BYTES_MAX, type NamedServers } from '../core/identity/card.ts'
import { certificateShape, plainCertificate, type Certificate } from '../core/identity/certificate.ts'
import { formatServer, serverShape, SERVERS_MAX } from '../core/reach/server-address.ts'
import type { Millis, Standing } from '../view/view.ts'
import type { RecordChange } from './record.ts'

export type Person = {
  readonly id: Hex
  readonly name: string
  readonly nameTime: number
  readonly standing: Standing
  readonly privateName?: string
  readonly verification?: Verification
}

/** That safety numbers were compared, and what was known of this person then. */
export type Verification = {
  readonly since: Millis
  readonly devices: readonly Hex[]
  /** When a device came that was not known then. */
  readonly changed?: Millis
}

export type Device = {
  readonly id: Hex
  readonly certificate: Certificate
  /** What first messages are sealed for; absent until a whole card was seen. */
  readonly slotKey?: { readonly key: Uint8Array; readonly time: number }
  /** Where it answered before, best first. */
  readonly addresses: readonly string[]
  readonly lastSeen?: Millis
  /** The servers at which it says that its person can be found; absent when it never said. */
  readonly servers?: NamedServers
  /** What it says of its person, signed, to be passed on to who joins a group with them. */
  readonly listing?: Uint8Array
}

const STANDINGS = ['new', 'accepted', 'ignored', 'blocked'] as const

const standing: Shape<Standing> = (plain) => STANDINGS.find((each) => each === plain)

const verification = tuple(uint(), list(hex(32), 500), nullable(uint()))
const personShape = tuple(text(160), uint(), standing, nullable(text(160)), nullable(verification))
const deviceShape = tuple(
  certificateShape,
  nullable(tuple(bytes(1, 4096), uint())),
  list(text(100), 64),
  nullable(uint()),
  nullable(bytes(1, LISTING_BYTES_MAX)),
  nullable(tuple(list(serverShape, SERVERS_MAX), uint())),
)

export const personChange = (person: Person): RecordChange => ({
  put: 'record',
  space: 'person',
  key: person.id,
  value: encodePerson(person),
})

export const deviceChange = (device: Device): RecordChange => ({
  put: 'record',
  space: 'device',
  key: device.id,
  value: encodeDevice(device),
})

const encodePerson = ({ name, nameTime, standing: decided, privateName, verification: verified }: Person): Uint8Array =>
  encode([name, nameTime, decided, privateName ?? null, verified ? plainVerification(verified) : null])

const plainVerification = ({ since, devices, changed }: Verification): Plain => [
  since,
  devices.map(fromHex),
  changed ?? null,
]

export const readPerson = (id: Hex, from: Uint8Array): Person => {
  const fields = personShape(fieldsOf(from, 5))
  if (!fields) throw new Bug('a stored person cannot be read')
  const [name, nameTime, decided, privateName, verified] = fields
  return {
    id,
    name,
    nameTime,
    standing: decided,
    ...(privateName !== null && { privateName }),
    ...(verified && { verification: readVerification(verified) }),
  }
}

const readVerification = ([since, devices, changed]: readonly [
  number,
  readonly Hex[],
  number | null,
]): Verification => ({
  since,
  devices,
  ...(changed !== null && { changed }),
})

const encodeDevice = ({ certificate, slotKey, addresses, lastSeen, listing, servers }: Device): Uint8Array =>
  encode([
    plainCertificate(certificate),
    slotKey ? [slotKey.key, slotKey.time] : null,
    addresses,
    lastSeen ?? null,
    listing ?? null,
    servers ? [servers.addresses, servers.time] : null,
  ])

export const readDevice = (id: Hex, from: Uint8Array): Device => {
  const fields = deviceShape(fieldsOf(from, 6))
  if (!fields) throw new Bug('a stored device cannot be read')
  const [certificate, slotKey, addresses, lastSeen, listing, servers] = fields
  return {
    id,
    certificate,
    addresses,
    ...(slotKey !== null && { slotKey: { key: slotKey[0], time: slotKey[1] } }),
    ...(lastSeen !== null && { lastSeen }),
    ...(listing !== null && { listing }),
    ...(servers !== null && { servers: { addresses: servers[0].map(formatServer), time: servers[1] } }),
  }
}

/** The fields of a record; those that an older version did not write yet are null. */
const fieldsOf = (from: Uint8Array, count: number): Plain | undefined => {
  const decoded = decode(from)
  if (!decoded.ok || !Array.isArray(decoded.value)) return undefined
  const fields = decoded.value as readonly Plain[]
  return [...fields, ...Array<null>(Math.max(0, count - fields.length)).fill(null)]
}
