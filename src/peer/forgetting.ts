import { accept, refuse } from '../core/bytes/result.ts'
import type { Answer } from '../view/calls.ts'
import { toldPrefix } from './bringing.ts'
import type { Changing } from './groups/changing.ts'
import { introducedKey } from './introduced.ts'
import type { RecordDrop } from './record.ts'
import { refusalOf } from './refusal.ts'
import type { Room } from './room.ts'
import type { RunningPeer } from './running.ts'

/**
 * Deletes what was said in a conversation from this device. Its events stay as they were signed and sealed, without what
 * they say: so nobody has to send them again, and nothing that was deleted comes back.
 */
export const createForgetting =
  (peer: RunningPeer, changing: Changing) =>
  async (room: Room): Answer<null> => {
    if (room.introduced && room.takesPart) {
      const left = await changing.operate(room, { kind: 'leave' })
      if (!left.ok) return left
    }
    const { id } = room.conversation
    const told = await peer.store.records('conversation', toldPrefix(id))
    const dropped = told.map(({ key }): RecordDrop => ({ drop: 'record', space: 'conversation', key }))
    // A group of which nothing ever came here is as if it had never been mentioned.
    const isBare = room.introduced !== undefined && !room.founded
    if (isBare) dropped.push({ drop: 'record', space: 'conversation', key: introducedKey(id) })
    const kept = await room.conversation.forget([...room.forgetChanges(), ...dropped])
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    const people = room.people
    room.forget()
    if (isBare) peer.rooms.forget(id)
    peer.forgot(room)
    for (const person of people) peer.screens.tellPerson(person)
    return accept(null)
  }
