import { decode, encode } from '../core/bytes/cbor.ts'
import type { Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { bytes, list, nullable, text, tuple, uint, type Shape } from '../core/bytes/shape.ts'
import type { Entry } from '../core/group/founding.ts'
import type { Card, Listing } from '../core/identity/card.ts'
import {
  certificateShape,
  deviceOf,
  personOf,
  plainCertificate,
  type Certificate,
} from '../core/identity/certificate.ts'
import { lookOf, type Name } from '../core/identity/name.ts'
import { tagOf } from '../core/identity/tag.ts'
import type { Change, Store } from '../store/port.ts'
import type { FoundBy, Millis, PersonView, Presence, Standing } from '../view/view.ts'

export type Person = {
  readonly id: Hex
  readonly name: string
  readonly nameTime: number
  readonly standing: Standing
  readonly privateName?: string
}

export type Device = {
  readonly id: Hex
  readonly certificate: Certificate
  /** What first messages are sealed for; absent until a whole card was seen. */
  readonly slotKey?: { readonly key: Uint8Array; readonly time: number }
  /** Where it answered before, best first. */
  readonly addresses: readonly string[]
  readonly lastSeen?: Millis
}

/** People known in passing, with whom nothing was decided: the longest unseen are forgotten first. */
export const STRANGERS_KEPT_MAX = 1_000

/** Everybody this peer knows of, and which devices are theirs. Changes are returned, for the caller to keep. */
export class People {
  readonly #people = new Map<Hex, Person>()
  readonly #devices = new Map<Hex, Device>()
  /** Who is found where now; never kept. */
  readonly #found = new Map<Hex, Set<FoundBy>>()
  readonly #looks = new Map<string, Set<Hex>>()
  /** How the own name looks: somebody with a name like it is shown with their tag. */
  ownLook: string | undefined

  static async load(store: Store): Promise<People> {
    const people = new People()
    for (const { key, value } of await store.records('person')) people.#setPerson(readPerson(key, value))
    for (const { key, value } of await store.records('device')) people.#devices.set(key, readDevice(key, value))
    return people
  }

  person(id: Hex): Person | undefined {
    return this.#people.get(id)
  }

  device(id: Hex): Device | undefined {
    return this.#devices.get(id)
  }

  personOf(device: Hex): Hex | undefined {
    const known = this.#devices.get(device)
    return known && personOf(known.certificate)
  }

  all(): readonly Person[] {
    return [...this.#people.values()]
  }

  /** What to write so that the disk holds all that is known here. */
  everything(): readonly Change[] {
    return [...this.#people.values()].map(personChange).concat([...this.#devices.values()].map(deviceChange))
  }

  devicesOf(person: Hex): readonly Device[] {
    return [...this.#devices.values()].filter((device) => personOf(device.certificate) === person)
  }

  /** The device to seal a first message for: the one whose card is newest. */
  entryOf(person: Hex): Entry | undefined {
    const [newest] = this.devicesOf(person)
      .filter((device) => device.slotKey !== undefined)
      .sort((a, b) => (b.slotKey?.time ?? 0) - (a.slotKey?.time ?? 0))
    return newest?.slotKey && { certificate: newest.certificate, slotKey: newest.slotKey.key }
  }

  /** Learns from a verified card or listing. The changes are empty when it says nothing new. */
  meet(said: Listing | Card): readonly Change[] {
    const person = personOf(said.certificate)
    const id = deviceOf(said.certificate)
    const changes: Change[] = [...this.rename(person, said.name, said.nameTime)]
    const known = this.#devices.get(id)
    const slotKey = 'slotKey' in said ? { key: said.slotKey, time: said.slotTime } : undefined
    const isNewer = slotKey !== undefined && slotKey.time > (known?.slotKey?.time ?? -1)
    if (known && !isNewer) return changes
    const device = { ...(known ?? { id, certificate: said.certificate, addresses: [] }), ...(isNewer && { slotKey }) }
    return [...changes, this.#keepDevice(device)]
  }

  /** The newest name wins; the first one makes the person known. */
  rename(id: Hex, name: Name, nameTime: number): readonly Change[] {
    const known = this.#people.get(id)
    if (known && nameTime <= known.nameTime) return []
    return [this.#keepPerson({ ...(known ?? { id, standing: 'new' as const }), name, nameTime })]
  }

  decide(id: Hex, standing: Standing): readonly Change[] {
    const known = this.#people.get(id)
    return known && known.standing !== standing ? [this.#keepPerson({ ...known, standing })] : []
  }

  namePrivately(id: Hex, privateName: string | undefined): readonly Change[] {
    const known = this.#people.get(id)
    if (!known) return []
    const { privateName: _, ...rest } = known
    return [this.#keepPerson(privateName === undefined ? rest : { ...rest, privateName })]
  }

  saw(device: Hex, input: { readonly addresses: readonly string[]; readonly at: Millis }): readonly Change[] {
    const known = this.#devices.get(device)
    if (!known) return []
    // A network that is closing remembers no addresses: those that were known stay.
    const addresses = input.addresses.length > 0 ? input.addresses : known.addresses
    return [this.#keepDevice({ ...known, addresses, lastSeen: input.at })]
  }

  found(person: Hex, by: FoundBy): void {
    this.#found.set(person, (this.#found.get(person) ?? new Set()).add(by))
  }

  gone(person: Hex, by: FoundBy): void {
    this.#found.get(person)?.delete(by)
  }

  foundBy(person: Hex): ReadonlySet<FoundBy> {
    return this.#found.get(person) ?? new Set()
  }

  /** Others whose names look the same, whose views change with this person's. */
  lookalikes(id: Hex): readonly Hex[] {
    const person = this.#people.get(id)
    return person
      ? looksOf(person)
          .flatMap((look) => [...(this.#looks.get(look) ?? [])])
          .filter((other) => other !== id)
      : []
  }

  /** Whether somebody else's name, or the own one, looks the same. */
  isAmbiguous(id: Hex): boolean {
    const person = this.#people.get(id)
    if (!person) return false
    return this.lookalikes(id).length > 0 || looksOf(person).some((look) => look === this.ownLook)
  }

  view(id: Hex, presence: Presence): PersonView | undefined {
    const person = this.#people.get(id)
    if (!person) return undefined
    return {
      id,
      name: person.name,
      ...(person.privateName !== undefined && { privateName: person.privateName }),
      tag: tagOf(id),
      ambiguous: this.isAmbiguous(id),
      presence,
      foundBy: [...this.foundBy(id)],
      standing: person.standing,
      verified: { at: 'no' },
    }
  }

  /** Forgets the strangers that are too many: `keeps` says whom something else still needs. */
  forgetStrangers(keeps: (person: Hex) => boolean): readonly Change[] {
    const strangers = this.all()
      .filter((each) => each.standing === 'new' && each.privateName === undefined && !keeps(each.id))
      .map((each) => ({
        id: each.id,
        seen: Math.max(0, ...this.devicesOf(each.id).map((device) => device.lastSeen ?? 0)),
      }))
    const excess = strangers
      .sort((a, b) => a.seen - b.seen)
      .slice(0, Math.max(0, strangers.length - STRANGERS_KEPT_MAX))
    return excess.flatMap(({ id }) => this.#forget(id))
  }

  #forget(id: Hex): readonly Change[] {
    const devices = this.devicesOf(id).map((device) => device.id)
    const person = this.#people.get(id)
    if (person) for (const look of looksOf(person)) this.#looks.get(look)?.delete(id)
    this.#people.delete(id)
    this.#found.delete(id)
    for (const device of devices) this.#devices.delete(device)
    return [
      { drop: 'record', space: 'person', key: id },
      ...devices.map((key) => ({ drop: 'record', space: 'device', key }) as const),
    ]
  }

  #keepPerson(person: Person): Change {
    this.#setPerson(person)
    return personChange(person)
  }

  #setPerson(person: Person): void {
    const before = this.#people.get(person.id)
    if (before) for (const look of looksOf(before)) this.#looks.get(look)?.delete(person.id)
    for (const look of looksOf(person)) this.#looks.set(look, (this.#looks.get(look) ?? new Set()).add(person.id))
    this.#people.set(person.id, person)
  }

  #keepDevice(device: Device): Change {
    this.#devices.set(device.id, device)
    return deviceChange(device)
  }
}

const looksOf = (person: Person): readonly string[] => [
  ...new Set([lookOf(person.name), lookOf(person.privateName ?? person.name)]),
]

const STANDINGS = ['new', 'accepted', 'ignored', 'blocked'] as const

const standing: Shape<Standing> = (plain) => STANDINGS.find((each) => each === plain)

const personShape = tuple(text(160), uint(), standing, nullable(text(160)))
const deviceShape = tuple(
  certificateShape,
  nullable(tuple(bytes(1, 4096), uint())),
  list(text(100), 64),
  nullable(uint()),
)

const personChange = (person: Person): Change => ({
  put: 'record',
  space: 'person',
  key: person.id,
  value: encodePerson(person),
})

const deviceChange = (device: Device): Change => ({
  put: 'record',
  space: 'device',
  key: device.id,
  value: encodeDevice(device),
})

const encodePerson = ({ name, nameTime, standing: decided, privateName }: Person): Uint8Array =>
  encode([name, nameTime, decided, privateName ?? null])

const readPerson = (id: Hex, from: Uint8Array): Person => {
  const decoded = decode(from)
  const fields = decoded.ok ? personShape(decoded.value) : undefined
  if (!fields) throw new Bug('a stored person cannot be read')
  const [name, nameTime, decided, privateName] = fields
  return { id, name, nameTime, standing: decided, ...(privateName !== null && { privateName }) }
}

const encodeDevice = ({ certificate, slotKey, addresses, lastSeen }: Device): Uint8Array =>
  encode([plainCertificate(certificate), slotKey ? [slotKey.key, slotKey.time] : null, addresses, lastSeen ?? null])

const readDevice = (id: Hex, from: Uint8Array): Device => {
  const decoded = decode(from)
  const fields = decoded.ok ? deviceShape(decoded.value) : undefined
  if (!fields) throw new Bug('a stored device cannot be read')
  const [certificate, slotKey, addresses, lastSeen] = fields
  return {
    id,
    certificate,
    addresses,
    ...(slotKey !== null && { slotKey: { key: slotKey[0], time: slotKey[1] } }),
    ...(lastSeen !== null && { lastSeen }),
  }
}
