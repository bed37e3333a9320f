import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import { READ_AUTHORS_MAX } from '../core/timeline/content.ts'
import type { Answer } from '../view/calls.ts'
import type { Order } from '../view/view.ts'
import { refusalOf } from './refusal.ts'
import type { RunningPeer } from './running.ts'
import type { Room } from './room.ts'

/** Read marks go out at most this often for one conversation: reading along must not double what is sent. */
export const READ_MARK_MILLIS = 500
/** In a group everybody marks, for everybody: the more there are, the less often. */
export const READ_MARK_GROUP_MILLIS = 2_000
/** How far back the newest message of somebody else is looked for. */
const LOOKED_BACK_LINES = 100

export type Reading = {
  read(room: Room, upTo: Order): Answer<null>
  /** Tells what was read of a conversation while it was a request. */
  tell(room: Room): void
}

/** Remembers what was read here, and tells the others if that is wanted. */
export const createReading = (peer: RunningPeer): Reading => {
  const pending = new Map<Hex, Order>()

  const mark = async (room: Room, place: Order): Promise<void> => {
    const { conversation } = room
    const isOpen = room.takesPart && conversation.replica.joined && peer.rooms.standing(room) === 'accepted'
    if (!isOpen || !peer.settings.readMarkers) return
    const own = conversation.replica.me.device
    // Lines before the place just behind it: it included.
    const before = { ...place, seq: place.seq + 1 }
    const lines = await peer.store.lines({ conversation: conversation.id, before, limit: LOOKED_BACK_LINES })
    const newest = new Map<Hex, number>()
    for (const line of lines)
      if (line.author !== own && line.counts) newest.set(line.author, Math.max(line.seq, newest.get(line.author) ?? 0))
    const upTo = [...newest].slice(-READ_AUTHORS_MAX)
    if (upTo.length > 0) await conversation.say({ kind: 'read', upTo }, { speech: false })
  }

  const soon = (room: Room, upTo: Order): void => {
    const isWaiting = pending.has(room.conversation.id)
    pending.set(room.conversation.id, upTo)
    if (!isWaiting) send(room)
  }

  const send = (room: Room): void => {
    const upTo = pending.get(room.conversation.id)
    if (!upTo || peer.closed) return
    void mark(room, upTo)
    peer.scheduler.after(room.introduced ? READ_MARK_GROUP_MILLIS : READ_MARK_MILLIS, () => {
      const isDone = pending.get(room.conversation.id) === upTo
      if (isDone) pending.delete(room.conversation.id)
      else send(room)
    })
  }

  return {
    read: async (room, upTo) => {
      const change = room.readChange(upTo)
      const late = room.late.reading()
      if (!change && late.changes.length === 0) return accept(null)
      const kept = await peer.keep([...(change ? [change] : []), ...late.changes])
      if (!kept.ok) return refuse(refusalOf(kept.refusal))
      if (change) room.readUpTo = upTo
      late.read()
      await room.count(peer.store)
      peer.screens.tellRoom(room)
      soon(room, upTo)
      return accept(null)
    },
    tell: (room) => {
      // A place of its own: one that waits already was turned away, and would pass for this one.
      if (room.readUpTo) soon(room, { ...room.readUpTo })
    },
  }
}
