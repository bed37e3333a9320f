import { useCallback } from 'react'
import { useKith, useKithState } from '../peer/context.ts'
import { changeWriting, send, writingIn } from '../peer/writings.ts'
import type { ConversationView, LineView } from '../../view/view.ts'
import { useKeeping, useTellTyping } from './draft.ts'
import type { Intent } from './intent.ts'
import { sizeTrouble } from './size.ts'
import { discarded, NOTHING_WRITTEN, textIn, turnedTo, withText, type Unsent } from './writing.ts'

type Composing = {
  readonly text: string
  readonly intent: Intent
  readonly failed: string | undefined
  readonly sending: readonly Unsent[]
  setText(text: string): void
  setIntent(intent: Intent): void
  send(): void
  discard(): void
  lastOfMine(): (LineView & { readonly kind: 'message' }) | undefined
}

/** The text being written in a conversation, and what sending it means. */
export const useComposing = ({ id, draft }: ConversationView): Composing => {
  const kith = useKith()
  const writing = useKithState((state) => state.writings.get(id)) ?? NOTHING_WRITTEN
  const { intent, failed, typed, sending } = writing
  const tellTyping = useTellTyping(id)
  useKeeping(id, typed)
  const setIntent = useIntent(id)
  return {
    text: textIn(writing, draft),
    intent,
    failed,
    sending,
    setText: (text) => {
      changeWriting(kith, id, (each, held) => withText(each, text, held))
      if (intent.kind !== 'edit') tellTyping(text)
    },
    setIntent,
    send: () => {
      // What is there now, not what was drawn: two keys may come within one frame.
      const now = writingIn(kith, id)
      const text = textIn(now, kith.getState().mirror?.conversations.get(id)?.draft ?? '')
      if (text.trim() === '' || sizeTrouble(text) !== undefined) return
      if (now.intent.kind !== 'edit') tellTyping('')
      void send(kith, id, { intent: now.intent, text })
    },
    discard: () => changeWriting(kith, id, discarded),
    lastOfMine: () => {
      const chain = kith.getState().chains.get(id)?.chain
      // Of what is not loaded, nobody knows here whether it is mine.
      if (chain === undefined || chain.newer) return undefined
      const line = chain.lines.findLast((each) => each.mine && each.kind === 'message')
      return line?.kind === 'message' ? line : undefined
    },
  }
}

/** What the composer of a conversation turns to. It stays with the conversation, as its text does. */
export const useIntent = (id: string): ((intent: Intent) => void) => {
  const kith = useKith()
  return useCallback((intent) => changeWriting(kith, id, (each) => turnedTo(each, intent)), [kith, id])
}
