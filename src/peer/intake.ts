import type { Hex } from '../core/bytes/hex.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { readEvent, verifyEvent, type SignedEvent } from '../core/event/event.ts'
import { chainOf, needsLookup } from '../core/event/graph.ts'
import type { OwnSlotKey } from '../core/group/keyring.ts'
import { receive, type Received } from '../core/group/receive.ts'
import { missingControls, withStoredControl } from '../core/group/replica.ts'
import { unreachable } from '../core/bytes/result.ts'
import { chronicle, chronicleGaps, keepBare, personAt, putLine } from './chronicle.ts'
import type { Draft } from './draft.ts'

export type Arrival = {
  readonly crypto: Crypto
  readonly cardKeys: readonly OwnSlotKey[]
  readonly intakeMax: number
  readonly now: number
  readonly from: Hex
  readonly bytes: Uint8Array
}

/** Takes one event that somebody sent into the draft. False when it was refused: nothing of it is kept. */
export const takeIn = async (draft: Draft, arrival: Arrival): Promise<boolean> => {
  const read = readEvent(arrival.bytes)
  // Looked at before the signature is verified: what is not taken in must not cost that much.
  if (!read.ok || read.value.event.seq > arrival.intakeMax) return false
  const isKnown = (await draft.event(read.value.event.id)) !== undefined
  if (isKnown) return noteArrival(draft, arrival.from, read.value.event)
  const opened = await verifyEvent(arrival.crypto, read.value)
  if (!opened.ok) return false
  const event = opened.value

  for (const control of missingControls(draft.replica, event)) {
    const held = await draft.event(control)
    const known = held && readEvent(held.bytes)
    if (known?.ok) draft.replica = withStoredControl(draft.replica, known.value.event)
  }
  const before = draft.replica
  // It is not held itself: if its place is taken, then by another event.
  const heldId = needsLookup(before.graph, event) ? OTHER : undefined
  const { cardKeys, now } = arrival
  const received = await receive(arrival.crypto, before, event, { heldId, cardKeys, now })
  if (!received.ok) {
    if (received.refusal.kind !== 'fork') return false
    keepEvidence(draft, event, received.refusal)
    return true
  }
  if (received.value.kind === 'known') return true
  draft.replica = received.value.replica
  await writeDown(draft, event, received.value.received)
  chronicleGaps(draft, before, event.author)
  draft.fresh.push({ author: event.author, seq: event.seq, size: event.bytes.length, bytes: event.bytes })
  return noteArrival(draft, arrival.from, event)
}

const OTHER = 'another event'

const writeDown = async (draft: Draft, event: SignedEvent, received: Received): Promise<void> => {
  const person = personAt(draft, event.author)
  switch (received.kind) {
    case 'content':
      return chronicle(draft, event, received.plaintext, { own: false })
    case 'epoch':
      keepBare(draft, event)
      if (!received.opened) draft.toComplain.add(event.id)
      return
    case 'unopened':
      keepBare(draft, event)
      if (draft.replica.keyring.epochs.has(received.epoch)) draft.toRepeat.add(received.epoch)
      return
    case 'sealed':
      keepBare(draft, event)
      putLine(draft, event, { kind: 'sealed', person })
      return
    case 'joined':
      keepBare(draft, event)
      putLine(draft, event, { kind: 'joined', person })
      return
    case 'newer':
      keepBare(draft, event)
      putLine(draft, event, { kind: 'newer', person, what: `kind ${event.kind}` })
      return
    case 'founded':
    case 'void':
      keepBare(draft, event)
      return
    default:
      unreachable(received)
  }
}

/** Two events with one sequence: both are kept, as evidence, and the conversation shows it once. */
const keepEvidence = (
  draft: Draft,
  event: SignedEvent,
  refusal: { readonly graph: Draft['replica']['graph']; readonly first: boolean },
): void => {
  if (!refusal.first) return
  draft.replica = { ...draft.replica, graph: refusal.graph }
  // Not among the events: there, an author and a sequence name one event.
  const key = `${event.conversation}/fork/${event.author}`
  draft.put({ put: 'record', space: 'conversation', key, value: event.bytes })
  putLine(draft, event, { kind: 'forked', person: personAt(draft, event.author) })
}

/** That device holds what it sent: it need not get it back. */
const noteArrival = (draft: Draft, from: Hex, event: SignedEvent): true => {
  const arrivals = draft.arrivals.get(from) ?? new Map<Hex, number>()
  const held = chainOf(draft.replica.graph, event.author).seq
  arrivals.set(event.author, Math.max(arrivals.get(event.author) ?? 0, Math.min(event.seq, held)))
  draft.arrivals.set(from, arrivals)
  return true
}
