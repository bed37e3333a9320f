import type { Hex } from '../bytes/hex.ts'
import { closureOf, type History } from './history.ts'
import { DEVICES_MAX, directMembers, groupMembers, PEOPLE_MAX } from './members.ts'
import type { Membership, OpenInvitation } from './membership.ts'
import type { Role } from './operation.ts'
import { has, knows, type Bits, type Owned, type Step } from './step.ts'

/** How many results are remembered for one conversation: what comes next is judged by one of the latest. */
export const FOLDS_KEPT_MAX = 48

/** Who is in as of these steps and everything in their past. */
export const membershipOf = (history: History, latest: readonly Hex[]): Membership => {
  const name = latest.join()
  const known = history.folds.get(name)
  const membership = known ?? fold(history, closureOf(history, latest))
  // Taken out and put in again, so that the first is always the one that was not asked for longest.
  history.folds.delete(name)
  history.folds.set(name, membership)
  if (history.folds.size > FOLDS_KEPT_MAX) history.folds.delete(history.folds.keys().next().value ?? '')
  return membership
}

/**
 * Decides what stands of a set of steps, one that holds with each step all of its past.
 *
 * Removals come first, in the order of their authors' seniority: each stands unless one that stands already has taken its
 * author's right to it. Then whatever lets in, or changes something else, stands if its author still had the right to it,
 * where everything that stands and that the author did not know of counts against it.
 */
export const fold = (history: History, set: Bits): Membership => {
  const steps = [...history.steps.values()].filter((step) => step.warrant && has(set, step.number))
  const court = newCourt(steps)
  settle(court)
  for (const step of steps.filter(isRevocation).sort(bySeniority)) if (isRightful(court, step)) uphold(court, step)

  const isDirect = steps.some(({ deed }) => deed.kind === 'found' && deed.title === null)
  const admissions = admitted(court)
  const devices = new Map([...admissions].map(([device, step]) => [device, ownerOf(step, device) ?? '']))
  const by = {
    admissions: new Map([...admissions].map(([device, { id }]) => [device, id])),
    removals: court.upheld.filter(({ deed }) => deed.kind !== 'demote').map(({ id }) => id),
  }
  const members = isDirect ? directMembers(devices) : groupMembers(devices, by)
  const seniority = seniorityOf(court)
  const present = new Set(devices.values())
  const people = new Set([...seniority.people.keys()].filter((person) => present.has(person)))
  const admins = isDirect ? new Map<Hex, Step>() : adminsOf(court, people)
  const picture = last(court, ({ deed }) => deed.kind === 'picture')
  return {
    members,
    admissions,
    admins,
    roles: rolesOf(people, { admins, isDirect }),
    seniority,
    revocations: court.upheld,
    fallen: fallenIn(court),
    title: titleOf(court),
    ...(picture?.deed.kind === 'picture' && !picture.deed.isEmpty && { picture }),
    invitations: invitationsOf(court),
  }
}

const fallenIn = (court: Court): ReadonlySet<Hex> => {
  const upheld = new Set(court.upheld)
  const grants = new Set(court.grants)
  const stands = (step: Step): boolean =>
    isRevocation(step) ? upheld.has(step) : grants.has(step) ? court.valid.has(step) : isRightful(court, step)
  return new Set(court.steps.filter((step) => !stands(step)).map(({ id }) => id))
}

/** A removal: of a person or device from the group, or of an admin's role. */
export const isRevocation = ({ deed: { kind } }: Pick<Step, 'deed'>): boolean =>
  kind === 'remove' || kind === 'leave' || kind === 'revoke' || kind === 'demote'

/** Whose the device is according to this step. */
export const ownerOf = ({ deed }: Step, device: Hex): Hex | undefined =>
  devicesIn(deed).find(([each]) => each === device)?.[1]

export const inOrder = (a: Step, b: Step): number => a.depth - b.depth || compare(a.id, b.id)

type Court = {
  readonly steps: readonly Step[]
  /** What lets in or makes an admin, in order; by device, and by person. */
  readonly grants: readonly Step[]
  readonly admissions: ReadonlyMap<Hex, readonly Step[]>
  readonly promotions: ReadonlyMap<Hex, readonly Step[]>
  /** The removals that stand, in the order in which they were decided, and by whom they take out. */
  readonly upheld: Step[]
  readonly people: Map<Hex, Step[]>
  readonly devices: Map<Hex, Step[]>
  readonly roles: Map<Hex, Step[]>
  /** The grants that count, whatever became of whom they let in; and who came by each invitation. */
  readonly valid: Set<Step>
  readonly guests: Map<Hex, Set<Hex>>
}

const newCourt = (steps: readonly Step[]): Court => {
  const admissions = new Map<Hex, Step[]>()
  const promotions = new Map<Hex, Step[]>()
  const grants = steps.filter(({ deed }) => devicesIn(deed).length > 0 || deed.kind === 'promote').sort(inOrder)
  for (const step of grants) {
    for (const [device] of devicesIn(step.deed)) push(admissions, device, step)
    const admin = adminIn(step)
    if (admin !== undefined) push(promotions, admin, step)
  }
  const upheld = { upheld: [], people: new Map(), devices: new Map(), roles: new Map() }
  return { steps, grants, admissions, promotions, ...upheld, valid: new Set(), guests: new Map() }
}

/** Decides of each grant whether it counts, in the order of all, in which each comes after those that it stands on. */
const settle = (court: Court): void => {
  court.valid.clear()
  court.guests.clear()
  for (const grant of court.grants) if (isRightful(court, grant) && isWithinUses(court, grant)) court.valid.add(grant)
}

/** Counts whoever came by an invitation; those who are more than it is for stay out. */
const isWithinUses = (court: Court, { deed, warrant }: Step): boolean => {
  if (deed.kind !== 'add' || deed.invitation === null) return true
  const guests = court.guests.get(deed.invitation) ?? new Set()
  const person = deed.devices[0]?.[1] ?? ''
  if (!guests.has(person) && guests.size >= (warrant?.uses ?? 0)) return false
  court.guests.set(deed.invitation, guests.add(person))
  return true
}

const uphold = (court: Court, step: Step): void => {
  const { deed, warrant } = step
  court.upheld.push(step)
  const person = deed.kind === 'remove' || deed.kind === 'demote' ? deed.person : warrant?.person
  if (deed.kind === 'remove' || deed.kind === 'leave') push(court.people, person ?? '', step)
  if (deed.kind === 'revoke') push(court.devices, deed.device, step)
  if (deed.kind === 'demote') push(court.roles, deed.person, step)
  // What somebody did who is out now counts as before, but for what the removal did not know of: that is rare.
  const isUnknown = (grant: Step): boolean => grant.warrant?.person === person && !knows(step, grant)
  if (court.grants.some(isUnknown)) settle(court)
}

/** Whether the author of a step had the right to it, by all that is upheld and that they did not know of. */
const isRightful = (court: Court, step: Step): boolean => {
  const { warrant, author, deed } = step
  if (!warrant) return false
  if (deed.kind === 'found' || deed.kind === 'join') return true
  const { person, byDefault } = warrant
  if (!isIn(court, { device: author, person }, step)) return false
  return !NEEDS_ADMIN.has(deed.kind) || byDefault || promotionOf(court, person, step) !== undefined
}

const NEEDS_ADMIN: ReadonlySet<string> = new Set([
  'add',
  'remove',
  'promote',
  'demote',
  'title',
  'picture',
  'invite',
  'uninvite',
])

/** Whether a device is in as of all the steps, or was when the author of `step` took it. */
const isIn = (court: Court, { device, person }: { device: Hex; person: Hex }, step: Step): boolean =>
  (court.admissions.get(device) ?? []).some(
    (grant) =>
      ownerOf(grant, device) === person && knows(step, grant) && isHolding(court, { device, person, grant }, step),
  )

/** Whether a grant lets this device in as of all the steps, or did when the author of `step` took it. */
const isHolding = (
  court: Court,
  { device, person, grant }: { readonly device: Hex; readonly person: Hex; readonly grant: Step },
  step?: Step,
): boolean =>
  court.valid.has(grant) &&
  !isEnded(court.people.get(person), grant, step) &&
  !isEnded(court.devices.get(device), grant, step)

/** By what somebody is an admin as of all the steps, or was when they took `step`. */
const promotionOf = (court: Court, person: Hex, step?: Step): Step | undefined =>
  (court.promotions.get(person) ?? []).find(
    (grant) =>
      (!step || knows(step, grant)) &&
      court.valid.has(grant) &&
      !isEnded(court.people.get(person), grant, step) &&
      !isEnded(court.roles.get(person), grant, step),
  )

/** Whether one of these removals ends a grant: those in spite of which it was given do not, nor what came after `step`. */
const isEnded = (removals: readonly Step[] | undefined, grant: Step, step: Step | undefined): boolean =>
  (removals ?? []).some((removal) => !knows(grant, removal) && removal !== step && !(step && knows(removal, step)))

/** The devices that are in, each with the first grant that holds, in that order; no more than there may be. */
const admitted = (court: Court): ReadonlyMap<Hex, Step> => {
  const first: (readonly [device: Hex, grant: Step])[] = []
  for (const [device, grants] of court.admissions) {
    const grant = grants.find((each) => isHolding(court, { device, person: ownerOf(each, device) ?? '', grant: each }))
    if (grant) first.push([device, grant])
  }
  first.sort(([a, one], [b, other]) => inOrder(one, other) || compare(a, b))
  const people = new Set<Hex>()
  const within = new Map<Hex, Step>()
  for (const [device, grant] of first) {
    const person = ownerOf(grant, device) ?? ''
    if (within.size >= DEVICES_MAX || (people.size >= PEOPLE_MAX && !people.has(person))) continue
    people.add(person)
    within.set(device, grant)
  }
  return within
}

/** The first grant of everybody who ever was in, and of every device. */
const seniorityOf = (court: Court): Membership['seniority'] => {
  const people = new Map<Hex, Step>()
  const devices = new Map<Hex, Step>()
  for (const grant of court.grants.filter((each) => court.valid.has(each)))
    for (const [device, person] of devicesIn(grant.deed)) {
      if (!people.has(person)) people.set(person, grant)
      if (!devices.has(device)) devices.set(device, grant)
    }
  return { people, devices }
}

const adminsOf = (court: Court, people: ReadonlySet<Hex>): ReadonlyMap<Hex, Step> => {
  const admins = new Map<Hex, Step>()
  for (const person of people) {
    const promotion = promotionOf(court, person)
    if (promotion) admins.set(person, promotion)
  }
  return admins
}

/** Where no admin is left, the most senior is one: nobody shall be locked in. */
const rolesOf = (
  people: ReadonlySet<Hex>,
  { admins, isDirect }: { readonly admins: ReadonlyMap<Hex, Step>; readonly isDirect: boolean },
): ReadonlyMap<Hex, Role> => {
  const byDefault = admins.size === 0 && !isDirect ? [...people][0] : undefined
  const isOne = (person: Hex): boolean => admins.has(person) || person === byDefault
  return new Map([...people].map((person) => [person, isOne(person) ? 'admin' : 'member']))
}

const titleOf = (court: Court): Membership['title'] => {
  const by = last(court, ({ deed }) => deed.kind === 'title' || (deed.kind === 'found' && deed.title !== null))
  const text = by?.deed.kind === 'title' || by?.deed.kind === 'found' ? by.deed.title : null
  return { text: text ?? '', ...(by && { by }) }
}

/** The last of these that stands, in the order of all. */
const last = (court: Court, isOne: (step: Step) => boolean): Step | undefined =>
  court.steps
    .filter(isOne)
    .sort((a, b) => inOrder(b, a))
    .find((step) => isRightful(court, step))

const invitationsOf = (court: Court): ReadonlyMap<Hex, OpenInvitation> => {
  const open = new Map<Hex, OpenInvitation>()
  const revoked = new Set<Hex>()
  for (const step of court.steps)
    if (step.deed.kind === 'uninvite' && isRightful(court, step)) revoked.add(step.deed.invitation)
  for (const step of court.steps.filter(({ deed }) => deed.kind === 'invite').sort(inOrder)) {
    if (step.deed.kind !== 'invite' || open.has(step.deed.invitation) || revoked.has(step.deed.invitation)) continue
    if (!isRightful(court, step)) continue
    const { invitation, role, uses, expiry } = step.deed
    open.set(invitation, { role, uses, expiry, used: [...(court.guests.get(invitation) ?? [])], by: step })
  }
  return open
}

export const devicesIn = (deed: Step['deed']): readonly Owned[] =>
  deed.kind === 'found' || deed.kind === 'join' || deed.kind === 'add' || deed.kind === 'device' ? deed.devices : NONE

const NONE: readonly Owned[] = []

const adminIn = ({ deed }: Step): Hex | undefined => {
  if (deed.kind === 'promote') return deed.person
  if (deed.kind === 'found' && deed.title !== null) return deed.devices[0]?.[1]
  return deed.kind === 'add' && deed.role === 'admin' ? deed.devices[0]?.[1] : undefined
}

export const bySeniority = (a: Step, b: Step): number => {
  const [depth, id, deviceDepth, deviceId] = a.warrant?.seniority ?? NOBODY
  const [otherDepth, otherId, otherDeviceDepth, otherDeviceId] = b.warrant?.seniority ?? NOBODY
  const byPerson = depth - otherDepth || compare(id, otherId)
  return byPerson || deviceDepth - otherDeviceDepth || compare(deviceId, otherDeviceId) || inOrder(a, b)
}

const NOBODY = [0, '', 0, ''] as const

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const push = <Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void => {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}
