import type { JoiningView } from '../../view/invitation-view.ts'
import type { FoundBy, PersonView } from '../../view/view.ts'
import type { Mirror } from '../peer/mirror.ts'
import { talkIn, type Talk } from '../peer/talk.ts'

export type Lists = {
  readonly requests: readonly Talk[]
  readonly talks: readonly Talk[]
  /** Invitations that I accepted and that have not let me in, or not any more. */
  readonly joinings: readonly JoiningView[]
  readonly nearby: readonly PersonView[]
  readonly onServer: readonly PersonView[]
  /** Ignored and blocked: out of the way, but never out of reach. */
  readonly aside: readonly Talk[]
}

/** Who stands where in the list at the left. `sought` keeps those whose name, title or tag holds it. */
export const listsOf = (mirror: Mirror, sought = ''): Lists => {
  const talks = [...mirror.conversations.values()]
    .flatMap((conversation) => talkIn(mirror, conversation) ?? [])
    .filter((talk) => (talk.kind === 'group' ? holds([talk.conversation.title], sought) : fits(talk.person, sought)))
    .sort((one, other) => other.conversation.active - one.conversation.active)
  const talkedTo = new Set(
    [...mirror.conversations.values()].flatMap((each) => (each.kind === 'direct' ? [each.person] : [])),
  )
  const strangers = [...mirror.people.values()]
    .filter((person) => !talkedTo.has(person.id) && person.standing !== 'blocked' && person.id !== mirror.status.me?.id)
    .filter((person) => fits(person, sought))
    .sort(byName)
  const foundBy = (by: FoundBy): readonly PersonView[] => strangers.filter((person) => person.foundBy.includes(by))
  const nearby = foundBy('nearby')
  return {
    requests: talks.filter(({ conversation }) => conversation.at === 'request'),
    talks: talks.filter(({ conversation }) => conversation.at === 'open'),
    joinings: [...mirror.joinings.values()]
      .filter(({ state, inviter, group }) => state.at !== 'in' && holds([group?.title ?? inviter.name], sought))
      .sort((one, other) => other.since - one.since),
    aside: talks.filter(({ conversation }) => conversation.at === 'ignored' || conversation.at === 'blocked'),
    nearby,
    onServer: foundBy('server').filter((person) => !nearby.includes(person)),
  }
}

/** Who may come into a group: those I talk with, by the latest talk, then everybody else who is known here. */
export const candidatesOf = (mirror: Mirror, without: ReadonlySet<string>, sought = ''): readonly PersonView[] => {
  const active = new Map(
    [...mirror.conversations.values()].flatMap((each) =>
      each.kind === 'direct' && each.at === 'open' ? [[each.person, each.active] as const] : [],
    ),
  )
  return [...mirror.people.values()]
    .filter(({ id, standing }) => id !== mirror.status.me?.id && standing !== 'blocked' && !without.has(id))
    .filter((person) => fits(person, sought))
    .sort((one, other) => (active.get(other.id) ?? 0) - (active.get(one.id) ?? 0) || byName(one, other))
}

/** True when a name, a private name or the tag of this person holds what is sought. */
export const fits = (person: PersonView, sought: string): boolean =>
  holds([person.name, person.privateName ?? '', person.tag], sought)

const holds = (texts: readonly string[], sought: string): boolean => {
  const words = fold(sought)
  return words === '' || texts.some((each) => fold(each).includes(words))
}

const byName = (one: PersonView, other: PersonView): number =>
  one.name.localeCompare(other.name) || one.tag.localeCompare(other.tag)

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
