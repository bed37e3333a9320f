import assert from 'node:assert/strict'
import { readEvent } from '../../src/core/event/event.ts'
import { KIND } from '../../src/core/event/kinds.ts'
import { readSealed } from '../../src/core/group/sealed.ts'
import { readFrame } from '../../src/core/sync/frame.ts'
import type { Overheard } from './town.ts'

/** Reads along on all links: no author may ever sign two events with one sequence, or seal two under one key. */
export const listenForReuse = (
  overheard: Overheard,
): { assertNoReuse(): void; readonly events: ReadonlySet<string> } => {
  const events = new Set<string>()
  const places = new Map<string, string>()
  const reused: string[] = []

  const claim = (place: string, id: string): void => {
    const before = places.get(place)
    if (before !== undefined && before !== id) reused.push(place)
    places.set(place, id)
  }

  overheard.onFrame = (bytes) => {
    const frame = readFrame(bytes)
    if (!frame.ok || frame.value.kind !== 'events') return
    for (const each of frame.value.events) {
      const read = readEvent(each)
      if (!read.ok || events.has(read.value.event.id)) continue
      const { id, conversation, author, seq, kind, body } = read.value.event
      events.add(id)
      claim(`event ${seq} of ${author} in ${conversation}`, id)
      const sealed = kind === KIND.sealed ? readSealed(body) : undefined
      if (sealed) claim(`key ${sealed[1]} of ${author} in epoch ${sealed[0]}`, id)
    }
  }
  return { events, assertNoReuse: () => assert.deepEqual(reused, []) }
}
