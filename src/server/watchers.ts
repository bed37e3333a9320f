import { encodeServerMessage } from '../core/rendezvous/messages.ts'
import type { Millis } from '../view/view.ts'
import { fullBucket, take, wait, type Bucket, type Rate } from './bucket.ts'
import { changesSince, closeBatch, SEEN_NOTHING, type PeopleList, type Seen } from './people-list.ts'

/** Changes within this time go out together. The first one after a rest goes out at once. */
export const PUSH_EVERY_MILLIS = 25

/** What sending a message costs besides its bytes, in bytes that cost as much: sealing it, and the system calls. */
export const PUSH_COST_BYTES = 2048

/** All pushes to all watchers together: a thousand are told of a change within a quarter of a second. */
export const PUSH_RATE: Rate = { perSecond: 8 * 1024 * 1024, burst: 1024 * 1024 }

/**
 * Whoever has missed so many is sent the whole list. When thousands arrive, everybody has missed something else: encoding
 * it for each of them cost the server more than sealing and sending the same list to all.
 */
export const CHANGES_MAX = 64

/**
 * Who is told about changes of the people list, by number of peer, with what each has seen. Those who saw least are
 * served first, as many as PUSH_RATE allows; what the others miss meanwhile reaches them as one change.
 */
export type Watchers = {
  /** New, or back from being paused: served before all others. */
  readonly waiting: Map<number, Seen>
  /** In order of their last push. */
  readonly served: Map<number, Seen>
  /** They read too slowly: told nothing until they have room. */
  readonly paused: Map<number, Seen>
  readonly budget: Bucket
  pushed: Millis
}

export type Push = { readonly peer: number; readonly frame: Uint8Array }

export const noWatchers = (now: Millis): Watchers => ({
  waiting: new Map(),
  served: new Map(),
  paused: new Map(),
  budget: fullBucket(PUSH_RATE, now),
  pushed: now - PUSH_EVERY_MILLIS,
})

/** The whole list first, then its changes. Does nothing for somebody who watches already. */
export const startWatching = (watchers: Watchers, peer: number): void => {
  const { waiting, served, paused } = watchers
  if (!waiting.has(peer) && !served.has(peer) && !paused.has(peer)) waiting.set(peer, SEEN_NOTHING)
}

export const stopWatching = (watchers: Watchers, peer: number): void => {
  watchers.waiting.delete(peer)
  watchers.served.delete(peer)
  watchers.paused.delete(peer)
}

export const pauseWatching = (watchers: Watchers, peer: number): void => {
  const seen = watchers.waiting.get(peer) ?? watchers.served.get(peer)
  if (seen === undefined) return
  stopWatching(watchers, peer)
  watchers.paused.set(peer, seen)
}

export const resumeWatching = (watchers: Watchers, peer: number): void => {
  const seen = watchers.paused.get(peer)
  if (seen === undefined) return
  watchers.paused.delete(peer)
  watchers.waiting.set(peer, seen)
}

/** When the next pushes are due; undefined when everybody has seen everything. */
export const pushDue = (watchers: Watchers, list: PeopleList, now: Millis): Millis | undefined => {
  if (nextWatcher(watchers, list.changed) === undefined) return undefined
  return Math.max(watchers.pushed + PUSH_EVERY_MILLIS, now + wait(watchers.budget, PUSH_RATE, now))
}

/** The pushes that are due and that the budget allows. Watchers who saw the same share one frame. */
export const push = (watchers: Watchers, list: PeopleList, now: Millis): readonly Push[] => {
  const latest = closeBatch(list)
  const frames = new Map<Seen, Uint8Array>()
  const frameFor = (seen: Seen): Uint8Array => {
    const known = frames.get(seen)
    if (known) return known
    const changes = changesSince(list, seen)
    const frame =
      !changes.reset && changes.here.length >= CHANGES_MAX ? frameFor(SEEN_NOTHING) : encodeServerMessage(changes)
    frames.set(seen, frame)
    return frame
  }
  const pushes: Push[] = []
  watchers.pushed = now
  let next = nextWatcher(watchers, latest)
  while (next && wait(watchers.budget, PUSH_RATE, now) === 0) {
    const [peer, seen] = next
    stopWatching(watchers, peer)
    watchers.served.set(peer, latest)
    next = nextWatcher(watchers, latest)
    if (seen === latest) continue
    const frame = frameFor(seen)
    take(watchers.budget, PUSH_RATE, frame.length + PUSH_COST_BYTES, now)
    pushes.push({ peer, frame })
  }
  return pushes
}

/** `served` is in order of what was seen, so its first one has seen least. */
const nextWatcher = (watchers: Watchers, latest: Seen): readonly [number, Seen] | undefined => {
  const [waiting] = watchers.waiting
  if (waiting) return waiting
  const [served] = watchers.served
  return served && served[1] < latest ? served : undefined
}
