import assert from 'node:assert/strict'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import type { Horizon } from '../../../src/core/group/history.ts'
import type { Members } from '../../../src/core/group/members.ts'
import { membershipOf } from '../../../src/core/group/fold.ts'
import { horizonAt, withStoredControls } from '../../../src/core/group/replica.ts'
import type { Device } from './device.ts'

/** What the author of an event knew, as a device that holds it can tell. */
export const horizonOf = async (device: Device, event: SignedEvent): Promise<Horizon> => {
  assert.ok(device.replica)
  const { horizons } = device.disk
  const replica = await withStoredControls(device.replica, event, (id) => Promise.resolve(horizons.get(id)))
  return horizonAt(replica, event.control) ?? assert.fail('a past is not known')
}

/** Who was in as far as the author of an event knew. */
export const membersAt = async (device: Device, event: SignedEvent): Promise<Members> => {
  assert.ok(device.replica)
  return membershipOf(device.replica.history, (await horizonOf(device, event)).steps).members
}
