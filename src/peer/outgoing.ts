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
  // One author's are in order by their sequences: what they say of their time need not be read.
  const timeIn = wants.length === 1 ? () => 0 : timeOf
  for (const [author, from] of wants) {
    const events = await store.events({ conversation, author, from, ...limits })
    let last: Position | undefined
    let latest = Infinity
    for (const { seq, bytes } of events.toReversed()) {
      const time = timeIn(bytes)
      if (time === undefined) continue
      // A clock that was set back: nothing of an author may come after what that author wrote later.
      latest = Math.min(latest, time)
      const at = { time: latest, author, seq }
      last ??= at
      loaded.push({ at, event: { author, seq, size: bytes.length, bytes } })
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

const timeOf = (bytes: Uint8Array): number | undefined => {
  const read = readEvent(bytes)
  return read.ok ? read.value.event.time : undefined
}

const sizeOf = (events: readonly { readonly bytes: Uint8Array }[]): number =>
  events.reduce((sum, { bytes }) => sum + bytes.length, 0)
