import type { Hex } from '../core/bytes/hex.ts'
import type { StatusView } from '../view/view.ts'

/** What is known of the messages that lie on a server for who is away. */
export type Sealing = {
  /** All that this device wrote in a conversation up to this sequence lies there, or was taken away as everybody had it. */
  sealedUpTo(conversation: Hex): number
  /** What people call that server; undefined while nothing of the conversation lies anywhere. */
  sealedAt(conversation: Hex): string | undefined
  failure(): StatusView['mailboxFailure']
}

export const NOTHING_SEALED: Sealing = {
  sealedUpTo: () => 0,
  sealedAt: () => undefined,
  failure: () => undefined,
}
