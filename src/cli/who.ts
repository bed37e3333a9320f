import { isHex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { shownName, type ConversationView, type PersonView } from '../view/view.ts'

export type WhoRefusal =
  | { readonly kind: 'unknown-person'; readonly who: string }
  | { readonly kind: 'unclear-person'; readonly who: string; readonly people: readonly string[] }

export type GroupRefusal =
  | { readonly kind: 'unknown-group'; readonly who: string }
  | { readonly kind: 'unclear-group'; readonly who: string; readonly groups: readonly string[] }

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
  const { first, others } = peopleFitting(who, [...people])
  if (first === undefined) return refuse({ kind: 'unknown-person', who })
  if (others.length === 0) return accept(first)
  return refuse({ kind: 'unclear-person', who, people: [first, ...others].map(taggedName) })
}

/** Which group somebody means who types its title, its tag or its id. Those that are left do not make it unclear. */
export const findGroup = (who: string, conversations: Iterable<ConversationView>): Result<GroupView, GroupRefusal> => {
  const { first, others } = groupsFitting(who, [...conversations])
  if (first === undefined) return refuse({ kind: 'unknown-group', who })
  if (others.length === 0) return accept(first)
  return refuse({ kind: 'unclear-group', who, groups: [first, ...others].map(taggedTitle) })
}

/** A person or a group, by what is typed. What fits a person and a group is as unclear as what fits two people. */
export const findWhom = (
  who: string,
  people: Iterable<PersonView>,
  conversations: Iterable<ConversationView>,
): Result<Whom, WhoRefusal> => {
  const person = peopleFitting(who, [...people])
  const group = groupsFitting(who, [...conversations])
  if (person.first === undefined && group.first === undefined) return refuse({ kind: 'unknown-person', who })
  if (person.first !== undefined && person.others.length === 0 && group.first === undefined)
    return accept({ at: 'person', person: person.first })
  if (group.first !== undefined && group.others.length === 0 && person.first === undefined)
    return accept({ at: 'group', group: group.first })
  const fitting = [
    ...[person.first, ...person.others].flatMap((each) => (each === undefined ? [] : [taggedName(each)])),
    ...[group.first, ...group.others].flatMap((each) => (each === undefined ? [] : [taggedTitle(each)])),
  ]
  return refuse({ kind: 'unclear-person', who, people: fitting })
}

/** The name with its tag, whether or not somebody else is called so. */
export const taggedName = (person: PersonView): string => shownName({ ...person, ambiguous: true })

/** A group's title with its tag, which is the beginning of its id: two groups may have one title. */
export const taggedTitle = (group: GroupView): string => `${group.title} ·${groupTag(group.id)}`

export const groupTag = (conversation: string): string => conversation.slice(0, GROUP_TAG_CHARACTERS)

const GROUP_TAG_CHARACTERS = 6

type Fitting<Value> = { readonly first: Value | undefined; readonly others: readonly Value[] }

const peopleFitting = (who: string, people: readonly PersonView[]): Fitting<PersonView> =>
  fitting({ who, all: people, names: namesOf, isWelcome: (each) => each.standing !== 'blocked' })

const groupsFitting = (who: string, conversations: readonly ConversationView[]): Fitting<GroupView> =>
  fitting({
    who,
    all: conversations.filter((each) => each.kind === 'group'),
    names: (each) => [each.title, groupTag(each.id), `·${groupTag(each.id)}`, taggedTitle(each)],
    isWelcome: (each) => each.at !== 'blocked' && each.role !== 'gone',
  })

const fitting = <Value extends { readonly id: string }>(input: {
  readonly who: string
  readonly all: readonly Value[]
  readonly names: (each: Value) => readonly string[]
  readonly isWelcome: (each: Value) => boolean
}): Fitting<Value> => {
  const byId = input.all.find((each) => isHex(input.who, 32) && each.id === input.who)
  if (byId !== undefined) return { first: byId, others: [] }
  const sought = plain(input.who)
  const called = input.all.filter((each) => input.names(each).some((name) => plain(name) === sought))
  const welcome = called.filter(input.isWelcome)
  const [first, ...others] = welcome.length > 0 ? welcome : called
  return { first, others }
}

const namesOf = (person: PersonView): readonly string[] => [
  person.name,
  person.tag,
  `·${person.tag}`,
  taggedName(person),
  shownName({ ...person, ambiguous: false }),
  ...(person.privateName === undefined ? [] : [person.privateName]),
]

const plain = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()
