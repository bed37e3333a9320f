import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { epochInForce } from '../../../src/core/group/keyring.ts'
import { membersNow } from '../../../src/core/group/replica.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { seededRandom } from '../reach/random.ts'
import { createDevice, createPair, createPerson, type Device } from './device.ts'

/** Delivers what one device holds and another does not, in the order of time, until nothing more is taken in. */
const deliver = async (from: Device, to: Device, limit = Infinity): Promise<void> => {
  const missing = [...from.held.values()].filter(({ id }) => !to.held.has(id)).sort(inOrder)
  for (const event of missing.slice(0, limit)) await to.hears([event])
}

const inOrder = (a: SignedEvent, b: SignedEvent): number =>
  a.time - b.time || (a.author < b.author ? -1 : a.author > b.author ? 1 : a.seq - b.seq)

const everybodyHears = async (devices: readonly Device[]): Promise<void> => {
  for (const from of devices) for (const to of devices) if (from !== to) await deliver(from, to)
}

const inForce = (device: Device): string | undefined =>
  epochInForce(device.replica.keyring, membersNow(device.replica))?.id

/** Devices say and hear things at random moments; answers who said what. */
const chatter = async (
  devices: readonly Device[],
  seed: number,
  steps: number,
): Promise<ReadonlyMap<Device, string[]>> => {
  const random = seededRandom(seed)
  const one = (): Device => devices[Math.floor(random() * devices.length)] as Device
  const said = new Map(devices.map((device) => [device, [] as string[]]))
  for (let step = 0; step < steps; step++) {
    const device = one()
    device.now += Math.floor(random() * 60_000)
    if (random() < 0.4) {
      const text = `${step}`
      await device.says(text)
      said.get(device)?.push(text)
    } else if (random() < 0.15) await device.marks()
    else await deliver(one(), device, 1 + Math.floor(random() * 6))
  }
  return said
}

const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort()

test('[GR36] however their words cross, two people hear all of each other, once, and end under one epoch', async (t) => {
  const seed = 36_001
  t.diagnostic(`seed ${seed}`)
  const run = fc.asyncProperty(fc.nat(), fc.boolean(), async (given, bothFound) => {
    const { alice, bob } = await createPair(createDeterministicCrypto(given))
    await alice.founds(bob)
    if (bothFound) await bob.founds(alice)
    else await deliver(alice, bob)
    const said = await chatter([alice, bob], given, 60)
    await everybodyHears([alice, bob])
    const texts = ({ opened }: Device) => sorted(opened.filter((text) => text !== 'read'))
    assert.deepEqual(texts(bob), sorted(said.get(alice) ?? []))
    assert.deepEqual(texts(alice), sorted(said.get(bob) ?? []))
    assert.deepEqual(alice.replica.graph.controlHeads, bob.replica.graph.controlHeads)
    assert.equal(inForce(alice), inForce(bob))
    assert.ok(alice.replica.keyring.own.length < 64 && bob.replica.keyring.own.length < 64)
  })
  await fc.assert(run, { seed, numRuns: 100 })
})

test('[GR36] a third device, once in, hears all that is said from then on, however it crosses', async (t) => {
  const seed = 36_002
  t.diagnostic(`seed ${seed}`)
  const run = fc.asyncProperty(fc.nat(), async (given) => {
    const crypto = createDeterministicCrypto(given)
    const { alice, bob } = await createPair(crypto)
    await alice.founds(bob)
    const phone = await createDevice(crypto, await createPerson(crypto, 'Bob'), 'phone')
    const devices = [alice, bob, phone.meets(alice)]
    await everybodyHears(devices)
    await bob.joins()
    await everybodyHears(devices)
    await phone.joins()
    await everybodyHears(devices)
    const said = await chatter(devices, given, 60)
    await everybodyHears(devices)
    await everybodyHears(devices)
    for (const device of devices) {
      const others = devices.filter((each) => each !== device).flatMap((each) => said.get(each) ?? [])
      assert.deepEqual(sorted(device.opened.filter((text) => text !== 'read')), sorted(others))
      assert.equal(inForce(device), inForce(alice))
    }
  })
  await fc.assert(run, { seed, numRuns: 40 })
})
