import type { Hex } from '../core/bytes/hex.ts'
import type { Standing } from '../view/view.ts'
import type { Network } from './network/port.ts'
import type { People } from './people.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'

/** What is known of others. */
type Acquainted = {
  /** Devices whose invitation was accepted here. */
  readonly invitedBy: ReadonlySet<Hex>
  readonly people: People
  readonly rooms: Rooms
  standingOf(person: Hex): Standing
}

/**
 * Who may learn where this device is: a contact, somebody to whom I speak, who is in a group with me, or whose invitation I
 * accepted.
 */
export const isFamiliar = (peer: Acquainted, device: Hex): boolean => {
  const person = peer.people.personOf(device)
  if (peer.invitedBy.has(device)) return true
  if (person === undefined) return false
  const standing = peer.standingOf(person)
  if (standing !== 'new') return standing === 'accepted'
  return peer.rooms.of(person)?.takesPart === true || peer.rooms.hasCompanion(person)
}

/** To speak to somebody is to let them know where one is. */
export const becomeFamiliar = (
  { people, network }: { readonly people: People; readonly network: Network },
  room: Room,
): void => {
  if (room.person === undefined) return
  for (const { id } of people.devicesOf(room.person)) network.reconsider(id)
}
