import type { Hex } from '../core/bytes/hex.ts'
import { readEvent, type SignedEvent } from '../core/event/event.ts'
import { chainOf, vectorOf } from '../core/event/graph.ts'
import { contentIn, isCommitted, readSealed } from '../core/group/sealed.ts'
import { personOf } from '../core/identity/certificate.ts'
import { readContent, type Content } from '../core/timeline/content.ts'
import { encodeLine, gapsIn, type Line } from '../core/timeline/line.ts'
import { amended, AMENDMENTS_MAX, type Amendment, type Message } from '../core/timeline/message.ts'
import type { StoredEvent } from '../store/port.ts'
import type { Draft } from './draft.ts'
import { markChange, withRead } from './marks.ts'

/** Keeps an event that says nothing to people, or nothing that can be read here. */
export const keepBare = (draft: Draft, event: SignedEvent): void => draft.putEvent(stored(event))

/**
 * Writes down what a sealed event says: its lines, or the line that it changes. `own`: it was written here just now, so
 * nobody can have changed it yet.
 */
export const chronicle = async (
  draft: Draft,
  event: SignedEvent,
  plaintext: Uint8Array,
  { own }: { readonly own: boolean },
): Promise<void> => {
  const inside = contentIn(plaintext)
  const content = inside && readContent(inside)
  const person = personAt(draft, event.author)
  if (!content) {
    draft.putEvent({ ...stored(event), content: plaintext })
    return putLine(draft, event, { kind: 'newer', person, what: 'content' })
  }
  const target = isAmendment(content) ? content.target : undefined
  draft.putEvent({ ...stored(event), content: plaintext, ...(target !== undefined && { target }) })
  switch (content.kind) {
    case 'text':
      return putMessage(draft, event, content, own ? [] : await amendmentsOf(draft, event.id))
    case 'edit':
    case 'delete':
    case 'reaction': {
      const original = await storedContent(draft, content.target)
      if (original?.content.kind === 'text')
        putMessage(draft, original.event, original.content, await amendmentsOf(draft, original.event.id))
      return
    }
    case 'profile':
      putLine(draft, event, { kind: 'renamed', person, from: content.was, to: content.name })
      draft.meanings.push({ kind: 'renamed', person, name: content.name, at: event.time })
      return
    case 'read':
      return markRead(draft, event.author, content.upTo)
    case 'again':
      return again(draft, person, content)
    case 'newer':
      return putLine(draft, event, { kind: 'newer', person, what: String(content.number) })
  }
}

export const putLine = (draft: Draft, event: SignedEvent, line: Line): void => {
  const message: Message | undefined = line.kind === 'text' ? line.message : undefined
  draft.putLine({
    id: event.id,
    conversation: event.conversation,
    time: event.time,
    author: event.author,
    seq: event.seq,
    counts: event.author !== draft.replica.me.device && (line.kind === 'text' || line.kind === 'sealed'),
    ...(message?.kind === 'message' && { text: message.text }),
    bytes: encodeLine(line),
  })
}

/** Shows the holes in an author's chain as lines, and takes those away that were filled. */
export const chronicleGaps = (draft: Draft, before: Draft['replica'], author: Hex): void => {
  const had = gapsIn(chainOf(before.graph, author))
  const has = gapsIn(chainOf(draft.replica.graph, author))
  for (const gap of had) if (!has.some(({ seq }) => seq === gap.seq)) draft.dropLine(gapId(author, gap.seq))
  for (const gap of has) {
    if (had.some(({ seq, count }) => seq === gap.seq && count === gap.count)) continue
    const line: Line = { kind: 'gap', person: personAt(draft, author), count: gap.count }
    // The sequence before is missing, so its place in the order is free.
    const place = { time: gap.time, author, seq: gap.seq - 1 }
    const conversation = draft.replica.conversation
    draft.putLine({ id: gapId(author, gap.seq), conversation, ...place, counts: false, bytes: encodeLine(line) })
  }
}

export const personAt = (draft: Draft, device: Hex): Hex => {
  const certificate = draft.replica.certificates.get(device)
  return certificate ? personOf(certificate) : device
}

export const isAmendment = (content: Content): content is Extract<Content, { kind: 'edit' | 'delete' | 'reaction' }> =>
  content.kind === 'edit' || content.kind === 'delete' || content.kind === 'reaction'

const markRead = (draft: Draft, device: Hex, upTo: readonly (readonly [Hex, number])[]): void => {
  if (device === draft.replica.me.device) return
  draft.marks = withRead(draft.marks, device, upTo, vectorOf(draft.replica.graph))
  draft.put(markChange(draft.replica.conversation, device, draft.marks))
}

const gapId = (author: Hex, seq: number): string => `gap/${author}/${seq}`

const stored = ({ id, conversation, author, seq, bytes }: SignedEvent): StoredEvent => ({
  id,
  conversation,
  author,
  seq,
  bytes,
})

/** An event of this conversation that is held and could be read. */
const storedContent = async (
  draft: Draft,
  id: Hex,
): Promise<{ readonly event: SignedEvent; readonly content: Content } | undefined> => {
  const held = await draft.event(id)
  if (!held?.content || held.conversation !== draft.replica.conversation) return undefined
  const event = readEvent(held.bytes)
  const inside = contentIn(held.content)
  const content = inside && readContent(inside)
  return event.ok && content ? { event: event.value.event, content } : undefined
}

const putMessage = (
  draft: Draft,
  event: SignedEvent,
  content: Extract<Content, { kind: 'text' }>,
  amendments: readonly Amendment[],
): void => {
  const person = personAt(draft, event.author)
  const message = amended({ person, text: content.text, reply: content.reply }, amendments)
  putLine(draft, event, { kind: 'text', person, message })
}

const amendmentsOf = async (draft: Draft, target: Hex): Promise<readonly Amendment[]> => {
  const amendments: Amendment[] = []
  for (const { id } of await draft.amendments(target, AMENDMENTS_MAX)) {
    const read = await storedContent(draft, id)
    if (!read) continue
    const { event, content } = read
    const at = { time: event.time, author: event.author, seq: event.seq }
    amendments.push({ at, person: personAt(draft, event.author), content })
  }
  return amendments
}

/** The author of an event shows once more what it said. The commitment in its header proves that nothing was changed. */
const again = async (draft: Draft, person: Hex, content: Extract<Content, { kind: 'again' }>): Promise<void> => {
  const held = await draft.event(content.target)
  if (!held || held.content || held.conversation !== draft.replica.conversation) return
  const event = readEvent(held.bytes)
  const body = event.ok ? readSealed(event.value.event.body) : undefined
  if (!event.ok || !body || personAt(draft, held.author) !== person) return
  if (!isCommitted(body, content.plaintext)) return
  const inside = contentIn(content.plaintext)
  // One step deep: a repetition of a repetition would be a way to make us recurse.
  if (inside && readContent(inside)?.kind === 'again') return
  draft.dropLine(held.id)
  return chronicle(draft, event.value.event, content.plaintext, { own: false })
}
