import { refusalWords } from '../../view/refusal-words.ts'
import {
  arrived,
  cameBack,
  departed,
  handedOver,
  handoverAnswered,
  isNothing,
  NOTHING_WRITTEN,
  withTold,
  type Unsent,
  type Writing,
} from '../composer/writing.ts'
import { loadNewest, markRead } from './chains.ts'
import type { Mirror } from './mirror.ts'
import type { Kith, KithState } from './store.ts'

export const writingIn = (kith: Kith, conversation: string): Writing =>
  kith.getState().writings.get(conversation) ?? NOTHING_WRITTEN

/** Changes what is written in a conversation, knowing the draft that the peer holds. */
export const changeWriting = (
  kith: Kith,
  conversation: string,
  next: (writing: Writing, draft: string) => Writing,
): void =>
  kith.setState((state) => {
    const before = state.writings.get(conversation) ?? NOTHING_WRITTEN
    const after = next(before, state.mirror?.conversations.get(conversation)?.draft ?? '')
    if (after === before) return {}
    const writings = new Map(state.writings)
    if (isNothing(after)) writings.delete(conversation)
    else writings.set(conversation, after)
    return { writings }
  })

/** Hands the peer what was typed and what it does not hold yet. What it does not take stays in this window. */
export const keepDraft = async (kith: Kith, conversation: string): Promise<void> => {
  const { typed, handing } = writingIn(kith, conversation)
  if (typed === undefined || typed.kept || handing) return
  changeWriting(kith, conversation, handedOver)
  const handed = writingIn(kith, conversation).typed
  const answer = await kith.calls.draft({ conversation, text: typed.text })
  changeWriting(kith, conversation, (writing, draft) =>
    withTold(handoverAnswered(writing, handed, answer.ok), draft, draft),
  )
  // More was typed meanwhile.
  if (!answer.ok && writingIn(kith, conversation).typed === handed) return
  await keepDraft(kith, conversation)
}

/** Once there is a peer again: it gets what was typed without it. */
export const keepDrafts = (kith: Kith): void => {
  for (const conversation of kith.getState().writings.keys()) void keepDraft(kith, conversation)
}

/** Sends a text, after those that are still on their way: in the order in which they were written. */
export const send = async (kith: Kith, conversation: string, unsent: Unsent): Promise<void> => {
  changeWriting(kith, conversation, (writing, draft) => departed(writing, unsent, draft))
  if (writingIn(kith, conversation).sending.length > 1) return
  for (let next: Unsent | undefined = unsent; next; next = writingIn(kith, conversation).sending[0]) {
    const answer = await call(kith, conversation, next)
    changeWriting(kith, conversation, (writing, draft) =>
      answer.ok ? arrived(writing) : cameBack(writing, refusalWords(answer.refusal), draft),
    )
    if (answer.ok && next.intent.kind !== 'edit') void showEnd(kith, conversation)
  }
}

const call = (kith: Kith, conversation: string, { intent, text }: Unsent) =>
  intent.kind === 'edit'
    ? kith.calls.edit({ conversation, line: intent.line.id, text })
    : kith.calls.say({ conversation, text, ...(intent.kind === 'reply' ? { reply: intent.to.id } : {}) })

/** Who speaks wants to see it, also where what is loaded is a part of long ago. */
const showEnd = async (kith: Kith, conversation: string): Promise<void> => {
  if (kith.getState().chains.get(conversation)?.chain?.newer !== true) return
  markRead(kith, conversation, 'all')
  await loadNewest(kith, conversation)
}

/** What is written here, after the peer told of drafts. */
export const withToldDrafts = (
  { writings, mirror: before }: Pick<KithState, 'writings' | 'mirror'>,
  mirror: Mirror | undefined,
): KithState['writings'] => {
  const after = [...writings].map(([id, writing]) => {
    const draft = mirror?.conversations.get(id)?.draft ?? ''
    return [id, withTold(writing, before?.conversations.get(id)?.draft ?? '', draft)] as const
  })
  return after.every(([id, writing]) => writings.get(id) === writing)
    ? writings
    : new Map(after.filter(([, writing]) => !isNothing(writing)))
}
