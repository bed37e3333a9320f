import type { Refusal } from '../view/calls.ts'
import type { SayRefusal } from './scribe.ts'

/** What the disk or the core refused, as callers are told. */
export const refusalOf = (refusal: SayRefusal): Refusal => {
  switch (refusal.kind) {
    case 'full':
      return { kind: 'disk-full' }
    case 'failed':
      return { kind: 'disk-failed', detail: refusal.detail }
    case 'not-met':
    case 'not-founded':
    case 'bad-slot-key':
      return { kind: 'not-met' }
    case 'not-a-member':
      return { kind: 'gone' }
    case 'restoring':
      return { kind: 'restoring', name: null }
    case 'not-admin':
      return refusal
    case 'not-a-group':
    case 'message-deleted':
      return refusal
    case 'too-many':
      return { kind: 'group-full', limit: refusal.limit }
    case 'no-such-invitation':
    case 'invitation-expired':
      return { kind: 'unknown-invitation' }
    // Whoever calls has looked at these before: they were taken away or came in meanwhile.
    case 'no-such-person':
    case 'no-such-device':
    case 'not-theirs':
    case 'bad-operation':
    case 'no-change':
      return { kind: 'unknown-conversation' }
  }
}
