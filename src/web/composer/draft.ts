import { useCallback, useEffect, useRef } from 'react'
import { useKith } from '../peer/context.ts'
import { changeWriting, keepDraft, writingIn } from '../peer/writings.ts'
import { letGo, type Typed } from './writing.ts'

/** A draft is kept when the writing pauses for this long, when the conversation is left, and when the page goes. */
const PAUSE_MILLIS = 400
/** How often the other side is told of typing; it holds for six seconds there. */
const TYPING_STEP_MILLIS = 3_000

/** Has the peer keep what is typed in a conversation, so that it comes back with it, here and in other windows. */
export const useKeeping = (conversation: string, typed: Typed | undefined): void => {
  const kith = useKith()
  const empty = typed?.text === ''
  useEffect(() => {
    if (typed === undefined || typed.kept) return
    const timer = setTimeout(() => void keepDraft(kith, conversation), empty ? 0 : PAUSE_MILLIS)
    return () => clearTimeout(timer)
  }, [kith, conversation, typed, empty])

  useEffect(() => {
    const followAgain = (): void => changeWriting(kith, conversation, letGo)
    const onPageHide = (): void => {
      // There is no time to wait for the answer to what may be on its way.
      const { typed: last } = writingIn(kith, conversation)
      if (last?.kept === false) void kith.calls.draft({ conversation, text: last.text })
    }
    followAgain()
    window.addEventListener('pagehide', onPageHide)
    return () => {
      window.removeEventListener('pagehide', onPageHide)
      void keepDraft(kith, conversation)
      followAgain()
    }
  }, [kith, conversation])
}

/** Tells the other side of typing, now and then. What was sent ends the typing there: what comes next is told at once. */
export const useTellTyping = (conversation: string): ((text: string) => void) => {
  const kith = useKith()
  const told = useRef(0)
  return useCallback(
    (text) => {
      if (text === '') told.current = 0
      if (text.trim() === '' || kith.now() - told.current < TYPING_STEP_MILLIS) return
      told.current = kith.now()
      void kith.calls.typing({ conversation })
    },
    [kith, conversation],
  )
}
