import type { Hex } from '../core/bytes/hex.ts'
import type { Replica } from '../core/group/replica.ts'
import type { Store, StoredLine } from '../store/port.ts'
import { contentOf, isAmendment, tell } from './chronicle.ts'
import { Draft, type Held } from './draft.ts'
import { loadReplica } from './replica-records.ts'
import { NO_WORD } from './restored.ts'

/** How many events are looked at for the lines of one commit. */
const EVENTS_AT_ONCE = 100

/**
 * The lines as they are once events have come into the store beside their conversation: those of the messages that they
 * edit, delete or react to, and their own where what changes them was here before.
 */
export const amendedLines = async function* (
  store: Store,
  me: Replica['me'],
  { conversation, events }: { readonly conversation: Hex; readonly events: readonly Hex[] },
): AsyncGenerator<readonly StoredLine[], void> {
  if (events.length === 0) return
  const replica = await loadReplica(store, conversation, me)
  for (let from = 0; from < events.length; from += EVENTS_AT_ONCE) {
    const draft = draftOf(store, replica)
    for (const id of events.slice(from, from + EVENTS_AT_ONCE)) {
      const held = await draft.held(id)
      if (held) await amendBy(draft, held)
      for await (const amendment of draft.amendments(id)) await amendBy(draft, amendment)
    }
    yield draft.lines
  }
}

const amendBy = async (draft: Draft, held: Held): Promise<void> => {
  const content = contentOf(held)
  if (!content || !isAmendment(content)) return
  // Whose an unknown device is will be known once the conversation itself has heard of the event: then it counts.
  if (!draft.replica.certificates.has(held.event.author) || (await draft.isVoid(held.event))) return
  await tell(draft, held.event, { content, coming: 'told' })
}

/** Nothing is written in it but lines. */
const draftOf = (store: Store, replica: Replica): Draft => {
  const outlook = { isContact: () => false, trusts: () => false, hasRoomForRequest: () => false }
  const held = { replica, marks: new Map(), restored: undefined, word: NO_WORD, outlook }
  return new Draft(store, held, () => Promise.resolve([]))
}
