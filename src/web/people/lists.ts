import type { ConversationView, FoundBy, PersonView } from '../../view/view.ts'
import type { Mirror } from '../peer/mirror.ts'

export type Talk = { readonly conversation: ConversationView; readonly person: PersonView }

export type Lists = {
  readonly requests: readonly Talk[]
  readonly talks: readonly Talk[]
  readonly nearby: readonly PersonView[]
  readonly onServer: readonly PersonView[]
  /** Ignored and blocked: out of the way, but never out of reach. */
  readonly aside: readonly Talk[]
}

/** Who stands where in the list at the left. `sought` keeps those whose name or tag holds it. */
export const listsOf = (mirror: Mirror, sought = ''): Lists => {
  const talks = [...mirror.conversations.values()]
    .flatMap((conversation): Talk[] => {
      const person = mirror.people.get(conversation.person)
      return person && fits(person, sought) ? [{ conversation, person }] : []
    })
    .sort((one, other) => other.conversation.active - one.conversation.active)
  const talkedTo = new Set([...mirror.conversations.values()].map((conversation) => conversation.person))
  const strangers = [...mirror.people.values()]
    .filter((person) => !talkedTo.has(person.id) && person.standing !== 'blocked' && person.id !== mirror.status.me?.id)
    .filter((person) => fits(person, sought))
    .sort((one, other) => one.name.localeCompare(other.name) || one.tag.localeCompare(other.tag))
  const foundBy = (by: FoundBy): readonly PersonView[] => strangers.filter((person) => person.foundBy.includes(by))
  const nearby = foundBy('nearby')
  return {
    requests: talks.filter(({ conversation }) => conversation.at === 'request'),
    talks: talks.filter(({ conversation }) => conversation.at === 'open'),
    aside: talks.filter(({ conversation }) => conversation.at === 'ignored' || conversation.at === 'blocked'),
    nearby,
    onServer: foundBy('server').filter((person) => !nearby.includes(person)),
  }
}

const fits = (person: PersonView, sought: string): boolean => {
  const words = fold(sought)
  return words === '' || [person.name, person.privateName ?? '', person.tag].some((each) => fold(each).includes(words))
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
