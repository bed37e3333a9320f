import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import type { Answer } from '../view/calls.ts'
import type { Arriving } from './groups/arriving.ts'
import { introducedChange } from './introduced.ts'
import type { Reading } from './reading.ts'
import { refusalOf } from './refusal.ts'
import type { Room } from './room.ts'
import type { RunningPeer } from './running.ts'

export type Decision = 'accepted' | 'ignored' | 'blocked'

/** What I decide about people. */
export type Deciding = {
  person(person: Hex, decision: Decision): Answer<null>
  /** About a group that somebody added me to. */
  group(room: Room, decision: Decision): Answer<null>
}

export const createDeciding = (
  peer: RunningPeer,
  { reading, arriving }: { readonly reading: Reading; readonly arriving: Arriving },
): Deciding => ({
  person: async (person, decision) => {
    const before = peer.standingOf(person)
    const changes = peer.people.decide(person, decision)
    if (changes.length === 0) return accept(null)
    const kept = await peer.keep(changes)
    if (!kept.ok) {
      peer.people.decide(person, before)
      return refuse(refusalOf(kept.refusal))
    }
    const room = await peer.rooms.with(person)
    if (decision === 'blocked') peer.leave(person)
    if (decision === 'accepted') {
      peer.acquaintances.reachFor(person)
      await room.conversation.join()
      peer.askAgain(person)
      reading.tell(room)
    }
    peer.decided(room)
    peer.screens.tellRoom(room)
    peer.screens.tellPerson(person)
    return accept(null)
  },

  group: async (room, decision) => {
    const { introduced } = room
    if (!introduced || introduced.standing === decision) return accept(null)
    const decided = { ...introduced, standing: decision }
    const kept = await peer.keep([introducedChange(decided)])
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    await peer.rooms.group(decided)
    if (decision === 'accepted') {
      await arriving.open(room)
      reading.tell(room)
    } else peer.sharing.hush(room)
    peer.decided(room)
    peer.screens.tellRoom(room)
    return accept(null)
  },
})
