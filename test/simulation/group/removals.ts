import assert from 'node:assert/strict'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import { isRevocation } from '../../../src/core/group/fold.ts'
import { closureOf, type History } from '../../../src/core/group/history.ts'
import { membershipNow } from '../../../src/core/group/replica.ts'
import { has, knows, type Step } from '../../../src/core/group/step.ts'
import type { Device } from './device.ts'
import { horizonOf } from './past.ts'
import type { World } from './world.ts'

/**
 * What a removal comes to that nobody disputed by another beside it, worked out without the core's own judgement: whoever
 * it removes is out unless let in again by somebody who knew of it, and of what they wrote beside it what the remover had
 * not heard of is void.
 */
export const assertRemovals = async (world: World, one: Device): Promise<void> => {
  assert.ok(one.replica)
  const { history } = one.replica
  const membership = membershipNow(one.replica)
  const steps = [...history.steps.values()].filter(({ warrant }) => warrant)
  const removals = steps.filter((step) => step.deed.kind === 'remove' && isUndisputed(step, history))
  for (const { identity, disk, id, name } of world.devices) {
    const against = removals.filter(({ deed }) => deed.kind === 'remove' && deed.person === identity.person)
    const admission = membership.admissions.get(id)
    for (const removal of against)
      assert.ok(!admission || knows(admission, removal), `${name} is in by what came beside its removal`)
    for (const event of disk.of(id)) {
      const known = closureOf(history, (await horizonOf(one, event)).steps)
      const beside = against.find((removal) => !has(known, removal.number) && event.seq > heldOf(removal, id))
      if (beside && one.disk.lines.has(event.id))
        assert.equal(one.disk.lines.get(event.id), 'void', `what ${name} wrote beside its removal stands`)
    }
  }
}

/** Whether nobody removed anybody, or took a role, without knowing of this removal, nor it of that. */
export const isUndisputed = (removal: Step, { steps }: History): boolean =>
  ![...steps.values()].some(
    (step) => isRevocation(step) && step !== removal && !knows(removal, step) && !knows(step, removal),
  )

const heldOf = ({ deed }: Step, device: Hex): number => (deed.kind === 'remove' ? (deed.held.get(device) ?? 0) : 0)
