import type { Hex } from '../core/bytes/hex.ts'
import type { IdentifiedEvent } from '../core/event/event.ts'
import { KIND } from '../core/event/kinds.ts'
import { readOperation, type Operation } from '../core/group/operation.ts'
import { membershipAt, membershipNow } from '../core/group/replica.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import type { Change } from '../core/timeline/change.ts'
import type { Line } from '../core/timeline/line.ts'
import { contentOf, isAmendment, personAt, putLine, retell, tell } from './chronicle.ts'
import type { Draft } from './draft.ts'

/** How many events of one author are looked at together when they fall or stand again. */
const EVENTS_AT_ONCE = 500
const BYTES_AT_ONCE = 4 * 1024 * 1024

/** Writes the line of a founding event or an operation, for those who were in or came in by it. */
export const chronicleChange = async (draft: Draft, event: IdentifiedEvent): Promise<void> => {
  if (!isForUs(draft, event)) return
  const line = changeLine(draft, event)
  if (line) putLine(draft, event, (await counts(draft, event)) ? line : { kind: 'void', person: line.person })
}

/**
 * Withdraws the lines of events that do not count any more, and brings back those that count again: of the devices about
 * which a removal changed something, and of the operations that fell or stand again.
 */
export const rechronicle = async (draft: Draft, disputed: ReadonlyMap<Hex, number>): Promise<void> => {
  // A message that many of them change is written anew once: that takes looking at all that changes it.
  const amended = new Set<Hex>()
  for (const [device, from] of disputed)
    for (const id of await idsFrom(draft, device, from)) await relined(draft, id, amended)
  const { fallen: had } = membershipNow(draft.before)
  const { fallen: has } = membershipNow(draft.replica)
  for (const id of had.symmetricDifference(has)) await relined(draft, id, amended)
  for (const id of amended) await retell(draft, id)
}

/** The ids of one author's events from a sequence on. */
const idsFrom = async (draft: Draft, author: Hex, first: number): Promise<ReadonlySet<Hex>> => {
  const { conversation } = draft.replica
  const limits = { limit: EVENTS_AT_ONCE, bytes: BYTES_AT_ONCE }
  const ids = new Set(draft.freshIds(author, first))
  for (let from = first; ;) {
    const events = await draft.store.events({ conversation, author, from, ...limits })
    for (const { id } of events) ids.add(id)
    const last = events.at(-1)
    if (!last) break
    from = last.seq + 1
  }
  return ids
}

/** Writes the line of an event as it stands now, if it has one; if it changes another's, that is among the `amended`. */
const relined = async (draft: Draft, id: Hex, amended: Set<Hex>): Promise<void> => {
  const held = await draft.held(id)
  if (!held) return
  const { event } = held
  const content = contentOf(held)
  if (content && isAmendment(content)) {
    amended.add(content.target)
    return
  }
  const line = await draft.line(id)
  if (!line) return
  if (!(await counts(draft, event)))
    return putLine(draft, event, { kind: 'void', person: personAt(draft, event.author) })
  if (event.kind === KIND.sealed) {
    const sealed: Line = { kind: 'sealed', person: personAt(draft, event.author) }
    const isOpen = held.content !== undefined
    return isOpen
      ? tell(draft, event, { content, coming: line.counts ? 'new' : 'told' })
      : putLine(draft, event, sealed)
  }
  const change = changeLine(draft, event)
  if (change) putLine(draft, event, change)
}

const counts = async (draft: Draft, event: IdentifiedEvent): Promise<boolean> =>
  !membershipNow(draft.replica).fallen.has(event.id) && !(await draft.isVoid(event))

/** Whether this device was in as of what the author knew, or comes in by it. */
const isForUs = (draft: Draft, event: IdentifiedEvent): boolean => {
  const { device } = draft.replica.me
  if (event.author === device || membershipAt(draft.replica, event.control)?.members.devices.has(device)) return true
  const operation = event.kind === KIND.operation ? readOperation(event.body) : undefined
  const entries = operation?.kind === 'add' ? operation.entries : []
  return entries.some(({ certificate }) => deviceOf(certificate) === device)
}

const changeLine = (draft: Draft, event: IdentifiedEvent): Line | undefined => {
  const person = personAt(draft, event.author)
  if (event.kind === KIND.found) {
    const step = draft.replica.history.steps.get(event.id)
    const title = step?.deed.kind === 'found' ? step.deed.title : null
    return title === null ? undefined : { kind: 'change', person, change: { kind: 'founded', title } }
  }
  const operation = event.kind === KIND.operation ? readOperation(event.body) : undefined
  if (operation?.kind === 'device') return { kind: 'device', person }
  const change = operation && changeBy(operation, person)
  return change && { kind: 'change', person, change }
}

/** What people are told of an operation; undefined for those that are settings of an admin's. */
const changeBy = (operation: Operation, author: Hex): Change | undefined => {
  switch (operation.kind) {
    case 'add': {
      const [entry] = operation.entries
      return entry && { kind: 'added', person: personOf(entry.certificate), role: operation.role }
    }
    case 'remove':
      return { kind: 'removed', person: operation.person }
    case 'leave':
      return { kind: 'left', person: author }
    case 'promote':
      return { kind: 'role', person: operation.person, role: 'admin' }
    case 'demote':
      return { kind: 'role', person: operation.person, role: 'member' }
    case 'title':
      return { kind: 'title', title: operation.title }
    case 'picture':
      return { kind: 'picture' }
    case 'device':
    case 'revoke':
    case 'invite':
    case 'uninvite':
      return undefined
  }
}
