import type { Hex } from '../core/bytes/hex.ts'
import type { Room } from './room.ts'
import type { RunningPeer } from './running.ts'

type Acquainted = Pick<RunningPeer, 'invitedBy' | 'people' | 'rooms' | 'standingOf'>

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
export const becomeFamiliar = ({ people, network }: Pick<RunningPeer, 'people' | 'network'>, room: Room): void => {
  if (room.person === undefined) return
  for (const { id } of people.devicesOf(room.person)) network.reconsider(id)
}
