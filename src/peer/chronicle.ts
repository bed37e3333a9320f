import type { Hex } from '../core/bytes/hex.ts'
import type { IdentifiedEvent } from '../core/event/event.ts'
import { chainOf, vectorOf } from '../core/event/graph.ts'
import { contentIn, isCommitted, readSealed } from '../core/group/sealed.ts'
import { personOf } from '../core/identity/certificate.ts'
import { readContent, type Content } from '../core/timeline/content.ts'
import { encodeLine, gapsIn, readLine, type Line } from '../core/timeline/line.ts'
import { amend, newMessage, type Amendment, type Position } from '../core/timeline/message.ts'
import type { StoredLine } from '../store/port.ts'
import { keepHistory, keepIntroduction, keepInvitation } from './bringing.ts'
import type { Draft, Held } from './draft.ts'
import { markChange, withRead } from './marks.ts'

/**
 * How something came: `own`, written here just now, so that nobody can have changed it yet; `new`; `void`, not to count
 * for now; `told`, by somebody who shared what was said before.
 */
export type Coming = 'own' | 'new' | 'void' | 'told'

/** Writes down what a sealed event says: its lines, or the line that it changes. */
export const chronicle = async (
  draft: Draft,
  event: Held['event'],
  plaintext: Uint8Array,
  coming: Coming,
): Promise<void> => {
  const inside = contentIn(plaintext)
  const content = inside && readContent(inside)
  const isAbout = content && (isAmendment(content) || content.kind === 'again')
  const target = isAbout ? content.target : undefined
  draft.putEvent(event, { content: plaintext, ...(target !== undefined && { target }) })
  if (coming === 'void') {
    // What changes another line is not taken notice of, and needs no line of its own.
    if (!content || hasLine(content)) putLine(draft, event, { kind: 'void', person: personAt(draft, event.author) })
    return
  }
  if (coming === 'told' && !(content && isTellable(content))) return
  await tell(draft, event, { content, coming })
}

/** Says in lines what an event that is kept and counts has to say. */
export const tell = async (
  draft: Draft,
  event: IdentifiedEvent,
  { content, coming }: { readonly content: Content | undefined; readonly coming: Coming },
): Promise<void> => {
  const person = personAt(draft, event.author)
  const own = event.author === draft.replica.me.device
  if (!content) return putLine(draft, event, { kind: 'newer', person, what: 'content' })
  switch (content.kind) {
    case 'text':
      return putMessage(draft, event, content, coming)
    case 'edit':
    case 'delete':
    case 'reaction':
      return amendLine(draft, content.target, { at: placeOf(event), person, content })
    case 'profile':
      draft.meanings.push({ kind: 'renamed', person, name: content.name, at: event.time })
      // Whoever is new says their name although it did not change.
      if (content.was !== content.name)
        putLine(draft, event, { kind: 'renamed', person, from: content.was, to: content.name })
      return
    case 'read':
      return markRead(draft, event.author, content.upTo)
    case 'again':
      return again(draft, person, content)
    case 'introduction':
      return keepIntroduction(draft, { by: person, own, introduction: content }, (line) =>
        putLine(draft, event, { ...line, person }),
      )
    case 'history':
      return own ? undefined : keepHistory(draft, content)
    case 'shared':
      return putLine(draft, event, { ...content, person })
    case 'invitation':
      return keepInvitation(draft, content)
    case 'newer':
      return putLine(draft, event, { kind: 'newer', person, what: String(content.number) })
  }
}

/** Takes one more amendment into the line of a message, which holds what those before it came to. */
const amendLine = async (draft: Draft, id: Hex, amendment: Amendment): Promise<void> => {
  const kept = await draft.line(id)
  const line = kept && readLine(kept.bytes)
  if (!kept || line?.kind !== 'text' || line.message.kind === 'unplaced') return retell(draft, id)
  const message = amend(line.message, line.person, amendment)
  if (message === line.message) return
  const { text: _, ...rest } = kept
  draft.putLine({ ...rest, ...saidIn({ ...line, message }) })
}

/** Writes the line of a message anew, from all that was done to it: after some of it fell, or stands again. */
export const retell = async (draft: Draft, id: Hex): Promise<void> => {
  const original = await draft.held(id)
  const content = original && contentOf(original)
  const line = await draft.line(id)
  if (!original || content?.kind !== 'text' || (await draft.isVoid(original.event))) return
  await putMessage(draft, original.event, content, line?.counts === false ? 'told' : 'new')
}

export const putLine = (draft: Draft, event: IdentifiedEvent, line: Line, counts = true): void => {
  const isNews = line.kind === 'text' || line.kind === 'sealed'
  draft.putLine({
    id: event.id,
    conversation: event.conversation,
    ...placeOf(event),
    counts: counts && isNews && event.author !== draft.replica.me.device,
    ...saidIn(line),
  })
}

/** A line's content, and what search looks through. */
const saidIn = (line: Line): Pick<StoredLine, 'bytes' | 'text'> => ({
  ...(line.kind === 'text' && line.message.kind !== 'deleted' && { text: line.message.text }),
  bytes: encodeLine(line),
})

const placeOf = ({ time, author, seq }: IdentifiedEvent): Position => ({ time, author, seq })

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

/** What a held event says, if that can be read. */
export const contentOf = ({ content }: Held): Content | undefined => {
  const inside = content && contentIn(content)
  return inside && readContent(inside)
}

type Amending = Extract<Content, { kind: 'edit' | 'delete' | 'reaction' }>

export const isAmendment = (content: Content): content is Amending =>
  content.kind === 'edit' || content.kind === 'delete' || content.kind === 'reaction'

const hasLine = ({ kind }: Content): boolean =>
  kind === 'text' || kind === 'profile' || kind === 'shared' || kind === 'newer'

/** What others may tell in somebody's name: what they said, and what became of it. */
const isTellable = (content: Content): boolean => content.kind === 'text' || isAmendment(content)

const markRead = (draft: Draft, device: Hex, upTo: readonly (readonly [Hex, number])[]): void => {
  if (device === draft.replica.me.device) return
  draft.marks = withRead(draft.marks, device, upTo, vectorOf(draft.replica.graph))
  draft.put(markChange(draft.replica.conversation, device, draft.marks))
}

const gapId = (author: Hex, seq: number): string => `gap/${author}/${seq}`

const putMessage = async (
  draft: Draft,
  event: IdentifiedEvent,
  content: Extract<Content, { kind: 'text' }>,
  coming: Coming,
): Promise<void> => {
  const person = personAt(draft, event.author)
  let message = newMessage(content)
  if (coming !== 'own')
    for await (const held of draft.amendments(event.id)) {
      const amendment = contentOf(held)
      if (!amendment || (await draft.isVoid(held.event))) continue
      const by = personAt(draft, held.event.author)
      message = amend(message, person, { at: placeOf(held.event), person: by, content: amendment })
    }
  putLine(draft, event, { kind: 'text', person, message }, coming !== 'told')
}

/** The author of an event shows once more what it said. The commitment in its header proves that nothing was changed. */
const again = async (draft: Draft, person: Hex, content: Extract<Content, { kind: 'again' }>): Promise<void> => {
  const held = await draft.held(content.target)
  if (!held || held.content || personAt(draft, held.event.author) !== person) return
  const inside = contentIn(content.plaintext)
  // One step deep: a repetition of a repetition would be a way to make us recurse.
  if (inside && readContent(inside)?.kind === 'again') return
  await reveal(draft, held, content.plaintext, 'new')
}

/** Writes down what its author said again of a sealed event, if that came first. Answers whether it did. */
export const revealAgain = async (draft: Draft, event: Held['event']): Promise<boolean> => {
  const body = readSealed(event.body)
  const person = personAt(draft, event.author)
  for await (const held of draft.amendments(event.id)) {
    const content = contentOf(held)
    if (!body || content?.kind !== 'again' || !isCommitted(body, content.plaintext)) continue
    if (personAt(draft, held.event.author) !== person || (await draft.isVoid(held.event))) continue
    await again(draft, person, content)
    return true
  }
  return false
}

/** Writes down what a held event says, if it is what its author committed to. */
export const reveal = async (
  draft: Draft,
  { event }: Held,
  plaintext: Uint8Array,
  coming: 'new' | 'told',
): Promise<void> => {
  const body = readSealed(event.body)
  if (!body || !isCommitted(body, plaintext)) return
  draft.dropLine(event.id)
  return chronicle(draft, event, plaintext, (await draft.isVoid(event)) ? 'void' : coming)
}
