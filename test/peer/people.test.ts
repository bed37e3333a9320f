import assert from 'node:assert/strict'
import test from 'node:test'
import { toHex, type Hex } from '../../src/core/bytes/hex.ts'
import { signListing } from '../../src/core/identity/card.ts'
import { certify } from '../../src/core/identity/certificate.ts'
import type { Name } from '../../src/core/identity/name.ts'
import { DEVICES_OF_STRANGER_MAX } from '../../src/peer/people.ts'
import { createDeterministicCrypto, createDice } from '../core/deterministic-crypto.ts'
import { createPuppet } from '../support/puppet.ts'
import { createTown, done, type Home } from '../support/town.ts'

const crypto = createDeterministicCrypto(5)
const random = createDice(5)

/** So many devices of one person, as they name themselves. */
const listingsOf = async (count: number, rootSeed = random(32)) => {
  const listings: { readonly device: Hex; readonly bytes: Uint8Array }[] = []
  for (let index = 0; index < count; index++) {
    const seed = random(32)
    const device = toHex(await crypto.publicKey(seed))
    const certificate = await certify(crypto, { rootSeed, device, now: 1 })
    listings.push({ device, bytes: await signListing(crypto, seed, { certificate, name: 'Pat' as Name, nameTime: 1 }) })
  }
  return listings
}

const devicesOnDisk = (home: Home): ReadonlySet<Hex> =>
  new Set(home.store.snapshot().contents.records.get('device')?.keys())

const scene = async (seed: number) => {
  const town = createTown(seed)
  const alice = await town.home('Alice', { nearby: false })
  const mallory = await createPuppet(town, 'Mallory')
  await mallory.meet(alice)
  const group = toHex(random(32))
  const introduce = async (listings: readonly Uint8Array[], conversation = group) => {
    const founding = new Uint8Array(10)
    mallory.send(
      await mallory.write({ kind: 'introduction', conversation, founding, title: 'Group', mailbox: null, listings }),
    )
    await town.time.advance(1_000)
  }
  return { town, alice, mallory, introduce }
}

test('[PE92] of one person no more devices are known than some, those that were named last', async () => {
  const { town, alice, mallory, introduce } = await scene(1)
  const listings = await listingsOf(DEVICES_OF_STRANGER_MAX + 10)
  await introduce(listings.map(({ bytes }) => bytes))
  const kept = [mallory.device, ...listings.slice(10).map(({ device }) => device)]
  assert.deepEqual(devicesOnDisk(alice), new Set(kept))
  await alice.stop()
  await alice.start()
  await town.time.advance(1_000)
  assert.deepEqual(devicesOnDisk(alice), new Set(kept))
})

test('[PE92] of a contact more are known, and never is one forgotten that is in a conversation', async () => {
  const { alice, mallory, introduce } = await scene(2)
  const more = await listingsOf(2 * DEVICES_OF_STRANGER_MAX, mallory.rootSeed)
  await introduce(more.map(({ bytes }) => bytes))
  const known = devicesOnDisk(alice)
  assert.deepEqual([known.size, known.has(mallory.device)], [DEVICES_OF_STRANGER_MAX, true])
  done(await alice.calls.decide({ person: mallory.person, standing: 'accepted' }))
  await introduce(more.map(({ bytes }) => bytes))
  assert.equal(devicesOnDisk(alice).size, more.length + 1)
})

test('[GP42] whom a stranger names is met once, with the introduction that is kept', async () => {
  const { alice, introduce } = await scene(3)
  const [first, second, third] = [await listingsOf(1), await listingsOf(1), await listingsOf(1)]
  const isKnown = ([one]: typeof first): boolean => devicesOnDisk(alice).has(one?.device ?? '')
  await introduce(first.map(({ bytes }) => bytes))
  await introduce(second.map(({ bytes }) => bytes))
  assert.deepEqual([first, second].map(isKnown), [true, false])
  await introduce(
    third.map(({ bytes }) => bytes),
    toHex(random(32)),
  )
  assert.equal(isKnown(third), true, 'into another group')
})
