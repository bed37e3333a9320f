import { membershipNow } from '../../core/group/replica.ts'
import type { Room } from '../room.ts'
import type { InvitationSecrets } from './secrets.ts'

/** Open invitations that one who became an admin is told of; older ones can be told by others, or revoked. */
const TOLD_AGAIN_MAX = 32

/** Says the secrets of the open invitations once more: somebody who came later is an admin now, and can let people in. */
export const tellSecrets = async (room: Room, secrets: InvitationSecrets, now: number): Promise<void> => {
  const open = [...membershipNow(room.conversation.replica).invitations].filter(
    ([, { expiry, uses, used }]) => now < expiry && used.length < uses,
  )
  for (const [id] of open.slice(-TOLD_AGAIN_MAX)) {
    const secret = secrets.of(id)
    if (secret) await room.conversation.say({ kind: 'invitation', ...secret }, { speech: false })
  }
}
