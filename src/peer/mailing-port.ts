import type { Hex } from '../core/bytes/hex.ts'
import type { Kept } from './batches.ts'
import type { InvitationMailboxes } from './invitations/port.ts'
import type { Room } from './room.ts'
import type { Sealing } from './sealing.ts'

/** What a peer does with the mailboxes of its server. */
export type Mailing = Sealing & {
  readonly invitations: InvitationMailboxes
  kept(room: Room, kept: Kept): void
  /** What was decided about a conversation has changed: what was not taken in may be now. */
  decided(conversation: Hex): void
  forget(conversation: Hex): void
  serverChanged(): void
  begin(): void
  close(): void
}
