import type { Hex } from '../core/bytes/hex.ts'
import { readEvent } from '../core/event/event.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import { comparePositions, type Position } from '../core/timeline/message.ts'
import type { Store } from '../store/port.ts'

export const LOADED_EVENTS_MAX = 512
export const LOADED_BYTES_MAX = 512 * 1024

/**
 * The next events of these authors, from these sequences on, in the order everyone agrees on: where clocks are not days
 * off, no event's time is less than that of anything it follows, so whatever one builds on comes before it. Each author's
 * come in the order of their sequences in any case.
 */
export const loadOutgoing = async (
  store: Store,
  conversation: Hex,
  wants: readonly (readonly [author: Hex, from: number])[],
): Promise<readonly Outgoing[]> => {
  const loaded: { readonly at: Position; readonly event: Outgoing }[] = []
  let end: Position | undefined
  const limits = { limit: LOADED_EVENTS_MAX, bytes: LOADED_BYTES_MAX }
  const outgoing = (author: Hex, { seq, bytes }: { readonly seq: number; readonly bytes: Uint8Array }): Outgoing => ({
    author,
    seq,
    size: bytes.length,
    bytes,
  })
  const [first, ...others] = wants
  if (first && others.length === 0) {
    const [author, from] = first
    // Nothing to be put between: what the events say of their time need not be read.
    const events = await store.events({ conversation, author, from, ...limits })
    return events.map((event) => outgoing(author, event))
  }
  for (const [author, from] of wants) {
    const events = await store.events({ conversation, author, from, ...limits })
    let last: Position | undefined
    let latest = Infinity
    for (const { seq, bytes } of events.toReversed()) {
      const read = readEvent(bytes)
      if (!read.ok) continue
      // A clock that was set back: nothing of an author may come after what that author wrote later.
      latest = Math.min(latest, read.value.event.time)
      const at = { time: latest, author, seq }
      last ??= at
      loaded.push({ at, event: outgoing(author, { seq, bytes }) })
    }
    // There may be more of this author: what comes after the last of these must wait for it.
    const isCut = events.length >= LOADED_EVENTS_MAX || sizeOf(events) >= LOADED_BYTES_MAX
    if (isCut && last && (!end || comparePositions(last, end) < 0)) end = last
  }
  return loaded
    .filter(({ at }) => !end || comparePositions(at, end) <= 0)
    .sort((a, b) => comparePositions(a.at, b.at))
    .map(({ event }) => event)
}

const sizeOf = (events: readonly { readonly bytes: Uint8Array }[]): number =>
  events.reduce((sum, { bytes }) => sum + bytes.length, 0)
