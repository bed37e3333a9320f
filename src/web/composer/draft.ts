import { useCallback, useEffect, useRef, useState } from 'react'
import { useKith } from '../peer/context.ts'

/** A draft is kept when the writing pauses for this long, when the conversation is left, and when the page goes. */
const PAUSE_MILLIS = 400
/** How often the other side is told of typing; it holds for six seconds there. */
const TYPING_STEP_MILLIS = 3_000

/** What is written in a conversation and not said yet. It is kept by the peer, and comes back with the conversation. */
export const useDraft = (conversation: string, first: string) => {
  const kith = useKith()
  const [written, setWritten] = useState(first)
  const kept = useRef(first)
  const latest = useRef(first)
  const told = useRef(0)

  const keep = useCallback((): void => {
    if (kept.current === latest.current) return
    kept.current = latest.current
    void kith.calls.draft({ conversation, text: latest.current })
  }, [kith, conversation])

  useEffect(() => {
    latest.current = written
    // What was sent ended the typing at the other side: what comes next is told of at once.
    if (written === '') told.current = 0
    const timer = setTimeout(keep, written === '' ? 0 : PAUSE_MILLIS)
    return () => clearTimeout(timer)
  }, [written, keep])

  useEffect(() => {
    window.addEventListener('pagehide', keep)
    return () => {
      window.removeEventListener('pagehide', keep)
      keep()
    }
  }, [keep])

  const typed = (text: string): void => {
    if (text.trim() === '' || kith.now() - told.current < TYPING_STEP_MILLIS) return
    told.current = kith.now()
    void kith.calls.typing({ conversation })
  }
  return { written, write: setWritten, typed }
}
