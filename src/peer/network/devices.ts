import type { Hex } from '../../core/bytes/hex.ts'
import type { Input } from '../../core/reach/state.ts'
import type { Millis } from '../../view/view.ts'
import type { Device } from './device.ts'

/** Devices that nobody wants and about which something is kept nevertheless (what they may still cause). */
export const STRANGERS_MAX = 512
/** Strangers who connected by themselves and are linked. */
export const STRANGERS_LINKED_MAX = 64
/** How long such a link is left alone when others want its place. */
export const STRANGER_TURN_MILLIS = 30_000

/** All devices that something is known of: those that are wanted, and a bounded number of others. */
export type Devices = {
  get(device: Hex): Device | undefined
  /** Somebody the peer asked for. */
  wanted(device: Hex): Device
  /** Somebody unasked; undefined when there are too many of these already. */
  stranger(device: Hex): Device | undefined
  /** Whether there is a place for the link of a stranger; the one who had a place for longest may lose it for this. */
  makePlace(): boolean
  tellAll(input: Input): void
  all(): Iterable<Device>
  ids(): Iterable<Hex>
}

/** `hasPlace`: whether this stranger is linked for being near, and needs none of the places here. */
export const createDevices = (
  create: (device: Hex) => Device,
  hasPlace: (device: Hex) => boolean,
  now: () => Millis,
): Devices => {
  const devices = new Map<Hex, Device>()

  const add = (device: Hex): Device => {
    const made = create(device)
    devices.set(device, made)
    return made
  }

  const countStrangers = (): number => {
    let count = 0
    for (const each of devices.values()) if (!each.wanted) count += 1
    return count
  }

  const forgetSome = (): void => {
    for (const [device, each] of devices)
      if (each.isForgettable(now())) {
        each.close()
        devices.delete(device)
      }
  }

  return {
    get: (device) => devices.get(device),
    wanted: (device) => devices.get(device) ?? add(device),
    stranger: (device) => {
      const known = devices.get(device)
      if (known) return known
      if (countStrangers() >= STRANGERS_MAX) forgetSome()
      return countStrangers() < STRANGERS_MAX ? add(device) : undefined
    },
    makePlace: () => {
      const linked = [...devices].filter(([device, each]) => !each.wanted && each.linked && !hasPlace(device))
      if (linked.length < STRANGERS_LINKED_MAX) return true
      const sinces = linked.map(([, each]) => ({ each, since: each.reach().link?.since ?? Infinity }))
      const oldest = sinces.reduce((first, one) => (one.since < first.since ? one : first))
      if (now() - oldest.since < STRANGER_TURN_MILLIS) return false
      oldest.each.take({ kind: 'release' })
      return true
    },
    tellAll: (input) => {
      for (const each of devices.values()) each.take(input)
    },
    all: () => devices.values(),
    ids: () => devices.keys(),
  }
}
