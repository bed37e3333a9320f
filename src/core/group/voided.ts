import type { Hex } from '../bytes/hex.ts'
import type { SignedEvent } from '../event/event.ts'
import { personOf } from '../identity/certificate.ts'
import { devicesIn } from './fold.ts'
import { closureOf } from './history.ts'
import type { Membership } from './membership.ts'
import type { Held } from './operation.ts'
import { has, knows, type Step } from './step.ts'
import { horizonAt, membershipNow, type Replica } from './replica.ts'

/**
 * Whether an event is void by what is known here now: its author was removed by somebody who had not heard of it, and
 * did not know of the removal. Undefined while a control event it builds on is not in memory (`withStoredControls`).
 */
export const isVoided = (
  replica: Replica,
  event: Pick<SignedEvent, 'id' | 'author' | 'seq' | 'control'>,
): boolean | undefined => {
  const against = removalsOf(replica, membershipNow(replica), event.author)
  if (against.length === 0) return false
  const horizon = horizonAt(replica, event.control)
  if (!horizon) return undefined
  const known = closureOf(replica.history, horizon.steps)
  return against.some(
    (step) => step.id !== event.id && !has(known, step.number) && event.seq > (heldIn(step).get(event.author) ?? 0),
  )
}

/**
 * Of which devices events may have become void or valid again between two memberships, and from which sequence on: look
 * at those again with `isVoided`.
 */
export const disputed = (replica: Replica, before: Membership, after: Membership): ReadonlyMap<Hex, number> => {
  const [had, has] = [new Set(before.revocations), new Set(after.revocations)]
  const changed = [...had.symmetricDifference(has)]
  const from = new Map<Hex, number>()
  for (const step of changed)
    for (const device of replica.certificates.keys()) {
      if (!isAgainst(replica, step, device)) continue
      const first = (heldIn(step).get(device) ?? 0) + 1
      from.set(device, Math.min(first, from.get(device) ?? first))
    }
  return from
}

/**
 * How far a device may be given events: as far as those had heard by whose removals it is out, and these removals.
 * Undefined, no limit, for a member, and for one that is out by what names no such bounds: by an invitation that others
 * had used up, or because who let it in was an admin no more. It has to learn that it is out, and has no keys.
 */
export const heldUpTo = (replica: Replica, device: Hex): Held | undefined => {
  const membership = membershipNow(replica)
  if (membership.members.devices.has(device)) return undefined
  const held = new Map<Hex, number>()
  for (const grant of grantsOf(replica, device)) {
    const causes = [...causesOf(replica, membership, { grant, device })].filter(({ deed }) => 'held' in deed)
    if (causes.length === 0) return undefined
    // It was out already for who removed it, or who let it in, once more, and its limit is that of before.
    const first = causes.filter((step) => !causes.some((other) => knows(step, other)))
    for (const step of first)
      for (const [author, seq] of [...heldIn(step), [step.author, step.seq] as const])
        held.set(author, Math.max(seq, held.get(author) ?? 0))
  }
  return held
}

/** The removals for which a grant does not hold: of the device, of who gave it, and of those by whom they were in. */
const causesOf = (
  replica: Replica,
  membership: Membership,
  { grant, device }: { readonly grant: Step; readonly device: Hex },
): ReadonlySet<Step> => {
  const causes = new Set(removalsOf(replica, membership, device).filter((removal) => !knows(grant, removal)))
  const above = new Set([grant])
  for (const each of above) {
    const isUnknown = (removal: Step): boolean =>
      [grant, each].every((one) => !knows(one, removal) && !knows(removal, one))
    for (const removal of membership.revocations.filter(isUnknown))
      if (isAgainst(replica, removal, each.author) || isDemotion(replica, removal, each)) causes.add(removal)
    for (const further of grantsOf(replica, each.author)) if (knows(each, further)) above.add(further)
  }
  return causes
}

/** By what a device was let in, as often as it was. */
const grantsOf = (replica: Replica, device: Hex): readonly Step[] =>
  [...replica.history.steps.values()].filter(
    ({ warrant, deed }) => warrant && devicesIn(deed).some(([each]) => each === device),
  )

const removalsOf = (replica: Replica, { revocations }: Membership, device: Hex): readonly Step[] =>
  revocations.filter((step) => isAgainst(replica, step, device))

/** Whether a removal takes this device out. */
const isAgainst = (replica: Replica, { deed, warrant }: Step, device: Hex): boolean => {
  const certificate = replica.certificates.get(device)
  const person = certificate && personOf(certificate)
  if (deed.kind === 'remove') return deed.person === person
  if (deed.kind === 'leave') return warrant?.person === person
  return deed.kind === 'revoke' && deed.device === device
}

/** Whether a removal takes from the author of a grant the role that it needs. */
const isDemotion = (replica: Replica, { deed }: Step, grant: Step): boolean => {
  const certificate = replica.certificates.get(grant.author)
  return (
    deed.kind === 'demote' &&
    grant.deed.kind === 'add' &&
    certificate !== undefined &&
    deed.person === personOf(certificate)
  )
}

const heldIn = ({ deed }: Step): Held => ('held' in deed ? deed.held : NOTHING)

const NOTHING: Held = new Map()
