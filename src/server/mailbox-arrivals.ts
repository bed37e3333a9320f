import type { Hex } from '../core/bytes/hex.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import { take, wait } from './bucket.ts'
import { ARRIVED_RATE, type MailboxDesk } from './mailbox-desk.ts'

/**
 * How long an arrival waits: those within this time are told as one, and by then it is known whether the listener put it
 * there itself.
 */
export const ARRIVED_AFTER_MILLIS = 25

/** A blob was put, by somebody at some process. */
export const noteArrival = ({ arrivals, listeners }: MailboxDesk, mailbox: Hex, cursor: Cursor, now: Millis): void => {
  if (!listeners.has(mailbox)) return
  if (arrivals.fresh.size === 0) arrivals.since = now
  const cursors = arrivals.fresh.get(mailbox) ?? new Map<Cursor, number | undefined>()
  if (!cursors.has(cursor)) cursors.set(cursor, undefined)
  arrivals.fresh.set(mailbox, cursors)
}

/** It was this peer that put it. */
export const noteOwnPut = (desk: MailboxDesk, mailbox: Hex, cursor: Cursor, peer: number, now: Millis): void => {
  noteArrival(desk, mailbox, cursor, now)
  desk.arrivals.fresh.get(mailbox)?.set(cursor, peer)
}

/** A mailbox that somebody no longer listens to is not told of any more. */
export const forgetArrivals = ({ arrivals }: MailboxDesk, peer: number, mailbox: Hex): void => {
  const untold = arrivals.untold.get(peer)
  untold?.delete(mailbox)
  if (untold?.size === 0) arrivals.untold.delete(peer)
}

/** When something is next to be told; undefined: nothing is. */
export const arrivalsDue = (
  { arrivals }: MailboxDesk,
  isFull: (peer: number) => boolean,
  now: Millis,
): Millis | undefined => {
  const fresh = arrivals.fresh.size > 0 ? arrivals.since + ARRIVED_AFTER_MILLIS : Infinity
  const untold = someoneReads(arrivals.untold.keys(), isFull)
    ? now + wait(arrivals.budget, ARRIVED_RATE, now)
    : Infinity
  const due = Math.min(fresh, untold)
  return due === Infinity ? undefined : due
}

/** What is to be told now, as far as the budget goes. */
export const takeArrivals = (
  desk: MailboxDesk,
  isFull: (peer: number) => boolean,
  now: Millis,
): readonly { readonly peer: number; readonly mailbox: Hex; readonly cursor: Cursor }[] => {
  const { arrivals } = desk
  if (arrivals.fresh.size > 0 && arrivals.since + ARRIVED_AFTER_MILLIS <= now) ripen(desk)
  const told: { peer: number; mailbox: Hex; cursor: Cursor }[] = []
  for (const [peer, mailboxes] of arrivals.untold) {
    if (isFull(peer)) continue
    for (const [mailbox, cursor] of mailboxes) {
      if (wait(arrivals.budget, ARRIVED_RATE, now) > 0) return told
      take(arrivals.budget, ARRIVED_RATE, 1, now)
      mailboxes.delete(mailbox)
      told.push({ peer, mailbox, cursor })
    }
    arrivals.untold.delete(peer)
  }
  return told
}

const ripen = ({ arrivals, listeners }: MailboxDesk): void => {
  for (const [mailbox, cursors] of arrivals.fresh)
    for (const peer of listeners.get(mailbox) ?? []) {
      let newest = 0
      for (const [cursor, by] of cursors) if (by !== peer) newest = Math.max(newest, cursor)
      if (newest === 0) continue
      const untold = arrivals.untold.get(peer) ?? new Map<Hex, Cursor>()
      untold.set(mailbox, newest)
      arrivals.untold.set(peer, untold)
    }
  arrivals.fresh.clear()
}

const someoneReads = (peers: Iterable<number>, isFull: (peer: number) => boolean): boolean => {
  for (const peer of peers) if (!isFull(peer)) return true
  return false
}
