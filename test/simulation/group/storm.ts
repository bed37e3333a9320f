import type { Hex } from '../../../src/core/bytes/hex.ts'
import { isAdmin, type Membership } from '../../../src/core/group/membership.ts'
import { membershipNow } from '../../../src/core/group/replica.ts'
import type { Device } from './device.ts'
import { MINUTE, type World } from './world.ts'

/** What people do, and what happens to their machines and to the network meanwhile. */
export class Storm {
  crashes = 0
  operations = 0
  readonly #world: World
  readonly #invitations: Hex[] = []

  constructor(world: World) {
    this.#world = world
  }

  /** Who is in at the start: the founder, and about half of the others. */
  async gather(): Promise<void> {
    const { dice, people, devices, time } = this.#world
    const [founder] = devices as [Device]
    for (const person of people.slice(1))
      if (dice.chance(0.6)) await this.#world.adds(founder, person, { role: dice.chance(0.4) ? 'admin' : 'member' })
    await time.advance(10_000)
    for (const device of devices) await device.joins()
    await time.advance(2_000)
  }

  async step(number: number): Promise<void> {
    const { dice, time, network } = this.#world
    // Several at once: what is done at one time by devices that have not heard of each other is what divides a group.
    for (let count = dice.between(1, 3); count > 0; count--) await this.#act(number)
    if (dice.chance(0.3)) await this.#world.hostile?.act()
    for (const device of this.#world.unruly) if (device.running && dice.chance(0.3)) network.replay(device)
    await time.advance(dice.chance(0.75) ? dice.between(0, 800) : dice.between(1_000, 15_000))
  }

  /** Everything works again, and everybody has the time to hear of everything. */
  async clear(): Promise<void> {
    const { network, devices, weather } = this.#world
    network.heal()
    network.links = 8
    weather.loss = 0
    for (const device of devices) device.start()
    await this.settle()
    this.#world.hostile?.device.crash()
    for (const device of devices) await device.joins()
    await this.settle()
    for (const device of this.#world.present) await this.#world.says(device, `${device.name} at last`)
    await this.settle()
    await this.settle()
  }

  /** Until nobody says anything any more. */
  async settle(): Promise<void> {
    const { network, time } = this.#world
    for (let minutes = 0; minutes < 30; minutes++) {
      const before = network.frames
      if (minutes === 0) this.#postToHermits()
      await time.advance(MINUTE)
      if (network.frames === before) return
    }
    throw new Error('they never come to rest')
  }

  /** Who has no links hears of everything by the post, and everybody of what they wrote. */
  #postToHermits(): void {
    const { devices, present, network, dice } = this.#world
    for (const hermit of devices.filter((device) => device.hermit && device.replica)) {
      const others = present.filter((device) => device !== hermit && !device.selfish)
      const one = dice.pick(others)
      if (one) network.postAll(one, hermit)
      for (const other of others) network.postAll(hermit, other)
    }
  }

  async #act(number: number): Promise<void> {
    const { dice, present } = this.#world
    const device = dice.pick(present)
    const what = dice.between(0, 99)
    if (what < 17) return this.#trouble()
    if (!device) return
    if (what < 20) return this.#post(device)
    if (what < 28) return device.joins()
    if (what < 32) return this.#race()
    if (what < 68) return this.#world.says(device, `${device.name} ${number}`)
    await this.#change(device)
  }

  async #change(device: Device): Promise<void> {
    if (!device.replica) return
    const { dice } = this.#world
    const now = membershipNow(device.replica)
    this.operations += 1
    if (dice.chance(0.25) || !isAdmin(now, device.identity.person)) return this.#changeOwn(device, now)
    const others = [...now.roles.keys()].filter((person) => person !== device.identity.person)
    const person = dice.pick(others)
    const what = dice.between(0, 99)
    if (what < 25) return this.#let(device)
    if (what < 40) return this.#invite(device)
    if (what < 55) return this.#useInvitation()
    if (what < 60) return device.rekeys()
    if (what < 65) await device.changes({ kind: 'title', title: `Group ${dice.between(1, 99)}` })
    else if (what < 67) await device.changes({ kind: 'picture', picture: Uint8Array.of(0xff, 0xd8, 0xff, what) })
    else if (person === undefined) return
    else if (what < 76) await device.changes({ kind: 'promote', person })
    else if (what < 85) await device.changes({ kind: 'demote', person })
    else if (others.length > 1) await device.changes({ kind: 'remove', person })
  }

  /** Somebody is removed while they, or another, let in a device of theirs: whatever came beside a removal falls. */
  async #race(): Promise<void> {
    const { dice, present, people } = this.#world
    const target = dice.pick(people.slice(1))
    const admins = present.filter(
      ({ replica, identity: { person } }) => replica && isAdmin(membershipNow(replica), person),
    )
    const [host, remover] = dice.shuffled(admins.filter(({ identity }) => identity.person !== target?.person))
    if (!target || !host || !remover) return
    for (const device of present.filter(({ identity }) => identity.person === target.person)) {
      const own = dice.pick(this.#world.ownStrangersTo(device))
      if (own) await this.#world.addsOwn(device, own)
    }
    if (dice.chance(0.6)) await this.#world.adds(host, target, { role: 'admin' })
    await remover.changes({ kind: 'remove', person: target.person })
  }

  /** What everybody may do. */
  async #changeOwn(device: Device, now: Membership): Promise<void> {
    const { dice } = this.#world
    const own = [...now.members.devices].filter(([id, owner]) => owner === device.identity.person && id !== device.id)
    const stranger = dice.pick(this.#world.ownStrangersTo(device))
    const mine = dice.pick(own)
    const what = dice.between(0, 99)
    if (what < 60) return stranger && this.#world.addsOwn(device, stranger)
    if (what < 75) return mine && void (await device.changes({ kind: 'revoke', device: mine[0] }))
    if (what < 85 && now.roles.size > 2) return void (await device.changes({ kind: 'leave' }))
    return device.rekeys()
  }

  async #let(device: Device): Promise<void> {
    const { dice } = this.#world
    const person = dice.pick(this.#world.strangersTo(device))
    if (person) await this.#world.adds(device, person, { role: dice.chance(0.3) ? 'admin' : 'member' })
  }

  async #invite(device: Device): Promise<void> {
    const { dice, time } = this.#world
    const invitation = this.#world.newId()
    const uses = dice.between(1, 2)
    const expiry = time.now + (dice.chance(0.2) ? MINUTE : 7 * 24 * 60 * MINUTE)
    if (await device.changes({ kind: 'invite', invitation, role: 'member', uses, expiry }))
      this.#invitations.push(invitation)
    const old = dice.pick(this.#invitations)
    if (old !== undefined && dice.chance(0.15)) await device.changes({ kind: 'uninvite', invitation: old })
  }

  /** Some people use one invitation at once, each with an admin who may not have heard of the others. */
  async #useInvitation(): Promise<void> {
    const { dice, present } = this.#world
    const invitation = dice.pick(this.#invitations)
    if (invitation === undefined) return
    for (let guests = dice.between(1, 3); guests > 0; guests--) {
      const host = dice.pick(present)
      const person = host && dice.pick(this.#world.strangersTo(host))
      if (host && person) await this.#world.adds(host, person, { role: 'member', invitation })
    }
  }

  #post(device: Device): void {
    const { dice, network, devices } = this.#world
    const to = dice.pick(devices.filter((each) => each !== device))
    if (to && !device.selfish) network.post(device, to, dice.chance(0.5))
  }

  #trouble(): void {
    const { dice, network, devices, time } = this.#world
    const device = dice.pick(devices.filter(({ running }) => running))
    const what = dice.between(0, 99)
    if (what < 40) {
      const sides = dice.between(2, 3)
      network.part(new Map(devices.map((each) => [each, dice.between(1, sides)])))
      time.after(dice.between(2_000, 60_000), () => network.heal())
    } else if (!device) return
    else if (what < 60) network.breakLinksOf(device)
    else if (what < 90) {
      this.crashes += 1
      device.crash()
      time.after(dice.between(100, 30_000), () => device.start())
    } else device.skew = dice.between(-20 * MINUTE, 20 * MINUTE)
  }
}
