import { useEffect, useState } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import type { MemberView } from '../../view/view.ts'
import { useKith, useMirror } from '../peer/context.ts'

type Members = { readonly members?: readonly MemberView[]; readonly trouble?: string }

/** Who is in a group, asked for anew whenever that changes. */
export const useMembers = (conversation: string): Members => {
  const kith = useKith()
  const changes = useMirror((mirror) => mirror.memberChanges.get(conversation) ?? 0)
  const size = useMirror((mirror) => {
    const view = mirror.conversations.get(conversation)
    return view?.kind === 'group' ? view.size : 0
  })
  const [known, setKnown] = useState<Members>({})
  useEffect(() => {
    let late = false
    void kith.calls.members({ conversation }).then((answer) => {
      if (late) return
      setKnown(answer.ok ? { members: answer.value } : { trouble: refusalWords(answer.refusal) })
    })
    return () => {
      late = true
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each change is a reason to ask again
  }, [kith, conversation, changes, size])
  return known
}
