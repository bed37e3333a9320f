import type { Device, Growth } from './device.ts'
import type { Dice } from './dice.ts'
import { Link, type LinkPorts } from './link.ts'

export const DIAL_MILLIS = 1_000
/** Batches of the post: what lies in a mailbox comes in any order, again, or never. */
const POST_EVENTS_MAX = 12

/** Who is linked with whom, and who cannot be. */
export class Network {
  /** Links that a device keeps by itself. */
  links = 4
  /** Every link that ever was. */
  readonly all: Link[] = []
  readonly #ports: LinkPorts
  readonly #devices: readonly Device[]
  #open: Link[] = []
  readonly #of = new Map<Device, readonly Link[]>()
  /** Which side of a partition each device is on; all on one when there is none. */
  #sides = new Map<Device, number>()

  constructor(ports: LinkPorts, devices: readonly Device[]) {
    this.#ports = ports
    this.#devices = devices
    for (const device of devices) device.onGrown = (growth) => this.#grown(device, growth)
    this.#dialAgain()
  }

  get dice(): Dice {
    return this.#ports.dice
  }

  /** Frames on all links. */
  get frames(): number {
    return this.all.reduce((sum, { frames }) => sum + frames, 0)
  }

  part(sides: ReadonlyMap<Device, number>): void {
    this.#sides = new Map(sides)
    for (const link of this.#open) if (!this.#canTalk(link.ends[0].me, link.ends[1].me)) link.close()
  }

  heal(): void {
    this.#sides = new Map()
  }

  breakLinksOf(device: Device): void {
    for (const link of this.#linksOf(device)) link.close()
  }

  /** Puts events into what others read later, whoever they are from: in any order, more than once, or lost. */
  post(from: Device, to: Device, isShuffled: boolean): void {
    const { time, dice, weather } = this.#ports
    if (!from.replica?.certificates.has(to.id)) return
    const limit = from.limitFor(to)
    const all = [...from.disk.events.values()].filter(({ author, seq }) => !limit || seq <= (limit.get(author) ?? 0))
    const some = (isShuffled ? dice.shuffled(all) : all).slice(-dice.between(1, POST_EVENTS_MAX))
    if (dice.chance(weather.loss * 5)) return
    for (let copies = dice.chance(0.3) ? 2 : 1; copies > 0; copies--)
      time.after(dice.between(10, 20_000), () => {
        // To read a mailbox takes to know of the group.
        if (to.running && to.replica)
          return to.takeIn(
            undefined,
            some.map(({ bytes }) => bytes),
          )
        return undefined
      })
  }

  /** Posts everything that one may give to another, in batches that arrive in any order. */
  postAll(from: Device, to: Device): void {
    const { time, dice } = this.#ports
    const limit = from.limitFor(to)
    const all = [...from.disk.events.values()].filter(({ author, seq }) => !limit || seq <= (limit.get(author) ?? 0))
    const mixed = dice.shuffled(all).map(({ bytes }) => bytes)
    for (let at = 0; at < mixed.length; at += POST_EVENTS_MAX)
      time.after(dice.between(10, 20_000), () => to.takeIn(undefined, mixed.slice(at, at + POST_EVENTS_MAX)))
  }

  /** Sends what others wrote on every link once more, in any order. */
  replay(from: Device): void {
    const events = this.dice.shuffled([...from.disk.events.values()]).slice(0, POST_EVENTS_MAX)
    for (const { ends } of this.#linksOf(from))
      for (const end of ends) {
        const limit = from.limitFor(end.them)
        const allowed = events.filter(({ author, seq }) => !limit || seq <= (limit.get(author) ?? 0))
        if (end.me === from) end.replay(allowed.map(({ bytes }) => bytes))
      }
  }

  #dialAgain(): void {
    const { time } = this.#ports
    this.#open = this.#open.filter(({ open }) => open)
    for (const device of this.#devices) this.#of.set(device, this.#linksOf(device))
    for (const device of this.#devices) this.#dial(device)
    time.after(DIAL_MILLIS, () => this.#dialAgain())
  }

  /** Its next neighbours in the ring of those whom it knows. */
  #dial(device: Device): void {
    if (!device.running || !device.replica) return
    const start = this.#devices.indexOf(device)
    const ring = [...this.#devices.slice(start + 1), ...this.#devices.slice(0, start)]
    let missing = this.links
    for (const other of ring.filter((each) => device.replica?.certificates.has(each.id) || knowsNobody(device, each))) {
      if (missing === 0) return
      if (!this.#canTalk(device, other)) continue
      missing -= 1
      if (this.#linksOf(device).some(({ ends }) => ends.some(({ me }) => me === other))) continue
      this.#link(device, other)
    }
  }

  #grown(device: Device, growth: Growth): void {
    for (const link of this.#linksOf(device)) for (const end of link.ends) if (end.me === device) end.grew(growth)
  }

  #link(device: Device, other: Device): void {
    const link = new Link(this.#ports, device, other)
    this.#open.push(link)
    this.all.push(link)
    for (const each of [device, other]) this.#of.set(each, [...this.#linksOf(each), link])
  }

  #linksOf(device: Device): readonly Link[] {
    return (this.#of.get(device) ?? []).filter(({ open }) => open)
  }

  #canTalk(one: Device, other: Device): boolean {
    if (one.hermit || other.hermit) return false
    return one.running && other.running && this.#sides.get(one) === this.#sides.get(other)
  }
}

/** A newcomer, who was told of the group and holds nothing of it: it tries everybody who is in. */
const knowsNobody = (device: Device, other: Device): boolean => device.replica?.certificates.size === 0 && other.isIn
