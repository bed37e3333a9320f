import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { readLine } from '../../core/timeline/line.ts'
import type { StoredLine } from '../../store/port.ts'
import type { Refusal } from '../../view/calls.ts'
import type { SayRefusal } from '../scribe.ts'
import type { Person } from '../people-records.ts'
import { refusalOf } from '../refusal.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'

/** What a call is about, or why there is no such thing. */
export const roomOf = (peer: RunningPeer, conversation: Hex): Result<Room, Refusal> => {
  const room = peer.rooms.get(conversation)
  return room ? accept(room) : refuse({ kind: 'unknown-conversation' })
}

export const personOf = (peer: RunningPeer, person: Hex): Result<Person, Refusal> => {
  const known = person === peer.me ? undefined : peer.people.person(person)
  return known ? accept(known) : refuse({ kind: 'unknown-person', who: person })
}

/** A message that can be changed, reacted to, or asked about. */
export const messageOf = async (peer: RunningPeer, room: Room, line: string): Promise<Result<StoredLine, Refusal>> => {
  const found = await peer.store.line(room.conversation.id, line)
  return found && readLine(found.bytes)?.kind === 'text' ? accept(found) : refuse({ kind: 'unknown-line' })
}

/** The answer to something that was to be written down. */
export const done = (kept: Result<unknown, SayRefusal>): Result<null, Refusal> =>
  kept.ok ? accept(null) : refuse(refusalOf(kept.refusal))
