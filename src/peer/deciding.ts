import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import type { Answer } from '../view/calls.ts'
import type { Reading } from './reading.ts'
import { refusalOf } from './refusal.ts'
import type { RunningPeer } from './running.ts'

export type Decision = 'accepted' | 'ignored' | 'blocked'

/** What I decide about people. */
export type Deciding = {
  person(person: Hex, decision: Decision): Answer<null>
}

export const createDeciding = (peer: RunningPeer, reading: Reading): Deciding => ({
  person: async (person, decision) => {
    const room = await peer.rooms.with(person)
    const before = peer.standingOf(person)
    const changes = peer.people.decide(person, decision)
    if (changes.length === 0) return accept(null)
    const kept = await peer.keep(changes)
    if (!kept.ok) {
      peer.people.decide(person, before)
      return refuse(refusalOf(kept.refusal))
    }
    if (decision === 'blocked') peer.leave(person)
    else peer.acquaintances.reachFor(person)
    if (decision === 'accepted') {
      await room.conversation.join()
      peer.askAgain(person)
      reading.tell(room)
    }
    peer.screens.tellRoom(room)
    peer.screens.tellPerson(person)
    return accept(null)
  },
})
