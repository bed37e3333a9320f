import { useMemo } from 'react'
import type { ConversationView, PersonView } from '../../view/view.ts'
import { useConversation, usePerson } from './context.ts'
import type { Mirror } from './mirror.ts'
import { isolated, nameOf, strangerOf } from './names.ts'

export type DirectView = Extract<ConversationView, { kind: 'direct' }>
export type GroupView = Extract<ConversationView, { kind: 'group' }>

/** A conversation, with the other person where there are two. */
export type Talk =
  | { readonly kind: 'direct'; readonly conversation: DirectView; readonly person: PersonView }
  | { readonly kind: 'group'; readonly conversation: GroupView }

/** A conversation as a talk; `undefined` for one with a person who is not told of. */
export const talkIn = (mirror: Mirror, conversation: ConversationView): Talk | undefined => {
  if (conversation.kind === 'group') return { kind: 'group', conversation }
  const person = mirror.people.get(conversation.person)
  return person && { kind: 'direct', conversation, person }
}

export const useTalk = (id: string): Talk | undefined => {
  const conversation = useConversation(id)
  const person = usePerson(conversation?.kind === 'direct' ? conversation.person : '')
  return useMemo(() => {
    if (conversation?.kind === 'group') return { kind: 'group', conversation }
    return conversation && person && { kind: 'direct', conversation, person }
  }, [conversation, person])
}

/** What a conversation is called, to be put into a sentence: the other person's name, or the group's. */
export const talkName = (talk: Talk): string =>
  talk.kind === 'direct' ? nameOf(talk.person) : isolated(talk.conversation.title)

/** Somebody by id, whether or not anything is known of them here. */
export const useAnybody = (id: string): PersonView => {
  const person = usePerson(id)
  return useMemo(() => person ?? strangerOf(id), [person, id])
}
