import type { LineView } from '../../view/view.ts'

/** What the composer is about: a new message, an answer to one, or a change of one of mine. */
export type Intent =
  | { readonly kind: 'say' }
  | { readonly kind: 'reply'; readonly to: LineView & { kind: 'message' } }
  | { readonly kind: 'edit'; readonly line: LineView & { kind: 'message' } }
