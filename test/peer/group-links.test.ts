import assert from 'node:assert/strict'
import test from 'node:test'
import { readFrame } from '../../src/core/sync/frame.ts'
import { ringFrom } from '../../src/peer/ring.ts'
import { NEIGHBOURS, SHARED_MAX } from '../../src/peer/sharing.ts'
import { foundGroup, groupView, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, type Home } from '../support/town.ts'

const device = (number: number): string => number.toString(16).padStart(64, '0')

test('[GP18] the next few in the ring of a group connect all of its members, and nobody is the next of many', () => {
  const devices = Array.from({ length: 60 }, (_, number) => device(number))
  const conversation = 'cc'.repeat(32)
  const next = new Map(devices.map((each) => [each, ringFrom(each, conversation, devices).slice(0, NEIGHBOURS)]))
  const reached = new Set<string>()
  const waiting = [device(0)]
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (reached.has(each)) continue
    reached.add(each)
    waiting.push(...(next.get(each) ?? []))
  }
  assert.equal(reached.size, devices.length)
  for (const each of devices)
    assert.equal([...next.values()].filter((neighbours) => neighbours.includes(each)).length, NEIGHBOURS)
  // Another group is another ring, and nobody is their own neighbour.
  assert.notDeepEqual(ringFrom(device(0), 'dd'.repeat(32), devices).slice(0, NEIGHBOURS), next.get(device(0)))
  assert.equal(ringFrom(device(0), conversation, devices).includes(device(0)), false)
})

test('[GP18] in a group of many a message goes out on few links, is passed on, and reaches everybody', async () => {
  const town = createTown(1)
  const homes: Home[] = []
  for (let index = 0; index < 19; index++) homes.push(await town.home(`Person ${index}`))
  await town.time.advance(5_000)
  const [founder, ...others] = homes as [Home, ...Home[]]
  for (const each of others) done(await each.calls.decide({ person: founder.person, standing: 'accepted' }))
  await town.time.advance(2_000)
  const group = await foundGroup(town, founder, { title: 'Everybody', others })
  await town.time.advance(10_000)
  for (const each of homes) assert.equal(groupView(each, group).size, homes.length, each.name)
  const speaker = homes[7] as Home
  const receivers = new Set<string>()
  town.overheard.onFrame = (bytes, from, to) => {
    const frame = readFrame(bytes)
    if (from === speaker.device && frame.ok && frame.value.kind === 'events') receivers.add(to)
  }
  await sayIn(speaker, group, 'hello everybody')
  await town.time.advance(5_000)
  for (const each of homes)
    assert.deepEqual(await wordsIn(each, group, homes), [`${speaker.name}: hello everybody`], each.name)
  assert.ok(receivers.size <= SHARED_MAX, `sent to ${receivers.size}`)
  assert.ok(receivers.size < homes.length - 1)
})
