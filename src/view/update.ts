import type { InvitationView, JoiningView } from './invitation-view.ts'
import type { PersonView, ConversationView, LineView, StatusView } from './view.ts'

/** What changed, in order. The stream opens with one `snapshot`; everything after it builds on it. */
export type Update =
  | {
      readonly kind: 'snapshot'
      readonly status: StatusView
      readonly people: readonly PersonView[]
      readonly conversations: readonly ConversationView[]
      readonly invitations: readonly InvitationView[]
      readonly joinings: readonly JoiningView[]
    }
  | { readonly kind: 'status'; readonly status: StatusView }
  | { readonly kind: 'person'; readonly person: PersonView }
  /** A person who is no longer found anywhere and with whom there is no conversation. */
  | { readonly kind: 'person-gone'; readonly person: string }
  | { readonly kind: 'conversation'; readonly conversation: ConversationView }
  /** It was deleted here. */
  | { readonly kind: 'conversation-gone'; readonly conversation: string }
  /** Who is in this group, or as what, has changed: ask `members` again. */
  | { readonly kind: 'members'; readonly conversation: string }
  | { readonly kind: 'invitation'; readonly invitation: InvitationView }
  | { readonly kind: 'joining'; readonly joining: JoiningView }
  | { readonly kind: 'joining-gone'; readonly joining: string }
  | LineUpdate
  /** They are typing now; holds for six seconds unless repeated, ends at once with their message. */
  | { readonly kind: 'typing'; readonly conversation: string; readonly person: string }
  /** This subscriber was too slow and lost updates: drop everything and take the next snapshot. */
  | { readonly kind: 'lagged' }

export type LineUpdate =
  /** `came` when it is new to this device; otherwise it was here, and something about it may have changed. */
  | { readonly kind: 'line'; readonly conversation: string; readonly line: LineView; readonly came?: true }
  /** A line that no longer stands: a gap that was filled. */
  | { readonly kind: 'line-gone'; readonly conversation: string; readonly line: string }

export const isOfLine = (update: Update): update is LineUpdate => update.kind === 'line' || update.kind === 'line-gone'
