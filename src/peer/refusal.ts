import type { Refusal } from '../view/calls.ts'
import type { SayRefusal } from './conversation.ts'

/** What the disk or the core refused, as callers are told. */
export const refusalOf = (refusal: SayRefusal): Refusal => {
  switch (refusal.kind) {
    case 'full':
      return { kind: 'disk-full' }
    case 'failed':
      return { kind: 'disk-failed', detail: refusal.detail }
    case 'not-a-member':
      return { kind: 'gone' }
    case 'not-met':
    case 'not-founded':
    case 'bad-slot-key':
      return { kind: 'not-met' }
  }
}
