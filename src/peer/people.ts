import type { Hex } from '../core/bytes/hex.ts'
import type { Entry } from '../core/group/founding.ts'
import type { Card, Listing } from '../core/identity/card.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import { lookOf, type Name } from '../core/identity/name.ts'
import { readServer, type ServerAddress } from '../core/reach/server-address.ts'
import { tagOf } from '../core/identity/tag.ts'
import type { Store } from '../store/port.ts'
import type { FoundBy, Millis, PersonView, Presence, Standing, Verified } from '../view/view.ts'
import { deviceChange, personChange, readDevice, readPerson, type Device, type Person } from './people-records.ts'
import type { RecordChange } from './record.ts'

/** People known in passing, with whom nothing was decided: the longest unseen are forgotten first. */
export const STRANGERS_KEPT_MAX = 1_000

/** How many devices of somebody are told apart from new ones, and known of a contact. */
export const DEVICES_REMEMBERED_MAX = 500
/** Devices that are known of who is no contact: to name a new one costs them nothing. */
export const DEVICES_OF_STRANGER_MAX = 16

/** Everybody this peer knows of, and which devices are theirs. Changes are returned, for the caller to keep. */
export class People {
  readonly #people = new Map<Hex, Person>()
  readonly #devices = new Map<Hex, Device>()
  readonly #devicesOf = new Map<Hex, Set<Hex>>()
  /** Who is found where now; never kept. */
  readonly #found = new Map<Hex, Set<FoundBy>>()
  readonly #looks = new Map<string, Set<Hex>>()
  /** How the own name looks: somebody with a name like it is shown with their tag. */
  ownLook: string | undefined

  static async load(store: Store): Promise<People> {
    const people = new People()
    for (const { key, value } of await store.records('person')) people.#setPerson(readPerson(key, value))
    for (const { key, value } of await store.records('device')) people.#setDevice(readDevice(key, value))
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
  everything(): readonly RecordChange[] {
    return [...this.#people.values()].map(personChange).concat([...this.#devices.values()].map(deviceChange))
  }

  devicesOf(person: Hex): readonly Device[] {
    return [...(this.#devicesOf.get(person) ?? [])].flatMap((device) => this.#devices.get(device) ?? [])
  }

  /** The servers at which this device says that it can be found, as it was told last. */
  serversOf(device: Hex): readonly ServerAddress[] | undefined {
    return this.#devices.get(device)?.servers?.addresses.flatMap((each) => readServer(each) ?? [])
  }

  /** The device to seal a first message for: the one whose card is newest. */
  entryOf(person: Hex): Entry | undefined {
    return this.entriesOf(person)[0]
  }

  /** All their devices that a secret can be sealed for, the newest card first. */
  entriesOf(person: Hex): readonly Entry[] {
    return this.devicesOf(person)
      .flatMap(({ certificate, slotKey }) => (slotKey ? [{ certificate, slotKey }] : []))
      .sort((a, b) => b.slotKey.time - a.slotKey.time)
      .map(({ certificate, slotKey }) => ({ certificate, slotKey: slotKey.key }))
  }

  /** What a device of theirs said of them, signed. */
  listingOf(person: Hex): Uint8Array | undefined {
    return this.devicesOf(person).find(({ listing }) => listing)?.listing
  }

  /** Learns from a verified card or listing. The changes are empty when it says nothing new. */
  meet(said: Listing | Card): readonly RecordChange[] {
    const person = personOf(said.certificate)
    const id = deviceOf(said.certificate)
    const changes: RecordChange[] = [...this.rename(person, said.name, said.nameTime)]
    const known = this.#devices.get(id)
    const slotKey = 'slotKey' in said ? { key: said.slotKey, time: said.slotTime } : undefined
    const isNewer = slotKey !== undefined && slotKey.time > (known?.slotKey?.time ?? -1)
    const isRenamed = changes.length > 0 && said.signed !== undefined
    const servers = 'servers' in said ? said.servers : undefined
    const isElsewhere = servers !== undefined && servers.time > (known?.servers?.time ?? -1)
    if (known && !isNewer && !isRenamed && !isElsewhere && (known.listing || !said.signed)) return changes
    const device = {
      ...(known ?? { id, certificate: said.certificate, addresses: [] }),
      ...(isNewer && { slotKey }),
      ...(isElsewhere && { servers }),
      ...(said.signed && (isRenamed || !known?.listing) && { listing: said.signed }),
    }
    return [...changes, this.#keepDevice(device)]
  }

  /** The newest name wins; the first one makes the person known. */
  rename(id: Hex, name: Name, nameTime: number): readonly RecordChange[] {
    const known = this.#people.get(id)
    if (known && nameTime <= known.nameTime) return []
    return [this.#keepPerson({ ...(known ?? { id, standing: 'new' as const }), name, nameTime })]
  }

  decide(id: Hex, standing: Standing): readonly RecordChange[] {
    const known = this.#people.get(id)
    return known && known.standing !== standing ? [this.#keepPerson({ ...known, standing })] : []
  }

  namePrivately(id: Hex, privateName: string | undefined): readonly RecordChange[] {
    const known = this.#people.get(id)
    if (!known) return []
    const { privateName: _, ...rest } = known
    return [this.#keepPerson(privateName === undefined ? rest : { ...rest, privateName })]
  }

  /** I compared safety numbers with them, or take that back. */
  verify(id: Hex, at: Millis): readonly RecordChange[] {
    const known = this.#people.get(id)
    if (!known) return []
    const devices = this.devicesOf(id).map((device) => device.id)
    return [this.#keepPerson({ ...known, verification: { since: at, devices } })]
  }

  unverify(id: Hex): readonly RecordChange[] {
    const known = this.#people.get(id)
    if (!known?.verification) return []
    const { verification: _, ...rest } = known
    return [this.#keepPerson(rest)]
  }

  /** They have this device. The changes are empty unless that is news about somebody whom I verified. */
  hasDevice(id: Hex, device: Hex, at: Millis): readonly RecordChange[] {
    const known = this.#people.get(id)
    const verification = known?.verification
    if (!known || !verification || verification.devices.includes(device)) return []
    const devices = [...verification.devices, device].slice(-DEVICES_REMEMBERED_MAX)
    return [this.#keepPerson({ ...known, verification: { since: verification.since, devices, changed: at } })]
  }

  /** As it was: for what could not be kept. */
  restore(person: Person): void {
    this.#setPerson(person)
  }

  saw(device: Hex, input: { readonly addresses: readonly string[]; readonly at: Millis }): readonly RecordChange[] {
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
      verified: this.verified(id),
    }
  }

  /** Whether I compared safety numbers with them, or with somebody who is called like them. */
  verified(id: Hex): Verified {
    const verification = this.#people.get(id)?.verification
    if (!verification) {
      const of = this.lookalikes(id).find((each) => this.#people.get(each)?.verification)
      return of === undefined ? { at: 'no' } : { at: 'lookalike', of }
    }
    const { since, changed } = verification
    return changed === undefined ? { at: 'yes', since } : { at: 'changed', since, changed }
  }

  /** Forgets the strangers that are too many: `keeps` says whom something else still needs. */
  forgetStrangers(keeps: (person: Hex) => boolean): readonly RecordChange[] {
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

  /** Forgets the devices of somebody that are too many, the longest unseen first: `keeps` says which are still needed. */
  forgetDevices(id: Hex, keeps: (device: Hex) => boolean): readonly RecordChange[] {
    const isContact = this.#people.get(id)?.standing === 'accepted'
    const most = isContact ? DEVICES_REMEMBERED_MAX : DEVICES_OF_STRANGER_MAX
    const devices = this.#devicesOf.get(id)
    if (!devices || devices.size <= most) return []
    const changes: RecordChange[] = []
    for (const { id: device } of this.devicesOf(id).toSorted((a, b) => (a.lastSeen ?? 0) - (b.lastSeen ?? 0))) {
      if (devices.size <= most) break
      if (keeps(device)) continue
      devices.delete(device)
      this.#devices.delete(device)
      changes.push({ drop: 'record', space: 'device', key: device })
    }
    return changes
  }

  #forget(id: Hex): readonly RecordChange[] {
    const devices = this.devicesOf(id).map((device) => device.id)
    const person = this.#people.get(id)
    if (person) for (const look of looksOf(person)) this.#looks.get(look)?.delete(id)
    this.#people.delete(id)
    this.#found.delete(id)
    this.#devicesOf.delete(id)
    for (const device of devices) this.#devices.delete(device)
    return [
      { drop: 'record', space: 'person', key: id },
      ...devices.map((key) => ({ drop: 'record', space: 'device', key }) as const),
    ]
  }

  #keepPerson(person: Person): RecordChange {
    this.#setPerson(person)
    return personChange(person)
  }

  #setPerson(person: Person): void {
    const before = this.#people.get(person.id)
    if (before) for (const look of looksOf(before)) this.#looks.get(look)?.delete(person.id)
    for (const look of looksOf(person)) this.#looks.set(look, (this.#looks.get(look) ?? new Set()).add(person.id))
    this.#people.set(person.id, person)
  }

  #keepDevice(device: Device): RecordChange {
    this.#setDevice(device)
    return deviceChange(device)
  }

  #setDevice(device: Device): void {
    this.#devices.set(device.id, device)
    const person = personOf(device.certificate)
    this.#devicesOf.set(person, (this.#devicesOf.get(person) ?? new Set()).add(device.id))
  }
}

const looksOf = (person: Person): readonly string[] => [
  ...new Set([lookOf(person.name), lookOf(person.privateName ?? person.name)]),
]
