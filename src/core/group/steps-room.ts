import type { Hex } from '../bytes/hex.ts'
import type { Replica } from './replica.ts'
import { isOwn, isRemoval, OWN_STEPS_MAX } from './warrant.ts'

/** So many steps of each person are taken, whatever others have done: nobody can use up what others need. */
export const STEPS_OF_EACH_MIN = 80
/** Of one person's steps so many are taken from that person's own devices. */
export const STEPS_OF_ONE_MAX = 8_192
/** All steps of a group, but for those of people who have done little; and with removals. */
export const STEPS_MAX = 16_384
export const STEPS_WITH_REMOVALS_MAX = 20_480
/** Of a direct conversation: foundings, and the first joinings of further devices. */
export const DIRECT_STEPS_MAX = 1_024

/**
 * Whether one more step of this person is taken in. What an honest program writes is bounded by its own past, for everybody
 * alike (`warrantFor`); who claims to have known of less can write any number beside each other. Of these each device takes
 * a few from the person who writes them, and all that others pass on: so whoever has taken one brings it to everybody, and
 * nobody comes to build on what another would not take. What one member has several hundred devices take does not come to
 * STEPS_MAX, where the order of arrival would decide.
 */
export const hasRoomForStep = (
  { kind, history }: Replica,
  step: { readonly deed: string; readonly person: Hex; readonly isPassedOn: boolean },
): boolean => {
  const { size } = history.steps
  if (size < STEPS_OF_EACH_MIN) return true
  let [all, own] = [0, 0]
  for (const { warrant, deed } of history.steps.values()) {
    if (warrant?.person !== step.person) continue
    all += 1
    if (isOwn(deed)) own += 1
  }
  if (all < STEPS_OF_EACH_MIN) return true
  if (kind !== 'group') return size < DIRECT_STEPS_MAX
  if (!step.isPassedOn && all >= STEPS_OF_ONE_MAX) return false
  if (!step.isPassedOn && isOwn({ kind: step.deed }) && own >= OWN_STEPS_MAX.leave) return false
  return size < (isRemoval({ kind: step.deed }) ? STEPS_WITH_REMOVALS_MAX : STEPS_MAX)
}
