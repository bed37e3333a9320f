import type { Plain } from '../../../src/core/bytes/cbor.ts'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import { TIME_MAX, type Event } from '../../../src/core/event/event.ts'
import { heardOf, nextHeader } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { operationBody, type Operation } from '../../../src/core/group/operation.ts'
import { unopenedBody } from '../../../src/core/group/unopened.ts'
import { signEvent } from '../../core/signing.ts'
import type { Device } from './device.ts'
import type { World } from './world.ts'

const YEAR_MILLIS = 365 * 24 * 60 * 60 * 1_000
const FLOOD_STEPS = 90

/**
 * A member with a changed program: it claims to have known what it likes, at any time, seals keys that do not open, and
 * says that it cannot open those of others. Its chain has no branches; a removal says truly how far it had heard, for who
 * is removed is given no more than that.
 */
export class Hostile {
  readonly device: Device
  readonly #world: World

  constructor(world: World, device: Device) {
    this.#world = world
    this.device = device
    device.hostile = true
  }

  async act(): Promise<void> {
    if (!this.device.isIn) return
    const { dice } = this.#world
    const what = dice.between(0, 99)
    if (what < 40) return this.#claim()
    if (what < 60) return this.#spoil()
    if (what < 75) return this.#complain()
    if (what < 95) return this.#lieAboutTime()
    return this.#flood()
  }

  /** Does something as of any moment of before, with or without the right to it, at any time. */
  #claim(): Promise<void> {
    const { dice, time } = this.#world
    const known = dice.pick([...this.device.disk.horizons.keys()])
    const times = [0, time.now, time.now, time.now + YEAR_MILLIS, TIME_MAX]
    const operation = this.#operation()
    if (!operation || known === undefined) return Promise.resolve()
    const header = { control: [known], time: dice.pick(times) ?? 0 }
    return this.#write({ kind: KIND.operation, body: operationBody(operation), header })
  }

  #operation(): Operation | undefined {
    const { dice, people } = this.#world
    const { replica } = this.device
    const someone = dice.pick(people)
    const own = people.find(({ person }) => person === this.device.identity.person)?.devices ?? []
    const device = dice.pick(own)
    if (!someone || !device || !replica) return undefined
    const { person, devices } = someone
    const held = heardOf(replica.graph)
    const invitation = this.#world.newId()
    return dice.pick<Operation>([
      { kind: 'device', entry: device.entry },
      { kind: 'device', entry: devices[0]?.entry ?? device.entry },
      { kind: 'revoke', device: device.device, held },
      { kind: 'remove', person, held },
      { kind: 'demote', person },
      { kind: 'promote', person },
      { kind: 'add', role: 'admin', invitation: null, entries: devices.map(({ entry }) => entry) },
      { kind: 'title', title: `Mine ${dice.between(1, 99)}` },
      { kind: 'invite', invitation, role: 'member', uses: 1, expiry: TIME_MAX },
    ])
  }

  /** Seals an epoch to keys that some of the others do not have. */
  async #spoil(): Promise<void> {
    const { dice } = this.#world
    const { replica } = this.device
    if (!replica) return
    const { slotKeys } = replica.keyring
    const { slotKey } = this.device.identity.entry
    const spoilt = new Map([...slotKeys].map(([id, key]) => [id, dice.chance(0.5) ? key : slotKey]))
    this.device.replica = { ...replica, keyring: { ...replica.keyring, slotKeys: spoilt } }
    await this.device.rekeys()
    if (dice.chance(0.5)) await this.device.says('under a key that some do not have')
  }

  /** Cannot open what it opens. */
  #complain(): Promise<void> {
    const epoch = this.#world.dice.pick(this.device.replica?.keyring.epochs ?? [])
    const { slotKey } = this.device.identity.entry
    return epoch ? this.#write({ kind: KIND.unopened, body: unopenedBody(epoch.id, slotKey) }) : Promise.resolve()
  }

  async #lieAboutTime(): Promise<void> {
    const { dice } = this.#world
    const before = this.device.skew
    this.device.skew = dice.pick([-10 * YEAR_MILLIS, 10 * YEAR_MILLIS, 0]) ?? 0
    await this.device.says('at no time at all')
    this.device.skew = before
  }

  /** More steps than are taken, each as if there were none of the others. */
  async #flood(): Promise<void> {
    const { entry } = this.device.identity
    const control = this.#admission()
    const body = operationBody({ kind: 'device', entry })
    for (let step = 0; step < FLOOD_STEPS; step++)
      await this.#write({ kind: KIND.operation, body, header: { control } })
  }

  /** What let it in: less it cannot claim to have known. */
  #admission(): readonly Hex[] {
    const { replica, id } = this.device
    const steps = [...(replica?.history.steps.values() ?? [])]
    const first = steps.find(({ deed }) => 'devices' in deed && deed.devices.some(([device]) => device === id))
    return first ? [first.id] : (replica?.graph.controlHeads ?? [])
  }

  async #write(input: { kind: number; body: Plain; header?: Partial<Event> }): Promise<void> {
    const { replica, identity } = this.device
    if (!replica) return
    const { kind, body, header } = input
    const event = { ...nextHeader(replica.graph, this.device.id, this.#world.time.now), ...header, kind, body }
    const { bytes } = await signEvent(this.#world.crypto, identity.deviceSeed, event)
    await this.device.takeIn(undefined, [bytes])
  }
}
