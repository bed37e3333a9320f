import type { Hex } from '../../core/bytes/hex.ts'
import type { Introduction } from '../../core/timeline/content.ts'
import type { Kept } from '../batches.ts'
import type { Room } from '../room.ts'
import type { Secret } from './secrets.ts'

/** What the groups of a peer want to know of what is going on. */
export type Groups = {
  /** Brings to an end what a crash may have cut off. */
  begin(): Promise<void>
  /** Somebody brought me into a group; it is on disk. */
  introduced(by: Hex, introduction: Introduction): Promise<void>
  /** Somebody told what was said before in this group; it is on disk. */
  told(conversation: Hex): Promise<void>
  /** The secret of an invitation was said in a group; it is on disk. */
  invited(secret: Secret): void
  /** Something was kept in a group. */
  kept(room: Room, kept: Kept): void
}
