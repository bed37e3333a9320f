import type { Hex } from '../core/bytes/hex.ts'
import { readEvent } from '../core/event/event.ts'
import { chainOf } from '../core/event/graph.ts'
import { REKEY_MESSAGES } from '../core/group/keyring.ts'
import { contentIn, readSealed } from '../core/group/sealed.ts'
import { readContent, type Content } from '../core/timeline/content.ts'
import type { Store } from '../store/port.ts'
import type { Draft } from './draft.ts'

const REPEATED_BYTES_MAX = 8 * 1024 * 1024

/**
 * What this device said under an epoch that somebody could not open, to be said again under another. Their old keys are
 * gone on both sides; the salted plaintext is not, and its commitment stands in each event's header.
 */
export const sayAgain = async (draft: Draft, store: Store, epoch: Hex): Promise<readonly Content[]> => {
  const { conversation, me, graph } = draft.replica
  // An epoch holds at most REKEY_MESSAGES of one author, and marks between them: look back no further than that.
  const from = Math.max(1, chainOf(graph, me.device).seq - 2 * REKEY_MESSAGES)
  const limits = { limit: 2 * REKEY_MESSAGES + 1, bytes: REPEATED_BYTES_MAX }
  const contents: Content[] = []
  for (const held of await store.events({ conversation, author: me.device, from, ...limits })) {
    const event = readEvent(held.bytes)
    const body = event.ok ? readSealed(event.value.event.body) : undefined
    if (body?.[0] !== epoch || !held.content) continue
    const inside = contentIn(held.content)
    const kind = inside && readContent(inside)?.kind
    if (kind !== 'again' && kind !== 'read') contents.push({ kind: 'again', target: held.id, plaintext: held.content })
  }
  return contents
}
