import { unreachable } from '../../core/bytes/result.ts'
import { BLOB_BYTES_MAX } from '../../core/mailbox/blob.ts'
import type { MailboxAnswer } from '../../core/rendezvous/mailbox-messages.ts'
import type { MailboxRefusal } from './port.ts'

/** When to try again where a server names no time. */
const RETRY_MILLIS = 1_000
const RETRY_ADDRESS_MILLIS = 60 * 60 * 1000

/** What a server's refusal means to whoever asked. */
export const refusalOf = ({
  because,
  millis,
}: Extract<MailboxAnswer, { readonly kind: 'refused' }>): MailboxRefusal => {
  switch (because) {
    case 'full-mailbox':
    case 'full-server':
    case 'too-many':
    case 'off':
      return { kind: because }
    case 'full-address':
      return { kind: 'full-address', millis: millis ?? RETRY_ADDRESS_MILLIS }
    case 'too-large':
      return { kind: 'too-large', limit: BLOB_BYTES_MAX }
    // The parts took the server too long.
    case 'unfinished':
    case 'slow':
      return { kind: 'slow', millis: millis ?? RETRY_MILLIS }
    case 'not-open':
    case 'other':
      return { kind: 'bad-answer', detail: because }
    default:
      return unreachable(because)
  }
}
