import type { Crypto } from '../../../src/core/crypto/port.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { membershipNow } from '../../../src/core/group/replica.ts'
import { deliverAll } from './agreement.ts'
import { addition, createDevice, createPerson, type Device } from './device.ts'

/** A group of Alice's, in which these are members, or admins, in this order; everybody has heard everything. */
export const createParty = async (
  crypto: Crypto,
  input: { readonly admins?: readonly string[]; readonly members?: readonly string[] },
): Promise<Party> => {
  const { admins = [], members = [] } = input
  const alice = await createDevice(crypto, await createPerson(crypto, 'Alice'))
  const devices = [alice]
  await alice.foundsGroup()
  for (const name of [...admins, ...members]) {
    const device = await createDevice(crypto, await createPerson(crypto, name))
    await alice.operates(addition([device], admins.includes(name) ? 'admin' : 'member'))
    devices.push(device.watches(alice))
  }
  const party = new Party(devices)
  await party.everybodyHears()
  for (const device of devices.slice(1)) await device.joins()
  await party.everybodyHears()
  return party
}

/** Devices that share a group, by the order in which they came. */
export class Party {
  readonly devices: readonly Device[]

  constructor(devices: readonly Device[]) {
    this.devices = devices
  }

  get events(): readonly SignedEvent[] {
    return this.devices.flatMap(({ wrote }) => wrote)
  }

  /** What became of everything that each had not heard. */
  async everybodyHears(devices: readonly Device[] = this.devices): Promise<void> {
    for (const device of devices) await hearsAll(device, this.devices)
  }

  with(...devices: readonly Device[]): Party {
    return new Party([...this.devices, ...devices])
  }
}

/** Everything that these wrote and that it has not heard; what became of each. */
export const hearsAll = async (device: Device, from: readonly Device[]): Promise<readonly string[]> => {
  const events = from.flatMap(({ wrote }) => wrote).filter(({ id }) => !device.held.has(id))
  return [...(await deliverAll(device, events)).values()]
}

/** Who is in according to a device, by name, admins with a star. */
export const namesIn = (device: Device, devices: readonly Device[]): string => {
  const { roles } = membershipNow(device.replica)
  const nameOf = (person: string): string => devices.find(({ me }) => me.person === person)?.name ?? '?'
  return [...roles].map(([person, role]) => nameOf(person) + (role === 'admin' ? '*' : '')).join(' ')
}
