import type { Hex } from '../core/bytes/hex.ts'
import type { Cursor, MailboxAnswer, Reason } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import type { Page } from './mailbox.ts'
import { JOBS_PER_PEER_MAX, type Job, type MailboxDesk, type PeerMailboxes } from './mailbox-desk.ts'
import type { MailboxTally } from './tally.ts'

/** A peer as far as mailboxes are concerned. */
export type Visitor = { readonly number: number; readonly group: string; readonly mailboxes: PeerMailboxes }

/** What is to be done for a request; then `settle` with the outcome, unless nothing comes of it. */
export type MailboxEffect =
  | { readonly do: 'answer'; readonly peer: number; readonly answer: MailboxAnswer }
  | { readonly do: 'hold'; readonly peer: number; readonly millis: Millis }
  | {
      readonly do: 'verify'
      readonly job: number
      readonly mailbox: Hex
      readonly message: Uint8Array
      readonly signature: Uint8Array
    }
  | { readonly do: 'put'; readonly job: number; readonly mailbox: Hex; readonly blob: Uint8Array }
  | {
      readonly do: 'read'
      readonly job: number
      readonly mailbox: Hex
      readonly after: Cursor
      readonly bytesMax: number
    }
  | { readonly do: 'trim'; readonly job: number; readonly mailbox: Hex; readonly cursors: readonly Cursor[] }
  | { readonly do: 'watch'; readonly mailbox: Hex; readonly on: boolean }

/** What became of a job. `failed`: the disk does not work, and the server goes on. */
export type JobOutcome =
  | { readonly kind: 'verified'; readonly valid: boolean }
  | { readonly kind: 'stored'; readonly cursor: Cursor }
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'trimmed' }
  | { readonly kind: 'full-mailbox' | 'full-server' | 'failed' }

/** The longest that a hint asks anybody to wait. */
const HINT_MILLIS_MAX = 24 * 60 * 60 * 1000

/** What a request is dealt with in. */
export type Call = {
  readonly desk: MailboxDesk
  readonly visitor: Visitor
  readonly tally: MailboxTally
  readonly now: Millis
  readonly effects: MailboxEffect[]
}

type Begun = Job extends infer Each ? (Each extends Job ? Omit<Each, 'peer' | 'group'> : never) : never

/** The number of a job that is under way from now on. */
export const begin = ({ desk, visitor }: Call, job: Begun): number => {
  const number = (desk.jobNumber += 1)
  desk.jobs.set(number, { ...job, peer: visitor.number, group: visitor.group })
  visitor.mailboxes.jobs += 1
  return number
}

export const hasPlace = ({ mailboxes }: Visitor): boolean => mailboxes.jobs < JOBS_PER_PEER_MAX

export const answer = ({ effects, visitor }: Call, message: MailboxAnswer): void => {
  effects.push({ do: 'answer', peer: visitor.number, answer: message })
}

/** `millis`: when trying again makes sense. */
export const refuseIt = (call: Call, request: number, because: Reason, millis?: Millis): void => {
  call.tally.refused[because] += 1
  const hint = millis === undefined ? undefined : Math.min(Math.ceil(millis), HINT_MILLIS_MAX)
  answer(call, { kind: 'refused', request, because, ...(hint !== undefined && { millis: hint }) })
}
