import { createContext, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Bug } from '../../core/bytes/result.ts'
import type { ConversationView, Millis, PersonView, StatusView } from '../../view/view.ts'
import type { Mirror } from './mirror.ts'
import type { Kith, KithState } from './store.ts'

export const KithContext = createContext<Kith | undefined>(undefined)

export const useKith = (): Kith => {
  const kith = useContext(KithContext)
  if (kith === undefined) throw new Bug('drawn outside of a window')
  return kith
}

export const useKithState = <Value>(select: (state: KithState) => Value): Value => useStore(useKith(), select)

/** The mirror, for what is only drawn once the peer has told of itself. */
export const useMirror = <Value>(select: (mirror: Mirror) => Value): Value =>
  useKithState(({ mirror }) => {
    if (mirror === undefined) throw new Bug('drawn before the first snapshot')
    return select(mirror)
  })

export const useStatus = (): StatusView => useMirror((mirror) => mirror.status)

export const usePerson = (id: string): PersonView | undefined => useMirror((mirror) => mirror.people.get(id))

export const useConversation = (id: string): ConversationView | undefined =>
  useMirror((mirror) => mirror.conversations.get(id))

/** The time, read anew at every step: for “5 minutes ago” and for counting down. */
export const useNow = (stepMillis: Millis): Millis => {
  const kith = useKith()
  const [now, setNow] = useState(kith.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(kith.now()), stepMillis)
    return () => clearInterval(timer)
  }, [kith, stepMillis])
  return now
}
