import { createContext, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Bug } from '../../core/bytes/result.ts'
import type { Answer } from '../../view/calls.ts'
import { refusalWords } from '../../view/refusal-words.ts'
import type { ConversationView, Millis, PersonView, StatusView } from '../../view/view.ts'
import type { Mirror } from './mirror.ts'
import { nameIn } from './names.ts'
import { notify, type Kith, type KithState } from './store.ts'

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

/** Who somebody is, in words: “You”, or what they are called here. */
export const useName = (id: string): string => useMirror((mirror) => nameIn(mirror, id))

/** Names for several people at once; drawn anew when one of these names changes, and at no other time. */
export const useNames = (ids: readonly string[]): readonly string[] => {
  const names = useMirror((mirror) => ids.map((id) => nameIn(mirror, id)).join(SEPARATOR))
  return ids.length === 0 ? [] : names.split(SEPARATOR)
}

// No name holds a control character.
const SEPARATOR = '\u0001'

/**
 * A call of the peer that is made by a button: what it refuses is said above everything. `busy` while it is on its way,
 * so that nothing is done twice.
 */
export const useAct = (): { readonly busy: boolean; act<Value>(call: Answer<Value>): Promise<Value | undefined> } => {
  const kith = useKith()
  const [busy, setBusy] = useState(false)
  const act = async <Value>(call: Answer<Value>): Promise<Value | undefined> => {
    setBusy(true)
    const answer = await call.finally(() => setBusy(false))
    if (answer.ok) return answer.value
    notify(kith, refusalWords(answer.refusal))
    return undefined
  }
  return { busy, act }
}

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
