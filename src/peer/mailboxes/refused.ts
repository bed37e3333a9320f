import { unreachable } from '../../core/bytes/result.ts'
import type { StatusView } from '../../view/view.ts'
import type { MailboxRefusal } from '../network/port.ts'

const FULL_MILLIS = 10 * 60 * 1000
const BUSY_MILLIS = 500
const BROKEN_MILLIS = 60 * 1000
const MILLIS_MAX = 60 * 60 * 1000

/** After how long to try again; undefined: when there is a server again. */
export const delayAfter = (refusal: MailboxRefusal): number | undefined => {
  switch (refusal.kind) {
    case 'no-server':
    case 'off':
      return undefined
    case 'full-mailbox':
    case 'full-server':
    case 'too-large':
    case 'too-many':
      return FULL_MILLIS
    case 'full-address':
    case 'slow':
      return Math.min(MILLIS_MAX, Math.max(BUSY_MILLIS, refusal.millis))
    case 'busy':
      return BUSY_MILLIS
    case 'bad-answer':
      return BROKEN_MILLIS
    default:
      return unreachable(refusal)
  }
}

/** What the sender's screen shows; undefined for what is no failure, or is over in a moment. */
export const failureOf = (refusal: MailboxRefusal, server: string): StatusView['mailboxFailure'] => {
  switch (refusal.kind) {
    case 'no-server':
    case 'off':
    case 'busy':
      return undefined
    case 'full-mailbox':
    case 'full-address':
    case 'full-server':
      return { kind: 'full', server }
    case 'slow':
      return { kind: 'slow', server }
    case 'too-large':
    case 'too-many':
    case 'bad-answer':
      return { kind: 'other', server }
    default:
      return unreachable(refusal)
  }
}
