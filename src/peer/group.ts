import type { Hex } from '../core/bytes/hex.ts'
import { PLAIN_SLOTS_ABOVE } from '../core/group/epoch.ts'
import { membershipNow, type Replica } from '../core/group/replica.ts'
import type { MemberView, Role, Talk } from '../view/view.ts'
import type { Introduced } from './introduced.ts'

/** How many others the list and the header of a group show. */
const SHOWN_MEMBERS = 4

/** What I am in a group; undefined while nothing of it is here. */
export const roleIn = (replica: Replica, person: Hex): Role | 'gone' | undefined => {
  const { roles, seniority } = membershipNow(replica)
  return roles.get(person) ?? (seniority.people.has(person) || wasLetIn(replica, person) ? 'gone' : undefined)
}

/** Whether somebody let them in, also where that does not stand: an invitation may be used once too often at one moment. */
const wasLetIn = (replica: Replica, person: Hex): boolean =>
  [...replica.history.steps.values()].some(
    ({ deed }) => deed.kind === 'add' && deed.devices.some(([, owner]) => owner === person),
  )

/** A group as the list of conversations shows it: as it was introduced, until its own events say more. */
export const groupTalk = (replica: Replica, introduced: Introduced, me: Hex): Talk => {
  const { roles, title, picture, members } = membershipNow(replica)
  const role = roleIn(replica, me)
  const people = role === undefined ? introduced.people : [...roles.keys()]
  const text = role === undefined ? introduced.title : title.text
  return {
    kind: 'group',
    title: text === '' ? introduced.title : text,
    ...(picture && { picture: picture.id }),
    role: role ?? 'member',
    ...(role === undefined && { arriving: true }),
    size: role === undefined ? people.length + 1 : people.length,
    some: people.filter((person) => person !== me).slice(0, SHOWN_MEMBERS),
    ...(introduced.by !== null && { by: introduced.by }),
    postQuantum: members.devices.size <= PLAIN_SLOTS_ABOVE,
  }
}

/** Everybody in a group: admins first, then by name as it is shown. */
export const membersOf = (replica: Replica, me: Hex, nameOf: (person: Hex) => string): readonly MemberView[] => {
  const { roles, members } = membershipNow(replica)
  const devices = new Map<Hex, number>()
  for (const person of members.devices.values()) devices.set(person, (devices.get(person) ?? 0) + 1)
  const views = [...roles].map(([person, role]) => ({
    person,
    role,
    me: person === me,
    devices: devices.get(person) ?? 0,
  }))
  const names = new Map(views.map(({ person }) => [person, nameOf(person).toLowerCase()]))
  const byName = (a: Hex, b: Hex): number => {
    const [one, other] = [names.get(a) ?? '', names.get(b) ?? '']
    return one < other ? -1 : one > other ? 1 : a < b ? -1 : 1
  }
  return views.sort((a, b) => (a.role === b.role ? byName(a.person, b.person) : a.role === 'admin' ? -1 : 1))
}
