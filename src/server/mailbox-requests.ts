import type { Hex } from '../core/bytes/hex.ts'
import { unreachable } from '../core/bytes/result.ts'
import { BLOB_BYTES_MAX } from '../core/mailbox/blob.ts'
import { openMessage } from '../core/mailbox/keys.ts'
import { READ_BYTES_MAX, type MailboxRequest } from '../core/rendezvous/mailbox-messages.ts'
import { take, wait } from './bucket.ts'
import { costOf } from './mailbox.ts'
import { forgetArrival, forgetArrivals, noteOwnPut } from './mailbox-arrivals.ts'
import {
  answer,
  begin,
  hasPlace,
  refuseIt,
  type Call,
  type JobOutcome,
  type MailboxEffect,
  type Visitor,
} from './mailbox-call.ts'
import {
  addressBucket,
  ADDRESS_RATE,
  HEEDLESS_MILLIS,
  LISTENERS_PER_MAILBOX_MAX,
  MAILBOX_RATE,
  OPENED_PER_PEER_MAX,
  REQUEST_COST_BYTES,
  SLOW_MILLIS,
  type MailboxDesk,
} from './mailbox-desk.ts'
import { answerJob } from './mailbox-outcomes.ts'
import { dropUpload, put, takePart } from './mailbox-uploads.ts'
import { draw, mayDraw } from './pool.ts'

/** A peer asks. `isFull`: it leaves unread what it was sent. */
export const ask = (call: Call, message: MailboxRequest, isFull: boolean): void => {
  const { mailboxes } = call.visitor
  if (message.kind === 'part') return takePart(call, message)
  const isInDebt = wait(mailboxes.budget, MAILBOX_RATE, call.now) > 0
  const millis = take(mailboxes.budget, MAILBOX_RATE, costOfRequest(message, isInDebt), call.now)
  if (isInDebt) {
    call.effects.push({ do: 'hold', peer: call.visitor.number, millis: HEEDLESS_MILLIS })
    return refuseIt(call, message.request, 'slow', millis)
  }
  if (message.kind === 'open') return open(call, message)
  if (!mailboxes.opened.has(message.mailbox)) return refuseIt(call, message.request, 'not-open')
  switch (message.kind) {
    case 'put':
      return put(call, message)
    case 'read': {
      const mayLeaveUnread = mayDraw(call.desk.unreadBytes, call.visitor.group, BLOB_BYTES_MAX)
      if (isFull || mailboxes.reading || !mayLeaveUnread || !hasPlace(call.visitor))
        return refuseIt(call, message.request, 'slow', SLOW_MILLIS)
      mailboxes.reading = true
      const job = begin(call, { kind: 'read', request: message.request, bytes: 0 })
      const bytesMax = Math.min(message.bytesMax, READ_BYTES_MAX)
      call.effects.push({ do: 'read', job, mailbox: message.mailbox, after: message.after, bytesMax })
      return
    }
    case 'listen':
      return listen(call, message)
    case 'trim': {
      if (!hasPlace(call.visitor)) return refuseIt(call, message.request, 'slow', SLOW_MILLIS)
      const job = begin(call, { kind: 'trim', request: message.request, bytes: 0 })
      call.effects.push({ do: 'trim', job, mailbox: message.mailbox, cursors: message.cursors })
      return
    }
    default:
      return unreachable(message)
  }
}

/** What was begun by `ask` is done. `visitor` is undefined when that peer has left meanwhile. */
export const settle = (
  call: Omit<Call, 'visitor'> & { readonly visitor: Visitor | undefined },
  number: number,
  outcome: JobOutcome,
): void => {
  const { desk, visitor, now, tally } = call
  const job = desk.jobs.get(number)
  if (!job) return
  desk.jobs.delete(number)
  draw(desk.pendingBytes, job.group, -job.bytes)
  if (job.kind === 'put') {
    if (outcome.kind === 'stored') {
      tally.stored += 1
      tally.storedBytes += job.bytes
      noteOwnPut(desk, job.mailbox, outcome.cursor, job.peer, now)
      // What was not kept was not taken up.
    } else take(addressBucket(desk, job.group, now), ADDRESS_RATE, -costOf(job.bytes), now)
  }
  if (!visitor) return
  visitor.mailboxes.jobs -= 1
  if (job.kind === 'read') visitor.mailboxes.reading = false
  answerJob({ ...call, visitor }, job, outcome)
}

/** A peer left: nothing of it stays, but for what is on its way to the disk. */
export const leave = (desk: MailboxDesk, visitor: Visitor, effects: MailboxEffect[]): void => {
  const { mailboxes, group } = visitor
  dropUpload(desk, visitor)
  for (const mailbox of mailboxes.listening) stopListening(desk, visitor, mailbox, effects)
  forgetArrivals(desk, visitor)
  draw(desk.opened, group, -mailboxes.opened.size)
  draw(desk.unreadBytes, group, -mailboxes.unreadBytes)
  mailboxes.unreadBytes = 0
}

const costOfRequest = (message: Exclude<MailboxRequest, { kind: 'part' }>, refused: boolean): number =>
  REQUEST_COST_BYTES[message.kind] + (message.kind !== 'put' ? 0 : refused ? message.part.length : message.size)

const open = (call: Call, { request, mailbox, signature }: Extract<MailboxRequest, { kind: 'open' }>): void => {
  const { desk, visitor, effects } = call
  const { opened, nonce } = visitor.mailboxes
  if (opened.has(mailbox)) return answer(call, { kind: 'done', request })
  if (opened.size >= OPENED_PER_PEER_MAX || !mayDraw(desk.opened, visitor.group, 1))
    return refuseIt(call, request, 'too-many')
  if (!hasPlace(visitor)) return refuseIt(call, request, 'slow', SLOW_MILLIS)
  const job = begin(call, { kind: 'open', mailbox, request, bytes: 0 })
  const message = openMessage(mailbox, { server: desk.server, nonce })
  // A copy: what was decoded is a view into a frame.
  effects.push({ do: 'verify', job, mailbox, message, signature: signature.slice() })
}

const listen = (call: Call, { request, mailbox, on }: Extract<MailboxRequest, { kind: 'listen' }>): void => {
  const { desk, visitor, effects } = call
  const { listening } = visitor.mailboxes
  if (!on && listening.has(mailbox)) stopListening(desk, visitor, mailbox, effects)
  if (!on) listening.delete(mailbox)
  else if (!listening.has(mailbox)) {
    const listeners = desk.listeners.get(mailbox) ?? new Map<number, string>()
    if (listeners.size >= LISTENERS_PER_MAILBOX_MAX) return refuseIt(call, request, 'too-many')
    if (listeners.size === 0) effects.push({ do: 'watch', mailbox, on: true })
    desk.listeners.set(mailbox, listeners.set(visitor.number, visitor.group))
    listening.add(mailbox)
  }
  answer(call, { kind: 'done', request })
}

const stopListening = (desk: MailboxDesk, visitor: Visitor, mailbox: Hex, effects: MailboxEffect[]): void => {
  forgetArrival(desk, visitor, mailbox)
  const listeners = desk.listeners.get(mailbox)
  listeners?.delete(visitor.number)
  if (listeners?.size !== 0) return
  desk.listeners.delete(mailbox)
  desk.arrivals.fresh.delete(mailbox)
  effects.push({ do: 'watch', mailbox, on: false })
}
