import assert from 'node:assert/strict'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { devicesIn } from '../../../src/core/group/fold.ts'
import { closureOf } from '../../../src/core/group/history.ts'
import { has, knows } from '../../../src/core/group/step.ts'
import { membershipNow } from '../../../src/core/group/replica.ts'
import { readSealed } from '../../../src/core/group/sealed.ts'
import { digestOf } from '../../../src/core/sync/digest.ts'
import type { Device } from './device.ts'
import { horizonOf, membersAt } from './past.ts'
import { assertRemovals, isUndisputed } from './removals.ts'
import type { World } from './world.ts'

/** What must hold once everything was healed and came to rest. Answers what everybody agreed on. */
export const assertPromises = async (world: World): Promise<string> => {
  const present = world.present
  const [one, ...others] = present
  assert.ok(one, 'nobody is in')
  const agreed = viewOf(one)
  for (const other of others)
    assert.deepEqual(viewOf(other), agreed, `${other.name} sees another group than ${one.name}`)
  const names = (devices: readonly Device[]): readonly string[] => devices.map(({ name }) => name).toSorted()
  const members = one.replica ? membershipNow(one.replica).members.devices : new Map()
  assert.deepEqual(
    names(present),
    // Whom a changed program let in may never have been told of it.
    names(world.devices.filter(({ id, hostile, replica }) => members.has(id) && !hostile && replica)),
    'who thinks that they are in',
  )

  for (const other of others)
    assert.deepEqual(heldBy(other), heldBy(one), `${other.name} holds something else than ${one.name}`)
  for (const { name, heldBack } of present) assert.equal(heldBack, 0, `${name} still holds something back`)
  const lines = linesOf(one)
  for (const other of others)
    assert.deepEqual(linesOf(other), lines, `${other.name} shows other lines than ${one.name}`)
  await assertJudged(one)
  assertNothingLost(world, one)
  await assertRead(world, one)
  await assertSecret(world, one)
  await assertLimited(world, one)
  await assertRemovals(world, one)
  for (const link of world.network.all) assert.ok(link.isBounded, `${link.frames} frames for ${link.events} events`)
  return JSON.stringify([agreed, [...lines], digestOf(one.vector), world.network.frames])
}

/** Everything that people see of who is in and what the group is. */
const viewOf = ({ replica }: Device): unknown => {
  assert.ok(replica)
  const { members, roles, title, picture, invitations, revocations } = membershipNow(replica)
  return {
    members: members.digest,
    roles: [...roles],
    title: title.text,
    picture: picture?.id,
    invitations: [...invitations].map(([id, { used, uses }]) => [id, uses, used] as const).toSorted(byFirst),
    revocations: revocations.map(({ id }) => id).toSorted(),
  }
}

const heldBy = ({ vector }: Device): unknown => [...vector].toSorted(byFirst)

const linesOf = ({ disk }: Device): ReadonlyMap<Hex, string> => new Map([...disk.lines].toSorted(byFirst))

/** What was shown and withdrawn step by step is what follows from everything that is known in the end. */
const assertJudged = async (device: Device): Promise<void> => {
  for (const [id, line] of device.disk.lines) {
    const event = eventOf(device, id)
    assert.equal(line, (await device.judges(event)) ? 'void' : 'said', `a line of ${event.author} is judged wrongly`)
  }
}

/** Whatever anybody wrote and kept is with everybody who is in. */
const assertNothingLost = (world: World, one: Device): void => {
  for (const { name, id, disk, hostile } of world.devices)
    for (const { id: event, kind, seq } of disk.of(id))
      assert.ok(hostile || one.disk.events.has(event), `event ${seq} of ${name} (kind ${kind}) is lost`)
}

/** What stands can be read by every device that was in as far as its author knew, and says what was said. */
const assertRead = async (world: World, one: Device): Promise<void> => {
  for (const { event: id, text, by } of world.said) {
    if (one.disk.lines.get(id) !== 'said' || by.hostile) continue
    const members = await membersAt(one, eventOf(one, id))
    for (const device of world.present)
      if (members.devices.has(device.id))
        assert.equal(device.disk.text(id), text, `${device.name} cannot read ${by.name}`)
  }
}

/** Whoever was not in as far as an author knew has no key for what they wrote, nor could have one. */
const assertSecret = async (world: World, one: Device): Promise<void> => {
  for (const event of one.disk.events.values()) {
    if (event.kind !== KIND.epoch && event.kind !== KIND.sealed) continue
    const members = await membersAt(one, event)
    const epoch = event.kind === KIND.epoch ? event : one.disk.events.get(readSealed(event.body)?.[0] ?? '')
    if (!epoch) continue
    for (const { id, name, archive } of world.devices) {
      if (members.devices.has(id)) continue
      const isOpen =
        event.kind === KIND.epoch ? await archive.opens(world.crypto, epoch, members) : archive.epochs.has(epoch.id)
      assert.ok(!isOpen, `${name} can read what was not for it`)
    }
  }
}

/** Whoever was removed once and for all was given nothing by anybody who knew of it but the removal. */
const assertLimited = async (world: World, one: Device): Promise<void> => {
  assert.ok(one.replica)
  const { history } = one.replica
  const { revocations } = membershipNow(one.replica)
  for (const out of world.devices) {
    const { device, person } = out.identity
    const grants = [...history.steps.values()].filter(({ deed }) => devicesIn(deed).some(([each]) => each === device))
    const [grant] = grants
    if (!grant || grants.length > 1) continue
    const against = revocations.filter((step) => {
      const { deed, warrant } = step
      // One that is disputed may not have stood when something was given.
      if (knows(grant, step) || !isUndisputed(step, history)) return false
      if (deed.kind === 'remove') return deed.person === person
      return deed.kind === 'leave' ? warrant?.person === person : deed.kind === 'revoke' && deed.device === device
    })
    for (const event of out.disk.events.values()) {
      // What somebody gives away who knows of the removal is not in anybody else's hands.
      if (event.author === world.hostile?.device.id) continue
      const known = closureOf(history, (await horizonOf(one, event)).steps)
      const step = against.find(({ number }) => has(known, number))
      assert.ok(
        !step,
        `${out.name} holds what was written after it was removed: ${event.seq} of ${event.author}, kind ${event.kind}, after ${step?.id}`,
      )
    }
  }
}

const eventOf = ({ disk }: Device, id: Hex): SignedEvent => disk.events.get(id) ?? assert.fail('an event is gone')

const byFirst = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number =>
  a < b ? -1 : a > b ? 1 : 0
