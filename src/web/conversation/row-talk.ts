import type { Presence } from '../../view/view.ts'

/** What all rows of a conversation have in common. Its parts change rarely: rows are drawn anew when they do. */
export type RowTalk = {
  readonly conversation: string
  readonly kind: 'direct' | 'group'
  /** Whom my messages are for: the other person, or everybody. */
  readonly name: string
  /** The other person's, where there are two. */
  readonly presence: Presence | undefined
  /** The server on which messages lie for who is away. */
  readonly server: string | undefined
}
