import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { horizonNow, membershipNow } from '../../../src/core/group/replica.ts'
import { isVoided } from '../../../src/core/group/voided.ts'
import { missingControls, withStoredControls } from '../../../src/core/group/replica.ts'
import type { Device } from './device.ts'

/** All that two devices with the same events must agree about. */
export const viewOf = async (device: Device, events: readonly SignedEvent[]) => {
  const membership = membershipNow(device.replica)
  return {
    members: [...membership.members.devices],
    digest: membership.members.digest,
    roles: [...membership.roles],
    title: membership.title.text,
    picture: membership.picture?.id,
    invitations: [...membership.invitations]
      .map(([id, { used, uses, role }]) => [id, [...used].sort().join(), uses, role].join(' '))
      .sort(),
    revocations: membership.revocations.map(({ id }) => id),
    steps: [...device.replica.history.steps.keys()].sort(),
    horizon: horizonNow(device.replica),
    voided: await voidedIn(device, events),
  }
}

/** The events that are void by what a device knows. */
export const voidedIn = async (device: Device, events: readonly SignedEvent[]): Promise<readonly Hex[]> => {
  const voided: Hex[] = []
  for (const event of events) {
    const { replica } = device
    const isMissing = missingControls(replica, event).length > 0
    const whole = isMissing ? await withStoredControls(replica, event, (id) => device.horizon(id)) : replica
    if (isVoided(whole, event) === true) voided.push(event.id)
  }
  return voided.sort()
}

/** Delivers events in the given order, what was not ready again and again, until no more is taken. */
export const deliverAll = async (to: Device, events: readonly SignedEvent[]): Promise<ReadonlyMap<Hex, string>> => {
  const outcomes = new Map<Hex, string>()
  let waiting = events
  for (;;) {
    const later: SignedEvent[] = []
    for (const event of waiting) {
      const [outcome = ''] = await to.hears([event])
      outcomes.set(event.id, outcome)
      if (outcome === 'refused: unknown-control' || outcome === 'refused: too-far-ahead') later.push(event)
    }
    if (later.length === 0 || later.length === waiting.length) return outcomes
    waiting = later
  }
}
