import type { PersonView } from '../../view/view.ts'
import type { Mirror } from './mirror.ts'

/** What I call somebody: the name I gave them, else the one they chose. */
export const calledName = (person: Pick<PersonView, 'name' | 'privateName'>): string =>
  person.privateName ?? person.name

/** “You”, what somebody is called, or “Somebody” for who is known here no longer. */
export const nameIn = ({ status, people }: Pick<Mirror, 'status' | 'people'>, id: string): string => {
  if (id === status.me?.id) return 'You'
  const person = people.get(id)
  return person === undefined ? 'Somebody' : calledName(person)
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
