import { decode } from '../../core/bytes/cbor.ts'
import type { Hex } from '../../core/bytes/hex.ts'
import { membershipNow } from '../../core/group/replica.ts'
import { promiseOf } from '../promise.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'
import type { Arriving } from './arriving.ts'
import { shareHistory } from './history.ts'
import { introduce, owedIn, paidChange } from './introducing.ts'
import type { Groups } from './port.ts'
import { type InvitationSecrets } from './secrets.ts'
import { tellSecrets } from './telling-secrets.ts'

/** The groups of this peer, as they go on by themselves. */
export const createGroups = (
  peer: RunningPeer,
  { arriving, secrets }: { readonly arriving: Arriving; readonly secrets: InvitationSecrets },
): Groups => {
  /** Those who were admins when it was looked at last. */
  const admins = new Map<Hex, ReadonlySet<Hex>>()

  /** Whether somebody became an admin by a word of this device since this was asked last. */
  const hasNewAdmin = (room: Room): boolean => {
    const { id, replica } = room.conversation
    const before = admins.get(id)
    const now = membershipNow(replica).admins
    admins.set(id, new Set(now.keys()))
    const me = replica.me.device
    return before !== undefined && [...now].some(([person, { author }]) => !before.has(person) && author === me)
  }

  /** Whom somebody here let in just before the end may not know of it yet. */
  const introduceOwed = async (): Promise<void> => {
    for (const { conversation, person, value } of await owedIn(peer)) {
      const room = peer.rooms.get(conversation)
      const isIn = room !== undefined && membershipNow(room.conversation.replica).roles.has(person)
      if (!room || !isIn) await peer.keep([paidChange(conversation, person)])
      else if ((await introduce(peer, room, person)).ok)
        await shareHistory(peer, room, { person, history: promiseOf(daysIn(value)) })
    }
  }

  return {
    begin: async () => {
      for (const room of peer.rooms.groups()) {
        hasNewAdmin(room)
        await arriving.open(room)
        await room.conversation.reveal()
        void arriving.settleIn(room)
      }
      // It may have to wait for what others say first.
      void introduceOwed()
    },

    introduced: (by, introduction) => arriving.introduced(by, introduction),

    told: async (conversation) => {
      await peer.rooms.get(conversation)?.conversation.reveal()
    },

    invited: (secret) => secrets.add(secret),

    kept: (room, { isRegrouped }) => {
      if (isRegrouped) peer.screens.tellMembers(room)
      if (isRegrouped && hasNewAdmin(room)) void tellSecrets(room, secrets, peer.scheduler.now())
      if (!room.conversation.replica.joined || isRegrouped || room.introduced?.by !== null) void arriving.settleIn(room)
    },
  }
}

const daysIn = (value: Uint8Array): number | null => {
  const decoded = decode(value)
  return decoded.ok && typeof decoded.value === 'number' ? decoded.value : null
}
