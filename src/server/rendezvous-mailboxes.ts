import type { MailboxRequest } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import { take } from './bucket.ts'
import { say, type Effect } from './effect.ts'
import { arrivalsDue, pauseArrivals, resumeArrivals, takeArrivals } from './mailbox-arrivals.ts'
import type { JobOutcome, MailboxEffect } from './mailbox-call.ts'
import { UPLOAD_MILLIS_MAX, type PeerMailboxes } from './mailbox-desk.ts'
import { ask, leave, settle } from './mailbox-requests.ts'
import { endUploads } from './mailbox-uploads.ts'
import { draw } from './pool.ts'
import { MESSAGE_COST, MESSAGE_RATE, type Peer, type Rendezvous } from './rendezvous-state.ts'

type Visitor = Peer & { readonly mailboxes: PeerMailboxes }

const visitorOf = (peer: Peer | undefined): Visitor | undefined => (peer?.mailboxes ? (peer as Visitor) : undefined)

/** A peer asks for something of a mailbox. */
export const askMailboxes = (
  state: Rendezvous,
  peer: Peer,
  message: MailboxRequest,
  now: Millis,
  effects: Effect[],
): void => {
  const [desk, visitor] = [state.mailboxes, visitorOf(peer)]
  if (!desk || !visitor) {
    take(peer.budget, MESSAGE_RATE, MESSAGE_COST.newer, now)
    return say(peer, { kind: 'refused', request: message.request, because: 'off' }, effects)
  }
  const done: MailboxEffect[] = []
  const call = { desk, visitor, tally: state.tally.mailboxes, now, effects: done }
  ask(call, message, state.full.has(peer.number))
  carryOver(state, done, effects)
}

/** What became of a job is known. */
export const settled = (
  state: Rendezvous,
  { job, outcome }: { readonly job: number; readonly outcome: JobOutcome },
  now: Millis,
  effects: Effect[],
): void => {
  const desk = state.mailboxes
  if (!desk) return
  const visitor = visitorOf(state.peers.get(desk.jobs.get(job)?.peer ?? 0))
  const done: MailboxEffect[] = []
  settle({ desk, visitor, tally: state.tally.mailboxes, now, effects: done }, job, outcome)
  carryOver(state, done, effects)
}

const carryOver = (state: Rendezvous, done: readonly MailboxEffect[], effects: Effect[]): void => {
  for (const each of done) {
    if (each.do === 'answer') {
      const peer = state.peers.get(each.peer)
      if (peer) say(peer, each.answer, effects)
    } else if (each.do === 'hold') {
      state.tally.held += 1
      effects.push({ kind: 'hold', peer: each.peer, millis: each.millis })
    } else effects.push({ kind: 'mailbox', what: each })
  }
}

/** Tells of what was put, when that is due. */
export const tellArrivals = (state: Rendezvous, now: Millis, effects: Effect[]): void => {
  const desk = state.mailboxes
  if (!desk || (arrivalsDue(desk, now) ?? Infinity) > now) return
  for (const { peer: number, mailbox, cursor } of takeArrivals(desk, now)) {
    const peer = state.peers.get(number)
    if (!peer) continue
    state.tally.mailboxes.arrived += 1
    say(peer, { kind: 'arrived', mailbox, cursor }, effects)
  }
}

/**
 * A peer leaves unread what it is sent, or has read it. What it was sent of blobs is counted against its address and all
 * who read, until it has taken it.
 */
export const turnedFull = (state: Rendezvous, number: number, isFull: boolean): void => {
  const [desk, visitor] = [state.mailboxes, visitorOf(state.peers.get(number))]
  if (!desk || !visitor) return
  const { mailboxes, group } = visitor
  if (isFull) pauseArrivals(desk, visitor)
  else resumeArrivals(desk, visitor)
  const unread = isFull ? mailboxes.pageBytes : 0
  draw(desk.unreadBytes, group, unread - mailboxes.unreadBytes)
  mailboxes.unreadBytes = unread
  mailboxes.pageBytes = 0
}

/** A peer has left, or is sent away. */
export const leaveMailboxes = (state: Rendezvous, peer: Peer, effects: Effect[]): void => {
  const [desk, visitor] = [state.mailboxes, visitorOf(peer)]
  if (!desk || !visitor) return
  const done: MailboxEffect[] = []
  leave(desk, visitor, done)
  carryOver(state, done, effects)
}

/** Ends blobs whose parts took too long. */
export const endOverdueUploads = (state: Rendezvous, now: Millis, effects: Effect[]): void => {
  if (!state.mailboxes) return
  const done: MailboxEffect[] = []
  const call = { desk: state.mailboxes, tally: state.tally.mailboxes, now, effects: done }
  endUploads(state.mailboxes, (number) => visitorOf(state.peers.get(number)), call)
  carryOver(state, done, effects)
}

/** When something of mailboxes is due; Infinity: never. */
export const mailboxesDue = (state: Rendezvous, now: Millis): Millis => {
  if (!state.mailboxes) return Infinity
  const [uploading] = state.mailboxes.uploading.values()
  return Math.min((uploading ?? Infinity) + UPLOAD_MILLIS_MAX, arrivalsDue(state.mailboxes, now) ?? Infinity)
}
