import type { PersonView } from '../../view/view.ts'
import type { Mirror } from './mirror.ts'

/** What I call somebody: the name I gave them, else the one they chose. Alone; for a sentence see `nameOf`. */
export const calledName = (person: Pick<PersonView, 'name' | 'privateName'>): string =>
  person.privateName ?? person.name

/** What I call somebody, to be put into a sentence. */
export const nameOf = (person: Pick<PersonView, 'name' | 'privateName'>): string => isolated(calledName(person))

/**
 * A text of somebody else's, to be put into a sentence of ours: one in a script that runs from right to left is marked
 * off, so that it turns no word around it.
 */
export const isolated = (text: string): string => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text)

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** “You”, what somebody is called, or “Somebody” for who is known here no longer. */
export const nameIn = ({ status, people }: Pick<Mirror, 'status' | 'people'>, id: string): string => {
  if (id === status.me?.id) return 'You'
  const person = people.get(id)
  return person === undefined ? 'Somebody' : nameOf(person)
}

/** Somebody about whom nothing is known here but their key. */
export const strangerOf = (id: string): PersonView => ({
  id,
  name: 'Somebody',
  tag: id.slice(0, 6),
  ambiguous: true,
  presence: { at: 'away' },
  foundBy: [],
  standing: 'new',
  verified: { at: 'no' },
})
