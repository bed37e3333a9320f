import type { Hex } from '../core/bytes/hex.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { openListing, type Listing } from '../core/identity/card.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import type { FoundBy, Standing } from '../view/view.ts'
import type { FoundWhere, Seen } from './network/port.ts'
import type { People } from './people.ts'

/** What the findings need of their peer. */
export type FindingsPorts = {
  readonly crypto: Crypto
  readonly people: People
  readonly me: Hex
  readonly standingOf: (person: Hex) => Standing
  readonly onMet: (listing: Listing) => Promise<void>
  /** Somebody who is found somewhere now, or no longer. */
  readonly onChanged: (person: Hex) => void
}

/** Which devices are found where now, known or not; whose they are may be learnt later. */
export class Findings {
  readonly #ports: FindingsPorts
  readonly #devices = new Map<Hex, Set<FoundBy>>()

  constructor(ports: FindingsPorts) {
    this.#ports = ports
  }

  /** It is known now whose this device is: they are found where it is. */
  identified(device: Hex, person: Hex): void {
    for (const by of this.#devices.get(device) ?? []) this.#ports.people.found(person, by)
  }

  async seen(seen: Seen): Promise<void> {
    const { people, me, standingOf, onMet, onChanged } = this.#ports
    this.#devices.set(seen.device, (this.#devices.get(seen.device) ?? new Set()).add(seen.by))
    if (seen.by === 'server') {
      const listing = await openListing(this.#ports.crypto, seen.listing)
      const isTheirs = listing.ok && deviceOf(listing.value.certificate) === seen.device
      if (!isTheirs || standingOf(personOf(listing.value.certificate)) === 'blocked') return
      await onMet(listing.value)
    }
    const person = people.personOf(seen.device)
    // They may have gone while their listing was being verified.
    if (person === undefined || person === me || !this.#devices.get(seen.device)?.has(seen.by)) return
    people.found(person, seen.by)
    onChanged(person)
  }

  gone(device: Hex, by: FoundWhere): void {
    this.#devices.get(device)?.delete(by)
    if (this.#devices.get(device)?.size === 0) this.#devices.delete(device)
    const person = this.#ports.people.personOf(device)
    if (person === undefined) return
    this.#ports.people.gone(person, by)
    this.#ports.onChanged(person)
  }
}
