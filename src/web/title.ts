import { useEffect } from 'react'
import { useMirror } from './peer/context.ts'

/** The tab tells how many messages wait in conversations that are not muted: “(3) Kith”. */
export const useTitle = (): void => {
  const unread = useMirror(({ conversations }) => {
    let sum = 0
    for (const { at, muted, unread: each } of conversations.values())
      if (!muted && (at === 'open' || at === 'request')) sum += each
    return sum
  })
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Kith` : 'Kith'
  }, [unread])
}
