import type { Hex } from '../core/bytes/hex.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { openCard, type Card, type Listing } from '../core/identity/card.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import { parseName } from '../core/identity/name.ts'
import type { Change } from '../store/port.ts'
import type { Standing } from '../view/view.ts'
import { Findings } from './findings.ts'
import type { Network, Scheduler } from './network/port.ts'
import type { People } from './people.ts'
import type { RecordChange } from './record.ts'
import { Unwritten } from './unwritten.ts'

/** What getting to know people needs of the peer. */
export type AcquaintancesPorts = {
  readonly me: Hex
  readonly crypto: Crypto
  readonly people: People
  readonly network: Network
  readonly scheduler: Scheduler
  readonly keep: (changes: readonly Change[]) => Promise<unknown>
  readonly standingOf: (person: Hex) => Standing
  /** Whether somebody is needed here although nothing was decided about them. */
  readonly isNeeded: (person: Hex) => boolean
  /** Whether a device is in one of the conversations here. */
  readonly isMember: (device: Hex) => boolean
  /** Something that is shown of them may have changed. */
  readonly onChanged: (person: Hex) => void
  /** Somebody whom I verified has a device that was not known then. */
  readonly onDevice: (person: Hex, device: Hex) => Promise<void>
}

/** Learns who others are: from cards, listings and what they say, and where they are found. */
export class Acquaintances {
  readonly #ports: AcquaintancesPorts
  readonly #findings: Findings
  /** What changed of people who were met in passing. */
  readonly unwritten: Unwritten

  constructor(ports: AcquaintancesPorts) {
    this.#ports = ports
    const { crypto, people, network, me, scheduler, keep, standingOf, onChanged } = ports
    this.unwritten = new Unwritten({ people, scheduler, keep })
    this.#findings = new Findings({
      crypto,
      people,
      me,
      standingOf,
      onMet: (listing) => this.#learn(listing, async (changes) => this.unwritten.note(changes)),
      onChanged: (person) => {
        if (people.foundBy(person).size > 0 && standingOf(person) === 'accepted') this.reachFor(person)
        onChanged(person)
      },
    })
    network.onSeen((seen) => void this.#findings.seen(seen))
    network.onGone(({ device, by }) => this.#findings.gone(device, by))
  }

  /** Learns from a verified card or listing; it is on disk afterwards. */
  async met(said: Listing | Card): Promise<void> {
    await this.#learn(said, this.#ports.keep)
    await this.unwritten.settle()
  }

  async #learn(said: Listing | Card, keep: (changes: readonly RecordChange[]) => Promise<unknown>): Promise<void> {
    const { me, people, network, isNeeded, isMember, onChanged } = this.#ports
    const person = personOf(said.certificate)
    const device = deviceOf(said.certificate)
    if (person === me) return
    const forgotten = people.forgetStrangers((each) => each === person || isNeeded(each))
    const met = people.meet(said)
    const changes = [...met, ...forgotten, ...people.forgetDevices(person, (each) => each === device || isMember(each))]
    this.#findings.identified(device, person)
    if (changes.length > 0) await keep(changes)
    await this.hasDevice(person, device)
    const servers = people.serversOf(device)
    if (servers && changes.length > 0) network.foundAt(device, servers)
    onChanged(person)
  }

  /** This person has this device, by their own word. */
  async hasDevice(person: Hex, device: Hex): Promise<void> {
    const { people, keep, scheduler, onDevice } = this.#ports
    const changes = people.hasDevice(person, device, scheduler.now())
    if (changes.length === 0) return
    await keep(changes)
    await onDevice(person, device)
  }

  /** They said in a conversation what they want to be called. */
  async renamed(person: Hex, name: string, at: number): Promise<void> {
    const { me, people, keep, onChanged } = this.#ports
    const parsed = parseName(name)
    if (!parsed.ok || person === me) return
    const changes = people.rename(person, parsed.value, at)
    if (changes.length > 0) await keep(changes)
    onChanged(person)
  }

  /** Keeps where a device answered, and when it was last here. */
  async keepSeen(device: Hex): Promise<void> {
    const { people, network, keep, scheduler } = this.#ports
    await keep(people.saw(device, { addresses: network.remembered(device), at: scheduler.now() }))
  }

  /** Asks the server for the card of somebody who was only listed so far, so that a first message can be sealed. */
  async fetchCard(person: Hex): Promise<void> {
    const { crypto, people, network } = this.#ports
    for (const device of people.devicesOf(person)) {
      const bytes = await network.card(device.id)
      const card = bytes && (await openCard(crypto, bytes))
      if (card?.ok && personOf(card.value.certificate) === person) await this.met(card.value)
    }
  }

  /** Keeps trying to be linked with every device of this person. */
  reachFor(person: Hex): void {
    const { people, network } = this.#ports
    for (const { id, addresses } of people.devicesOf(person)) network.want(id, addresses, people.serversOf(id))
  }
}
