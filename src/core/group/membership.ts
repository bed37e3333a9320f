import type { Hex } from '../bytes/hex.ts'
import type { Members } from './members.ts'
import type { Role } from './operation.ts'
import type { Step } from './step.ts'

/**
 * Who is in a conversation, and what it is, as of some of its steps: the same for everybody who knows the same steps,
 * in whatever order they came.
 */
export type Membership = {
  readonly members: Members
  /** Everybody who is in, the most senior first. */
  readonly roles: ReadonlyMap<Hex, Role>
  /** By which step everybody who ever was in came in first, and every device of theirs. */
  readonly seniority: { readonly people: ReadonlyMap<Hex, Step>; readonly devices: ReadonlyMap<Hex, Step> }
  /** By which step each member device is in. */
  readonly admissions: ReadonlyMap<Hex, Step>
  /** By which step each admin is one; of one by default, none. */
  readonly admins: ReadonlyMap<Hex, Step>
  /** The removals that stand, of people, devices and roles, in the order in which they were decided. */
  readonly revocations: readonly Step[]
  /** The steps that were taken by right and do not stand, by what their authors did not know of. */
  readonly fallen: ReadonlySet<Hex>
  readonly title: { readonly text: string; readonly by?: Step }
  /** The step whose event holds the picture; absent without one. */
  readonly picture?: Step
  /** Those that were neither taken back nor voided, used up or expired though they may be. */
  readonly invitations: ReadonlyMap<Hex, OpenInvitation>
}

export type OpenInvitation = {
  readonly role: Role
  readonly uses: number
  /** The people who came by it, and still count as having come. */
  readonly used: readonly Hex[]
  readonly expiry: number
  readonly by: Step
}

export const isAdmin = (membership: Membership, person: Hex): boolean => membership.roles.get(person) === 'admin'
