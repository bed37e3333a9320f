import type { Hex } from '../bytes/hex.ts'
import type { devicesIn } from './fold.ts'
import { DEVICES_MAX, PEOPLE_MAX } from './members.ts'
import { isAdmin, type Membership } from './membership.ts'
import { countOf, has, type Step, type Warrant } from './step.ts'

/**
 * How many steps of its own person may be in the past of one, by what it does: whatever others bring about, it leaves
 * everybody what they need. About one's own devices every member decides, about all else admins; the two count apart.
 */
export const OWN_STEPS_MAX = { device: 48, revoke: 64, leave: 80 } as const
export const OPERATIONS_MAX = 4_096
/** Of one by which an admin removes or demotes somebody. */
export const REMOVALS_MAX = 6_144

/** Why somebody may not do what they want to, or did. */
export type Objection =
  | { readonly kind: 'not-a-member' }
  | { readonly kind: 'not-admin' }
  | { readonly kind: 'no-such-person' }
  | { readonly kind: 'no-such-device' }
  | { readonly kind: 'no-such-invitation' }
  | { readonly kind: 'invitation-expired' }
  /** The device belongs to somebody else, as far as is known here. */
  | { readonly kind: 'not-theirs' }
  | { readonly kind: 'too-many'; readonly what: 'people' | 'devices' | 'operations'; readonly limit: number }
  /** It is so already. */
  | { readonly kind: 'no-change' }

/** By what right a step is taken in view of its own past; or why there is none. */
export const warrantFor = (
  step: Omit<Step, 'warrant' | 'number'>,
  { at, steps }: { readonly at: Membership; readonly steps: ReadonlyMap<Hex, Step> },
): { readonly warrant: Warrant } | { readonly objection: Objection } => {
  const { deed, author, depth, id } = step
  if (deed.kind === 'found') {
    const person = deed.devices[0]?.[1] ?? ''
    return { warrant: { person, seniority: [depth, id, depth, id], byDefault: false, uses: null } }
  }
  const person = deed.kind === 'join' ? deed.devices[0]?.[1] : at.members.devices.get(author)
  if (person === undefined || !at.roles.has(person)) return { objection: { kind: 'not-a-member' } }
  const objection = tooMany(step, { person, steps }) ?? objectionTo(step, { person, at })
  if (objection) return { objection }
  const [first, firstDevice] = [at.seniority.people.get(person), at.seniority.devices.get(author)]
  const seniority = [first?.depth ?? 0, first?.id ?? '', firstDevice?.depth ?? 0, firstDevice?.id ?? ''] as const
  const byDefault = at.admins.size === 0 && isAdmin(at, person)
  const invited = deed.kind === 'add' && deed.invitation !== null ? at.invitations.get(deed.invitation) : undefined
  return { warrant: { person, seniority, byDefault, uses: invited?.uses ?? null } }
}

const tooMany = (
  { deed, past }: Pick<Step, 'deed' | 'past'>,
  { person, steps }: { readonly person: Hex; readonly steps: ReadonlyMap<Hex, Step> },
): Objection | undefined => {
  const limit = limitOf(deed)
  if (limit === undefined || countOf(past) < limit) return undefined
  let count = 0
  for (const step of steps.values())
    if (step.warrant?.person === person && isOwn(step.deed) === isOwn(deed) && has(past, step.number)) count += 1
  return count >= limit ? { kind: 'too-many', what: 'operations', limit } : undefined
}

const limitOf = ({ kind }: Step['deed']): number | undefined => {
  switch (kind) {
    // What a conversation begins with, and who comes into one of two people, is bounded where it is taken in.
    case 'found':
    case 'join':
      return undefined
    case 'device':
    case 'revoke':
    case 'leave':
      return OWN_STEPS_MAX[kind]
    default:
      return isRemoval({ kind }) ? REMOVALS_MAX : OPERATIONS_MAX
  }
}

/** Whether it is about the devices of its own person alone, which every member may decide. */
export const isOwn = ({ kind }: { readonly kind: string }): boolean => Object.hasOwn(OWN_STEPS_MAX, kind)

/** Whether somebody else is to go or to lose a role, which only admins may bring about. */
export const isRemoval = ({ kind }: { readonly kind: string }): boolean => kind === 'remove' || kind === 'demote'

const objectionTo = (
  { deed, time }: Omit<Step, 'warrant' | 'number'>,
  { person, at }: { readonly person: Hex; readonly at: Membership },
): Objection | undefined => {
  switch (deed.kind) {
    case 'found':
    case 'leave':
      return undefined
    case 'join':
      return roomFor(deed.devices, at)
    case 'device':
      return deed.devices.every(([, owner]) => owner === person) ? roomFor(deed.devices, at) : { kind: 'not-theirs' }
    case 'revoke':
      return at.members.devices.get(deed.device) === person ? undefined : { kind: 'no-such-device' }
    default:
      if (!isAdmin(at, person)) return { kind: 'not-admin' }
  }
  switch (deed.kind) {
    case 'remove':
    case 'promote':
      return at.roles.has(deed.person) ? undefined : { kind: 'no-such-person' }
    case 'demote':
      return isAdmin(at, deed.person) ? undefined : { kind: 'no-such-person' }
    case 'add': {
      const invitation = deed.invitation === null ? undefined : at.invitations.get(deed.invitation)
      if (deed.invitation !== null && invitation?.role !== deed.role) return { kind: 'no-such-invitation' }
      if (invitation && time > invitation.expiry) return { kind: 'invitation-expired' }
      return roomFor(deed.devices, at)
    }
    case 'title':
    case 'picture':
    case 'invite':
    case 'uninvite':
      return undefined
  }
}

/** Whether these devices may be in beside those who are, and are nobody else's. */
const roomFor = (devices: ReturnType<typeof devicesIn>, at: Membership): Objection | undefined => {
  const fresh = devices.filter(([device]) => !at.members.devices.has(device))
  if (devices.some(([device, owner]) => (at.members.devices.get(device) ?? owner) !== owner))
    return { kind: 'not-theirs' }
  if (at.members.devices.size + fresh.length > DEVICES_MAX)
    return { kind: 'too-many', what: 'devices', limit: DEVICES_MAX }
  const isNew = devices.some(([, owner]) => !at.roles.has(owner))
  return isNew && at.roles.size >= PEOPLE_MAX ? { kind: 'too-many', what: 'people', limit: PEOPLE_MAX } : undefined
}
