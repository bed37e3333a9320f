import type { Intent } from './intent.ts'
import { restored } from './text.ts'

/** What is on its way to the peer. */
export type Unsent = { readonly intent: Intent; readonly text: string }

/** What somebody typed in this window. Another object stands for another typing, also of the same text. */
export type Typed = {
  readonly text: string
  /** The peer has taken exactly this. */
  readonly kept: boolean
  /** The drafts that the peer may hold from here. Any other one was written in another window and is not ours to end. */
  readonly ours: readonly string[]
}

/** What is written in a conversation in this window, whether or not it is on the screen. */
export type Writing = {
  /** Absent while nobody typed here: the field then shows the draft that the peer holds. */
  readonly typed?: Typed
  /** A draft is on its way to the peer; the next one waits for its answer. */
  readonly handing: boolean
  readonly intent: Intent
  /** The text of a change. It has a place of its own, as the draft comes back after it. */
  readonly change?: { readonly line: string; readonly text: string }
  /** What was sent and not answered yet, in order. */
  readonly sending: readonly Unsent[]
  /** Why the text came back. */
  readonly failed?: string
}

export const SAY: Intent = { kind: 'say' }
export const NOTHING_WRITTEN: Writing = { handing: false, intent: SAY, sending: [] }

export const isNothing = ({ typed, handing, intent, change, sending, failed }: Writing): boolean =>
  !typed && !handing && intent.kind === 'say' && !change && sending.length === 0 && failed === undefined

/** What is to be said, without what is being changed; `draft` is what the peer holds. */
export const draftIn = (writing: Writing | undefined, draft: string): string => writing?.typed?.text ?? draft

/** What the field shows. */
export const textIn = (writing: Writing, draft: string): string => {
  const { intent, change } = writing
  if (intent.kind !== 'edit') return draftIn(writing, draft)
  return change?.line === intent.line.id ? change.text : intent.line.text
}

/** After somebody typed. */
export const withText = (writing: Writing, text: string, draft: string): Writing =>
  writing.intent.kind === 'edit'
    ? { ...writing, change: { line: writing.intent.line.id, text } }
    : withDraft(writing, text, draft)

const withDraft = (writing: Writing, text: string, draft: string): Writing => ({
  ...writing,
  typed: { text, kept: false, ours: writing.typed?.ours ?? [draft] },
})

/** What is written turns to something else. Why a change came back is of no interest once it was given up. */
export const turnedTo = (writing: Writing, intent: Intent): Writing => {
  const { failed, ...rest } = writing
  const isGivenUp = failed === undefined || (writing.intent.kind === 'edit' && intent.kind === 'say')
  return isGivenUp ? { ...rest, intent } : { ...rest, intent, failed }
}

/** The text goes to the peer, and the field is free for the next. */
export const departed = (writing: Writing, unsent: Unsent, draft: string): Writing => {
  const { failed: _, ...next } = { ...writing, intent: SAY, sending: [...writing.sending, unsent] }
  if (unsent.intent.kind === 'edit') return withoutChange(next)
  const isOurs = draft === '' || draft === unsent.text || (writing.typed?.ours.includes(draft) ?? false)
  return isOurs ? withDraft(next, '', draft) : withoutTyped(next)
}

/** What the field shows goes away, and nothing was said. A change goes first, then the draft. */
export const discarded = (writing: Writing, draft: string): Writing => {
  const { failed: _, ...rest } = writing
  const next = { ...rest, intent: SAY }
  return writing.intent.kind === 'edit' ? withoutChange(next) : withDraft(next, '', draft)
}

/** The first of what was on its way is kept by the peer. */
export const arrived = (writing: Writing): Writing => ({ ...writing, sending: writing.sending.slice(1) })

/** The first of what was on its way was refused: it comes back into the field, and so does what waited behind it. */
export const cameBack = (writing: Writing, words: string, draft: string): Writing =>
  writing.sending.reduceRight<Writing>((after, unsent) => putBack(after, unsent, draft), {
    ...writing,
    sending: [],
    failed: words,
  })

const putBack = (writing: Writing, { intent, text }: Unsent, draft: string): Writing => {
  // While something else is being changed, nothing takes its place: what came back is beside it in the draft.
  if (intent.kind === 'edit' && writing.intent.kind !== 'edit')
    return { ...writing, intent, change: { line: intent.line.id, text } }
  const next = withDraft(writing, restored(text, draftIn(writing, draft)), draft)
  return next.intent.kind === 'say' && intent.kind === 'reply' ? { ...next, intent } : next
}

/** What was typed goes to the peer as a draft. */
export const handedOver = (writing: Writing): Writing =>
  writing.typed
    ? {
        ...writing,
        handing: true,
        typed: { ...writing.typed, ours: [...writing.typed.ours.slice(-1), writing.typed.text] },
      }
    : writing

/** The peer answered to a draft: what was not taken stays what only this window has. */
export const handoverAnswered = (writing: Writing, handed: Typed | undefined, taken: boolean): Writing =>
  taken && writing.typed && writing.typed === handed
    ? { ...writing, handing: false, typed: { ...writing.typed, kept: true } }
    : { ...writing, handing: false }

/** The peer told of a draft. One that was sent or emptied in another window is not kept here, to be sent twice. */
export const withTold = (writing: Writing, before: string, draft: string): Writing => {
  const { typed } = writing
  const isOver = typed?.kept === true && draft === '' && (typed.text === '' || typed.text === before)
  return isOver ? withoutTyped(writing) : writing
}

/** The conversation goes off the screen or comes back: the peer's draft is followed again where it is the same. */
export const letGo = (writing: Writing, draft: string): Writing =>
  writing.typed?.kept === true && writing.typed.text === draft ? withoutTyped(writing) : writing

const withoutTyped = (writing: Writing): Writing => {
  const { typed: _, ...rest } = writing
  return rest
}

const withoutChange = (writing: Writing): Writing => {
  const { change: _, ...rest } = writing
  return rest
}
