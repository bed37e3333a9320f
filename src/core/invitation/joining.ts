import type { Hex } from '../bytes/hex.ts'
import { unreachable } from '../bytes/result.ts'
import type { Outcome } from './judgement.ts'

/** How far an invitation that I accepted got. */
export type Joining =
  /** Nobody who could let me in has answered. */
  | { readonly at: 'waiting' }
  | { readonly at: 'in'; readonly conversation: Hex }
  | { readonly at: 'refused'; readonly because: Exclude<Outcome, 'let-in'> }

export type JoiningInput =
  /** Let in, and the introduction led into this conversation. */
  | { readonly kind: 'entered'; readonly conversation: Hex }
  | { readonly kind: 'refused'; readonly because: Exclude<Outcome, 'let-in'> }
  /** The group's events show that others came by the same use before me. */
  | { readonly kind: 'crowded-out' }
  | { readonly kind: 'clock'; readonly now: number }

/** How long after the end of an invitation an answer may still be on its way. */
export const ANSWER_MILLIS_MAX = 24 * 60 * 60 * 1000

/**
 * The next state. To be let in wins over every refusal, whichever came first: anybody who holds the link can say no, and
 * nobody can make a yes. Two people who use up an invitation at once both hear yes; the group's events then show who is
 * in, and the other one is told that it was used.
 */
export const stepJoining = (joining: Joining, input: JoiningInput, link: { readonly expires: number }): Joining => {
  switch (input.kind) {
    case 'entered':
      return joining.at === 'in' ? joining : { at: 'in', conversation: input.conversation }
    case 'refused':
      return joining.at === 'waiting' ? { at: 'refused', because: input.because } : joining
    case 'crowded-out':
      return joining.at === 'in' ? { at: 'refused', because: 'used' } : joining
    case 'clock':
      return joining.at === 'waiting' && input.now >= link.expires + ANSWER_MILLIS_MAX
        ? { at: 'refused', because: 'expired' }
        : joining
    default:
      return unreachable(input)
  }
}
