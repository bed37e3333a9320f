import { isHex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { shownName, type ConversationView, type PersonView } from '../view/view.ts'

export type WhoRefusal =
  | { readonly kind: 'unknown-person'; readonly who: string }
  | { readonly kind: 'unclear-person'; readonly who: string; readonly people: readonly string[] }

export type GroupRefusal =
  | { readonly kind: 'unknown-group'; readonly who: string }
  | { readonly kind: 'unclear-group'; readonly who: string; readonly groups: readonly string[] }

/** A person, or a group, or nobody. */
export type WhomRefusal =
  | WhoRefusal
  | GroupRefusal
  | { readonly kind: 'unclear-whom'; readonly who: string; readonly fitting: readonly string[] }

export type GroupView = Extract<ConversationView, { kind: 'group' }>

/** Whom a message goes to: somebody, or a group. */
export type Whom =
  | { readonly at: 'person'; readonly person: PersonView }
  | { readonly at: 'group'; readonly group: GroupView }

/**
 * Whom somebody means who types a name, a private name, a tag, or an id, in any case. A stranger may call themselves
 * like a friend, or like a friend's tag: whatever fits several people is refused, never guessed. Blocked people do not
 * make a name unclear, but can still be meant.
 */
export const findPerson = (who: string, people: Iterable<PersonView>): Result<PersonView, WhoRefusal> => {
  const [first, ...others] = preferred(peopleFitting(who, [...people])).map(({ whom }) => whom.person)
  if (first === undefined) return refuse({ kind: 'unknown-person', who })
  if (others.length === 0) return accept(first)
  return refuse({ kind: 'unclear-person', who, people: [first, ...others].map(taggedName) })
}

/** Which group somebody means who types its title, its tag or its id. Those that are left do not make it unclear. */
export const findGroup = (who: string, conversations: Iterable<ConversationView>): Result<GroupView, GroupRefusal> => {
  const [first, ...others] = preferred(groupsFitting(who, [...conversations])).map(({ whom }) => whom.group)
  if (first === undefined) return refuse({ kind: 'unknown-group', who })
  if (others.length === 0) return accept(first)
  return refuse({ kind: 'unclear-group', who, groups: [first, ...others].map(taggedTitle) })
}

/** A person or a group, by what is typed. What fits a person and a group is as unclear as what fits two people; a group
 * that was left does not make a person's name unclear, nor somebody blocked a group's. */
export const findWhom = (
  who: string,
  people: Iterable<PersonView>,
  conversations: Iterable<ConversationView>,
): Result<Whom, WhomRefusal> => {
  const fitting: readonly Fitting<Whom>[] = [
    ...peopleFitting(who, [...people]),
    ...groupsFitting(who, [...conversations]),
  ]
  const [first, ...others] = preferred(fitting)
  if (first === undefined) return refuse({ kind: 'unknown-person', who })
  if (others.length === 0) return accept(first.whom)
  const names = [first, ...others].map(({ whom }) =>
    whom.at === 'person' ? taggedName(whom.person) : taggedTitle(whom.group),
  )
  const kinds = new Set([first, ...others].map(({ whom }) => whom.at))
  if (kinds.size > 1) return refuse({ kind: 'unclear-whom', who, fitting: names })
  return kinds.has('person')
    ? refuse({ kind: 'unclear-person', who, people: names })
    : refuse({ kind: 'unclear-group', who, groups: names })
}

/** The name with its tag, whether or not somebody else is called so. */
export const taggedName = (person: PersonView): string => shownName({ ...person, ambiguous: true })

/** A group's title with its tag, which is the beginning of its id: two groups may have one title. */
export const taggedTitle = (group: GroupView): string => `${group.title} ·${groupTag(group.id)}`

export const groupTag = (conversation: string): string => conversation.slice(0, GROUP_TAG_CHARACTERS)

const GROUP_TAG_CHARACTERS = 6

/** What is called as was typed. Who is blocked, and a group that was left, are not welcome. */
type Fitting<Meant> = { readonly whom: Meant; readonly exact: boolean; readonly welcome: boolean }

type MeantPerson = Extract<Whom, { at: 'person' }>
type MeantGroup = Extract<Whom, { at: 'group' }>

/** An id means what has it. The unwelcome are meant only where nobody welcome is, neither person nor group. */
const preferred = <Meant>(fitting: readonly Fitting<Meant>[]): readonly Fitting<Meant>[] => {
  const exact = fitting.filter((each) => each.exact)
  const welcome = fitting.filter((each) => each.welcome)
  return exact.length > 0 ? exact : welcome.length > 0 ? welcome : fitting
}

const peopleFitting = (who: string, people: readonly PersonView[]): readonly Fitting<MeantPerson>[] =>
  people
    .filter((person) => isCalled(who, person.id, namesOf(person)))
    .map((person) => ({
      whom: { at: 'person', person },
      exact: isId(who, person.id),
      welcome: person.standing !== 'blocked',
    }))

const groupsFitting = (who: string, conversations: readonly ConversationView[]): readonly Fitting<MeantGroup>[] =>
  conversations
    .filter((each) => each.kind === 'group')
    .filter((group) => isCalled(who, group.id, titlesOf(group)))
    .map((group) => ({
      whom: { at: 'group', group },
      exact: isId(who, group.id),
      welcome: group.at !== 'blocked' && group.role !== 'gone',
    }))

const isId = (who: string, id: string): boolean => isHex(who, 32) && who === id

const isCalled = (who: string, id: string, names: readonly string[]): boolean =>
  isId(who, id) || names.some((name) => plain(name) === plain(who))

const titlesOf = (group: GroupView): readonly string[] => [
  group.title,
  groupTag(group.id),
  `·${groupTag(group.id)}`,
  taggedTitle(group),
]

const namesOf = (person: PersonView): readonly string[] => [
  person.name,
  person.tag,
  `·${person.tag}`,
  taggedName(person),
  shownName({ ...person, ambiguous: false }),
  ...(person.privateName === undefined ? [] : [person.privateName]),
]

/**
 * The same for what differs in case alone, in every language: by way of large letters, so that `ß` is `SS` and both
 * Turkish letters `i` are one. Two who are called alike then are refused, not guessed, so nothing is lost by it.
 */
const plain = (name: string): string =>
  name
    .normalize('NFC')
    .trim()
    .replace(/\s+/g, ' ')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('i\u0307', 'i')
    .normalize('NFC')
