import type { Hex } from '../core/bytes/hex.ts'
import type { Crypto } from '../core/crypto/port.ts'
import type { SignedEvent } from '../core/event/event.ts'
import { chainOf, hasPlaced, needsLookup } from '../core/event/graph.ts'
import { isControl } from '../core/event/kinds.ts'
import type { OwnSlotKey } from '../core/group/keyring.ts'
import { receive, type Received } from '../core/group/receive.ts'
import { readSealed } from '../core/group/sealed.ts'
import { unreachable } from '../core/bytes/result.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import { encodeLine } from '../core/timeline/line.ts'
import { toldKey } from './bringing.ts'
import { chronicleChange, rechronicle } from './changes.ts'
import { chronicle, chronicleGaps, personAt, putLine, reveal, revealAgain } from './chronicle.ts'
import type { Arrived } from './arrived.ts'
import type { Draft } from './draft.ts'
import { loadHorizon } from './history-records.ts'
import { branchKey, forkKey, type Holdings } from './holdings.ts'
import { withFollowed } from './marks.ts'

/** What is taken in of a conversation: everything, as much as a request may hold, or nothing. */
export type Openness = 'open' | 'request' | 'closed'

export type Arrival = {
  readonly crypto: Crypto
  readonly cardKeys: readonly OwnSlotKey[]
  readonly openness: Openness
  readonly holdings: Holdings
  readonly now: number
  readonly from: Hex
} & Arrived

/**
 * What became of an event that somebody sent. Of one that was refused nothing is kept; `later` is one that would be taken
 * in if this person's standing were another, and `waiting` one that builds on control events that are not here.
 */
export type Intake = 'taken' | 'refused' | 'later' | 'waiting'

/** Takes one event that somebody sent into the draft. */
export const takeIn = async (draft: Draft, arrival: Arrival): Promise<Intake> => {
  const { read, openness, holdings } = arrival
  if (!read.ok) return 'refused'
  if (openness === 'closed') return 'later'
  // What an import added is in the store alone, without a place in its chain, until somebody brings it.
  const isPlaced = hasPlaced(draft.replica.graph, read.value.event)
  if (isPlaced && (await draft.holds(read.value.event.id))) return noteArrival(draft, arrival.from, read.value.event)
  // Looked at before the signature is verified: what is not taken in must not cost that much.
  const size = read.value.event.bytes.length
  if (openness === 'request' && !(await holdings.fits(draft, size))) return 'later'
  const opened = await arrival.verified()
  if (!opened.ok) return 'refused'
  const event = opened.value

  await draft.recall(event)
  const before = draft.replica
  // It is not held itself: if its place is taken, then by another event.
  const heldId = needsLookup(before.graph, event) ? OTHER : undefined
  if (isControl(event.kind) && (await loadHorizon(draft.store, event.conversation, event.id))) return 'taken'
  const { cardKeys, now } = arrival
  const isPassedOn = isByAnother(draft, arrival.from, event)
  const received = await receive(arrival.crypto, before, event, { heldId, cardKeys, now, isPassedOn })
  if (!received.ok) {
    const { refusal } = received
    if (refusal.kind === 'unknown-control' || refusal.kind === 'too-many-heads') return 'waiting'
    if (refusal.kind !== 'fork') return 'refused'
    if (refusal.first) holdings.add(size)
    keepEvidence(draft, event, refusal)
    return 'taken'
  }
  if (received.value.kind === 'known') return 'taken'
  const { branch } = received.value
  if (branch && !(await holdings.fitsBeside(draft, event.author, size))) return 'refused'
  draft.replica = received.value.replica
  noteFollowed(draft, event)
  noteContested(draft, event)
  if (isOwn(draft, event)) draft.noteSetBack(event, arrival.now)
  if (branch) {
    holdings.addBeside(event.author, size)
    // Once more, as evidence.
    if (branch.first) holdings.add(size)
    return keepBranch(draft, event, { ...received.value, ...branch })
  }
  holdings.add(size)
  await writeDown(draft, event, received.value.received)
  chronicleGaps(draft, before, event.author)
  draft.fresh.push({ author: event.author, seq: event.seq, size: event.bytes.length, bytes: event.bytes })
  return noteArrival(draft, arrival.from, event)
}

/** Written by this device before it was restored or set back: others had it, and bring it back. */
const isOwn = (draft: Draft, { author }: SignedEvent): boolean => author === draft.replica.me.device

const OTHER = 'another event'

/** Whether a member brought it who is not its author. Of what lies in a mailbox nobody knows who put it there. */
const isByAnother = ({ replica }: Draft, from: Hex, { author }: SignedEvent): boolean => {
  const bringer = replica.certificates.get(from)
  const writer = replica.certificates.get(author)
  const isMailbox = from === replica.me.device
  return !isMailbox && bringer !== undefined && writer !== undefined && personOf(bringer) !== personOf(writer)
}

const writeDown = async (draft: Draft, event: SignedEvent, received: Received): Promise<void> => {
  const person = personAt(draft, event.author)
  switch (received.kind) {
    case 'content':
      return chronicle(draft, event, received.plaintext, received.voided ? 'void' : 'new')
    case 'epoch':
      draft.putEvent(event)
      if (received.opened || received.why === 'not-for-us') return
      draft.toComplain.add(event.id)
      if (received.why === 'split') putLine(draft, event, { kind: 'split', person })
      return
    case 'unopened':
      draft.putEvent(event)
      // Nothing was ever said under an epoch that is not here.
      if (!isOwn(draft, event) && (await draft.holds(received.epoch))) draft.toRepeat.add(received.epoch)
      return
    case 'sealed':
      draft.putEvent(event)
      return writeSealed(draft, event, received)
    case 'joined':
      draft.putEvent(event)
      if (isOwn(draft, event)) return
      draft.meanings.push({ kind: 'device', person, device: event.author })
      // In a group it only brings a key: who came is told by what let them in.
      if (draft.replica.kind === 'direct') putLine(draft, event, { kind: 'joined', person })
      return
    case 'operated': {
      draft.putEvent(event)
      const { operation } = received
      if (operation.kind === 'device')
        draft.meanings.push({ kind: 'device', person, device: deviceOf(operation.entry.certificate) })
      await chronicleChange(draft, event)
      return rechronicle(draft, received.disputed)
    }
    case 'newer':
      draft.putEvent(event)
      putLine(draft, event, { kind: 'newer', person, what: `kind ${event.kind}` })
      return
    case 'founded':
      draft.putEvent(event)
      return chronicleChange(draft, event)
    case 'void':
      draft.putEvent(event)
      return
    default:
      unreachable(received)
  }
}

/** What cannot be opened: from before this device was in, unless somebody told what it says; or with a key that is gone. */
const writeSealed = async (
  draft: Draft,
  event: SignedEvent,
  { why, voided }: Extract<Received, { kind: 'sealed' }>,
): Promise<void> => {
  const person = personAt(draft, event.author)
  if (why.kind === 'not-for-us') {
    const key = toldKey(event.conversation, event.id)
    const told = await draft.record(key)
    if (!told) return
    draft.put({ drop: 'record', space: 'conversation', key })
    const held = await draft.held(event.id)
    return held && reveal(draft, held, told, 'told')
  }
  if (await revealAgain(draft, event)) return
  putLine(draft, event, voided ? { kind: 'void', person } : { kind: 'sealed', person })
  if (isOwn(draft, event)) return
  if (why.kind === 'unknown-epoch' || why.kind === 'key-gone') askForAgain(draft, event)
}

/** Its key is not here any more: only its author can help. */
const askForAgain = (draft: Draft, event: SignedEvent): void => {
  const body = readSealed(event.body)
  if (body) draft.toComplain.add(body[0])
}

/** Two events with one sequence: both are kept, as evidence, and the conversation shows it once. */
const keepEvidence = (
  draft: Draft,
  event: SignedEvent,
  refusal: { readonly graph: Draft['replica']['graph']; readonly first: boolean },
): void => {
  if (!refusal.first) return
  draft.replica = { ...draft.replica, graph: refusal.graph }
  noteFork(draft, event)
}

const noteFork = (draft: Draft, event: SignedEvent): void => {
  // Not among the events: there, an author and a sequence name one event.
  const key = forkKey(event.conversation, event.author)
  draft.put({ put: 'record', space: 'conversation', key, value: event.bytes })
  const { conversation, time, author, seq } = event
  const bytes = encodeLine({ kind: 'forked', person: personAt(draft, author) })
  draft.putLine({ id: `fork/${author}`, conversation, time, author, seq, counts: false, bytes })
}

/**
 * Keeps a control event beside its author's chain, where another stands in its place. It has no line of its own but what
 * it changes; that its author forked is told once.
 */
const keepBranch = async (
  draft: Draft,
  event: SignedEvent,
  { received, first }: { readonly received: Received; readonly first: boolean },
): Promise<Intake> => {
  const key = branchKey(event.conversation, event.id)
  draft.put({ put: 'record', space: 'conversation', key, value: event.bytes })
  if (received.kind === 'operated') {
    await chronicleChange(draft, event)
    await rechronicle(draft, received.disputed)
  }
  if (received.kind === 'epoch' && !received.opened && received.why !== 'not-for-us') draft.toComplain.add(event.id)
  if (received.kind === 'unopened' && (await draft.holds(received.epoch))) draft.toRepeat.add(received.epoch)
  if (first) noteFork(draft, event)
  return 'taken'
}

/** Whoever is not linked here tells with all that they write what they had of this device until then. */
const noteFollowed = (draft: Draft, event: SignedEvent): void => {
  const { device } = draft.replica.me
  const tip = event.after.find(([author]) => author === device)
  if (!tip) return
  draft.noteNamed(tip[1], false)
  noteHeld(draft, event.author, tip[1])
}

/** That others hold another event in a place that is taken here is no proof that its author forked; that event is one. */
const noteContested = ({ replica, contested }: Draft, { after }: SignedEvent): void => {
  for (const [author, seq, id] of after) {
    const chain = chainOf(replica.graph, author)
    const isOther = chain.seq === seq && chain.id !== id
    if (isOther && !chain.forked && author !== replica.me.device) contested.add(id)
  }
}

/** Another device holds what this one wrote, up to there. */
const noteHeld = (draft: Draft, by: Hex, seq: number): void => {
  const { device } = draft.replica.me
  const own = chainOf(draft.replica.graph, device)
  // Under these numbers they may hold other events than are here: see `provenHeld`.
  if (own.forked || seq > own.seq) return
  const marks = withFollowed(draft.marks, by, [device, seq])
  if (marks !== draft.marks) draft.learnt.add(by)
  draft.marks = marks
}

/** That device holds what it sent: it need not get it back. */
const noteArrival = (draft: Draft, from: Hex, event: SignedEvent): 'taken' => {
  const arrivals = draft.arrivals.get(from) ?? new Map<Hex, number>()
  const held = chainOf(draft.replica.graph, event.author).seq
  arrivals.set(event.author, Math.max(arrivals.get(event.author) ?? 0, Math.min(event.seq, held)))
  draft.arrivals.set(from, arrivals)
  // It came by others there, and was passed on before this side's own copy: with that, they have said that they hold it.
  const { device } = draft.replica.me
  if (event.author === device && from !== device) noteHeld(draft, from, event.seq)
  return 'taken'
}
