import { isHex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { shownName, type PersonView } from '../view/view.ts'

export type WhoRefusal =
  | { readonly kind: 'unknown-person'; readonly who: string }
  | { readonly kind: 'unclear-person'; readonly who: string; readonly people: readonly string[] }

/**
 * Whom somebody means who types a name, a private name, a tag, or an id, in any case. A stranger may call themselves
 * like a friend, or like a friend's tag: whatever fits several people is refused, never guessed. Blocked people do not
 * make a name unclear, but can still be meant.
 */
export const findPerson = (who: string, people: readonly PersonView[]): Result<PersonView, WhoRefusal> => {
  const byId = people.find((each) => isHex(who, 32) && each.id === who)
  if (byId !== undefined) return accept(byId)
  const sought = plain(who)
  const fitting = people.filter((each) => namesOf(each).some((name) => plain(name) === sought))
  const welcome = fitting.filter((each) => each.standing !== 'blocked')
  const meant = welcome.length > 0 ? welcome : fitting
  const [first, ...others] = meant
  if (first === undefined) return refuse({ kind: 'unknown-person', who })
  if (others.length === 0) return accept(first)
  return refuse({ kind: 'unclear-person', who, people: meant.map(taggedName) })
}

/** The name with its tag, whether or not somebody else is called so. */
export const taggedName = (person: PersonView): string => shownName({ ...person, ambiguous: true })

const namesOf = (person: PersonView): readonly string[] => [
  person.name,
  person.tag,
  `·${person.tag}`,
  taggedName(person),
  shownName({ ...person, ambiguous: false }),
  ...(person.privateName === undefined ? [] : [person.privateName]),
]

const plain = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()
