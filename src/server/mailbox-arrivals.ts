import type { Hex } from '../core/bytes/hex.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import { take, wait } from './bucket.ts'
import { ARRIVED_RATE, type Arrivals, type MailboxDesk } from './mailbox-desk.ts'

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

/** Whom a mailbox is told of. */
type Listener = { readonly number: number; readonly group: string }

/** A mailbox that somebody no longer listens to is not told of any more. */
export const forgetArrival = ({ arrivals }: MailboxDesk, peer: Listener, mailbox: Hex): void => {
  arrivals.paused.get(peer.number)?.delete(mailbox)
  const untold = takeUntold(arrivals, peer)
  untold?.delete(mailbox)
  if (untold) keepUntold(arrivals, peer, untold)
}

/** Somebody left. */
export const forgetArrivals = ({ arrivals }: MailboxDesk, peer: Listener): void => {
  takeUntold(arrivals, peer)
  arrivals.paused.delete(peer.number)
}

/** Somebody who reads nothing is told nothing until `resumeArrivals`. */
export const pauseArrivals = ({ arrivals }: MailboxDesk, peer: Listener): void => {
  arrivals.paused.set(peer.number, takeUntold(arrivals, peer) ?? new Map<Hex, Cursor>())
}

export const resumeArrivals = ({ arrivals }: MailboxDesk, peer: Listener): void => {
  const untold = arrivals.paused.get(peer.number)
  arrivals.paused.delete(peer.number)
  if (untold) keepUntold(arrivals, peer, untold)
}

/** When something is next to be told; undefined: nothing is. */
export const arrivalsDue = ({ arrivals }: MailboxDesk, now: Millis): Millis | undefined => {
  const fresh = arrivals.fresh.size > 0 ? arrivals.since + ARRIVED_AFTER_MILLIS : Infinity
  const untold = arrivals.untold.size > 0 ? now + wait(arrivals.budget, ARRIVED_RATE, now) : Infinity
  const due = Math.min(fresh, untold)
  return due === Infinity ? undefined : due
}

export type Arrived = { readonly peer: number; readonly mailbox: Hex; readonly cursor: Cursor }

/** What is to be told now, as far as the budget goes: one to each address in turn, and there to each peer in turn. */
export const takeArrivals = (desk: MailboxDesk, now: Millis): readonly Arrived[] => {
  const { arrivals } = desk
  if (arrivals.fresh.size > 0 && arrivals.since + ARRIVED_AFTER_MILLIS <= now) ripen(desk)
  const told: Arrived[] = []
  // An address that is put back to the end while this goes on comes again.
  for (const [group, peers] of arrivals.untold) {
    if (wait(arrivals.budget, ARRIVED_RATE, now) > 0) break
    take(arrivals.budget, ARRIVED_RATE, 1, now)
    const turn = takeTurn(peers)
    if (turn) told.push(turn)
    arrivals.untold.delete(group)
    if (peers.size > 0) arrivals.untold.set(group, peers)
  }
  return told
}

/** One mailbox for the first peer, which is last from now on. */
const takeTurn = (peers: Map<number, Map<Hex, Cursor>>): Arrived | undefined => {
  for (const [peer, mailboxes] of peers)
    for (const [mailbox, cursor] of mailboxes) {
      mailboxes.delete(mailbox)
      peers.delete(peer)
      if (mailboxes.size > 0) peers.set(peer, mailboxes)
      return { peer, mailbox, cursor }
    }
  return undefined
}

const ripen = ({ arrivals, listeners }: MailboxDesk): void => {
  for (const [mailbox, cursors] of arrivals.fresh)
    for (const [number, group] of listeners.get(mailbox) ?? []) {
      let newest = 0
      for (const [cursor, by] of cursors) if (by !== number) newest = Math.max(newest, cursor)
      if (newest === 0) continue
      const untold = arrivals.paused.get(number) ?? arrivals.untold.get(group)?.get(number)
      if (untold) untold.set(mailbox, newest)
      else keepUntold(arrivals, { number, group }, new Map([[mailbox, newest]]))
    }
  arrivals.fresh.clear()
}

const takeUntold = ({ untold }: Arrivals, { number, group }: Listener): Map<Hex, Cursor> | undefined => {
  const peers = untold.get(group)
  const mailboxes = peers?.get(number)
  peers?.delete(number)
  if (peers?.size === 0) untold.delete(group)
  return mailboxes
}

const keepUntold = ({ untold }: Arrivals, { number, group }: Listener, mailboxes: Map<Hex, Cursor>): void => {
  if (mailboxes.size === 0) return
  const peers = untold.get(group) ?? new Map<number, Map<Hex, Cursor>>()
  peers.set(number, mailboxes)
  untold.set(group, peers)
}
