import { accept, refuse } from '../../core/bytes/result.ts'
import type { Answer, Calls } from '../../view/calls.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'
import { done, messageOf, roomOf } from './asked.ts'
import { deliveryTo } from '../delivery.ts'

/** Calls about a conversation as it lies here: where its messages are, whether it is heard, and its end. */
export const lastingCalls = (
  peer: RunningPeer,
  { forget }: { readonly forget: (room: Room) => Answer<null> },
): Pick<Calls, 'delivery' | 'mute' | 'forget'> => ({
  delivery: async ({ conversation, line }) => {
    const room = roomOf(peer, conversation)
    if (!room.ok) return room
    const message = await messageOf(peer, room.value, line)
    if (!message.ok) return message
    if (message.value.author !== room.value.conversation.replica.me.device) return refuse({ kind: 'not-yours' })
    const sealedUpTo = peer.sealing.sealedUpTo(conversation)
    return accept(deliveryTo(room.value.conversation, { seq: message.value.seq, sealedUpTo }))
  },

  mute: async ({ conversation, on }) => {
    const room = roomOf(peer, conversation)
    if (!room.ok) return room
    const kept = await peer.keep([room.value.muteChange(on)])
    if (kept.ok) room.value.muted = on
    peer.screens.tellRoom(room.value)
    return done(kept)
  },

  forget: async ({ conversation }) => {
    const room = roomOf(peer, conversation)
    return room.ok ? forget(room.value) : room
  },
})
