import type { Hex } from '../bytes/hex.ts'
import type { Membership } from './membership.ts'
import type { Role } from './operation.ts'
import type { Step } from './step.ts'

/**
 * What people see of a change of who is in or of what the group is. `by` is the person whose deed it was; absent where
 * something came or went because a deed that it stood on was undone.
 */
export type MembershipChange =
  | { readonly kind: 'person-added'; readonly person: Hex; readonly role: Role; readonly by?: Hex }
  | { readonly kind: 'person-removed'; readonly person: Hex; readonly by?: Hex }
  | { readonly kind: 'person-left'; readonly person: Hex }
  | { readonly kind: 'role'; readonly person: Hex; readonly role: Role; readonly by?: Hex }
  | { readonly kind: 'device-added'; readonly person: Hex; readonly device: Hex; readonly by?: Hex }
  | { readonly kind: 'device-revoked'; readonly person: Hex; readonly device: Hex; readonly by?: Hex }
  | { readonly kind: 'title'; readonly title: string; readonly by?: Hex }
  /** `operation`: the event whose body holds the picture; absent when there is none any more. */
  | { readonly kind: 'picture'; readonly operation?: Hex; readonly by?: Hex }

/** What people see of the way from one membership to another, in the order in which lines about it are read. */
export const changesBetween = (before: Membership, after: Membership): readonly MembershipChange[] => {
  if (before === after) return []
  const changes: MembershipChange[] = []
  const fresh = after.revocations.filter((step) => !before.revocations.includes(step))
  for (const person of before.roles.keys()) if (!after.roles.has(person)) changes.push(gone(fresh, person))
  for (const [person, role] of after.roles) {
    const had = before.roles.get(person)
    if (had === undefined) changes.push({ kind: 'person-added', person, role, ...byOf(admissionOf(after, person)) })
    else if (had !== role) changes.push({ kind: 'role', person, role, ...byOf(roleStep(fresh, after, person)) })
  }
  changes.push(...deviceChanges(before, after))
  if (before.title.text !== after.title.text)
    changes.push({ kind: 'title', title: after.title.text, ...byOf(after.title.by) })
  if (before.picture?.id !== after.picture?.id)
    changes.push({ kind: 'picture', ...(after.picture && { operation: after.picture.id }), ...byOf(after.picture) })
  return changes
}

/** Devices that came or went of people who are in before and after. */
const deviceChanges = (before: Membership, after: Membership): readonly MembershipChange[] => {
  const changes: MembershipChange[] = []
  const [had, has] = [before.members.devices, after.members.devices]
  const stays = (person: Hex): boolean => before.roles.has(person) && after.roles.has(person)
  for (const [device, person] of had)
    if (has.get(device) !== person && stays(person)) {
      const by = after.revocations.findLast(({ deed }) => deed.kind === 'revoke' && deed.device === device)
      changes.push({ kind: 'device-revoked', person, device, ...byOf(by) })
    }
  for (const [device, person] of has)
    if (had.get(device) !== person && stays(person))
      changes.push({ kind: 'device-added', person, device, ...byOf(after.admissions.get(device)) })
  return changes
}

const gone = (fresh: readonly Step[], person: Hex): MembershipChange => {
  const removal = fresh.find(({ deed }) => deed.kind === 'remove' && deed.person === person)
  if (removal) return { kind: 'person-removed', person, ...byOf(removal) }
  const isGoing = fresh.some(({ deed, warrant }) => deed.kind === 'leave' && warrant?.person === person)
  return { kind: isGoing ? 'person-left' : 'person-removed', person }
}

const admissionOf = (after: Membership, person: Hex): Step | undefined =>
  [...after.admissions].find(([device]) => after.members.devices.get(device) === person)?.[1]

const roleStep = (fresh: readonly Step[], after: Membership, person: Hex): Step | undefined =>
  after.admins.get(person) ?? fresh.find(({ deed }) => deed.kind === 'demote' && deed.person === person)

const byOf = (step: Step | undefined): { readonly by?: Hex } => (step?.warrant ? { by: step.warrant.person } : {})
