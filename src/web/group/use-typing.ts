import { useMirror, useNames } from '../peer/context.ts'

/** The names of those who are typing in a conversation now, who began first comes first. */
export const useTyping = (conversation: string): readonly string[] => {
  const typing = useMirror((mirror) => mirror.typing.get(conversation))
  return useNames([...(typing?.keys() ?? [])])
}
