import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import { foundGroup } from '../../../src/core/group/operate.ts'
import { membershipNow } from '../../../src/core/group/replica.ts'
import { personOf } from '../../../src/core/identity/certificate.ts'
import { createDeterministicCrypto } from '../../core/deterministic-crypto.ts'
import { Device, type Sabotage } from './device.ts'
import { Reader } from './reader.ts'
import { Dice } from './dice.ts'
import { createPeople, START, type Identity, type Person } from './identity.ts'
import { Hostile } from './hostile.ts'
import type { Weather } from './link.ts'
import { Network } from './network.ts'
import { Time } from './time.ts'

export const PEOPLE_MIN = 3
export const PEOPLE_MAX = 14
export const DEVICES_MAX = 20
const INTRODUCTION_MILLIS_MAX = 5_000

/** What was said, as its author remembers it. */
export type Said = { readonly by: Device; readonly event: Hex; readonly text: string }

/** What is not left to chance. */
export type Nature = {
  readonly sabotage?: Sabotage
  /** Somebody passes nothing on. */
  readonly hasSelfish?: boolean
  /** Somebody sends what others wrote again and again. */
  readonly hasUnruly?: boolean
  /** Somebody runs a changed program. */
  readonly hasHostile?: boolean
}

/** Some people and their devices, one group, and the network between them. */
export class World {
  readonly crypto = createDeterministicCrypto()
  readonly dice: Dice
  readonly time = new Time(START)
  readonly weather: Weather
  readonly people: readonly Person[]
  readonly devices: readonly Device[]
  readonly network: Network
  readonly said: Said[] = []
  /** Who sends what others wrote again and again, in any order. */
  readonly unruly: readonly Device[]
  readonly hostile: Hostile | undefined
  conversation: Hex = ''

  private constructor(dice: Dice, people: readonly Person[], input: Nature) {
    const { sabotage } = input
    this.dice = dice
    this.people = people
    this.weather = { loss: [0, 0.001, 0.004, 0.015][dice.between(0, 3)] ?? 0, delayMillisMax: dice.between(20, 1_500) }
    const { crypto, time, weather } = this
    const reader = new Reader(crypto)
    this.devices = people.flatMap(({ devices }) =>
      devices.map((each) => new Device(each, { crypto, reader, time, sabotage })),
    )
    for (const device of this.devices) device.skew = dice.between(-20 * MINUTE, 20 * MINUTE)
    // Never the founder: there, whoever passes nothing on has nobody to keep it from.
    const others = this.devices.slice(1)
    this.unruly = (input.hasUnruly ?? dice.chance(0.2)) ? others.slice(-1) : []
    const hermit = dice.chance(0.2) ? others[1] : undefined
    if (hermit) hermit.hermit = true
    const mean = (input.hasSelfish ?? dice.chance(0.2)) ? others[0] : undefined
    if (mean) mean.selfish = true
    const evil = input.hasHostile ? others.at(-1) : undefined
    this.hostile = evil && new Hostile(this, evil)
    if (evil) evil.hermit = evil.selfish = false
    this.network = new Network({ time, dice, weather }, this.devices)
  }

  static async create(seed: number, input: Nature = {}): Promise<World> {
    const dice = new Dice(seed)
    const counts = Array.from({ length: dice.between(PEOPLE_MIN, PEOPLE_MAX) }, () => 1)
    for (let more = dice.between(0, DEVICES_MAX - counts.length); more > 0; more--) {
      const at = dice.between(0, counts.length - 1)
      counts[at] = Math.min(4, (counts[at] ?? 1) + 1)
    }
    const world = new World(dice, await createPeople(createDeterministicCrypto(), seed, counts), input)
    const [founder] = world.devices
    if (!founder) throw new Error('nobody is there')
    await founder.founds((pen) => foundGroup(pen, 'Simulated'))
    world.conversation = founder.replica?.conversation ?? ''
    return world
  }

  /** Those who run and are in, each by what it knows. */
  get present(): readonly Device[] {
    return this.devices.filter((device) => device.isIn)
  }

  device({ device }: Identity): Device {
    const found = this.devices.find(({ id }) => id === device)
    if (!found) throw new Error('somebody from elsewhere')
    return found
  }

  /** Lets somebody in with some of their devices, which are told of the group some time later. */
  async adds(
    by: Device,
    person: Person,
    how: { readonly role: 'admin' | 'member'; readonly invitation?: Hex },
  ): Promise<void> {
    // From somebody who passes nothing on a newcomer would not even get the founding.
    if (by.selfish) return
    const some = person.devices.slice(0, this.dice.between(1, person.devices.length))
    const { role, invitation = null } = how
    const entries = some.map(({ entry }) => entry)
    if (await by.changes({ kind: 'add', role, invitation, entries })) for (const each of some) this.#introduce(each)
  }

  async addsOwn(by: Device, identity: Identity): Promise<void> {
    if (!by.selfish && (await by.changes({ kind: 'device', entry: identity.entry }))) this.#introduce(identity)
  }

  async says(by: Device, text: string): Promise<void> {
    const event = await by.says(text)
    if (event) this.said.push({ by, event: event.id, text })
  }

  /** The people who are not in by what a device knows. */
  strangersTo({ replica }: Device): readonly Person[] {
    const roles = replica && membershipNow(replica).roles
    return this.people.filter(({ person }) => roles && !roles.has(person))
  }

  /** Those of a device's own person's devices that are not in by what it knows. */
  ownStrangersTo({ replica, identity }: Device): readonly Identity[] {
    const members = replica && membershipNow(replica).members.devices
    const own = this.people.find(({ person }) => person === personOf(identity.certificate))
    return own?.devices.filter(({ device }) => members && !members.has(device)) ?? []
  }

  newId(): Hex {
    return toHex(Uint8Array.from({ length: 32 }, () => this.dice.between(0, 255)))
  }

  #introduce(identity: Identity): void {
    const device = this.device(identity)
    this.time.after(this.dice.between(10, INTRODUCTION_MILLIS_MAX), () =>
      device.running ? device.introduced(this.conversation) : this.#introduce(identity),
    )
  }
}

export const MINUTE = 60_000
