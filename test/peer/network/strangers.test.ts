import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeOffer, OFFER_ADDRESSES_MAX } from '../../../src/core/reach/offer.ts'
import { encodePeerMessage } from '../../../src/core/rendezvous/messages.ts'
import type { Link } from '../../../src/link/port.ts'
import { STRANGERS_LINKED_MAX } from '../../../src/peer/network/devices.ts'
import { STRANGERS_ANSWERS_PER_MINUTE } from '../../../src/peer/network/network.ts'
import { bytesOf, createWorld, PLACES, SERVER, type Person, type World } from './world.ts'

/** A device that says to the server whatever it likes. */
const createRogue = async (
  world: World,
  number: number,
): Promise<(message: Parameters<typeof encodePeerMessage>[0]) => void> => {
  const device = (0x4000 + number).toString(16).padStart(4, '0').repeat(16)
  const endpoint = world.wires.peer({ device, address: `198.51.100.7:${4_000 + number}` })
  const dialling = endpoint.dialServer({ ...SERVER, signal: new AbortController().signal })
  await world.time.advance(100)
  const dialled = await dialling
  assert.ok(dialled.ok)
  const link: Link = dialled.value
  link.send(encodePeerMessage({ kind: 'hello', version: 1, visible: false, listing: bytesOf('') }))
  await world.time.advance(100)
  return (message) => void link.send(encodePeerMessage(message))
}

/** Addresses that nobody was asked to dial before. */
const scan = (turn: number): Uint8Array =>
  encodeOffer(
    'ask',
    Array.from({ length: OFFER_ADDRESSES_MAX }, (_, index) => `10.${turn >> 8}.${turn & 255}.${index + 1}:22`),
  )

const dialsToOthers = (person: Person): number => person.dials.filter((each) => each.endsWith(':22')).length

test('[RC15] whoever offers ever new addresses makes Bob dial few of them, and none if he does not know them', async () => {
  const dials = [await scannedBy({ isFamiliar: () => true }), await scannedBy({ isFamiliar: () => false })]
  const [familiar = 0, strange] = dials
  assert.ok(familiar > 0 && familiar <= 48, `${familiar} dials in the first minute`)
  assert.equal(strange, 0)
})

const scannedBy = async (whom: { readonly isFamiliar: () => boolean }): Promise<number> => {
  const world = createWorld(1)
  world.server()
  const bob = world.person('bob', whom)
  bob.join()
  const call = await createRogue(world, 1)
  await world.time.advance(1_000)
  for (let turn = 0; turn < 600; turn++) {
    call({ kind: 'call', to: bob.device, offer: scan(turn) })
    await world.time.advance(100)
  }
  assert.equal(bob.network.servers()[0]?.at, 'connected')
  return dialsToOthers(bob)
}

test('[RC16] many strangers together get no more answers than one limit', async () => {
  const world = createWorld(2)
  const server = world.server()
  const bob = world.person('bob', { isFamiliar: () => false })
  bob.join()
  const calls = []
  for (let number = 0; number < 40; number++) calls.push(await createRogue(world, number))
  const answered = (): number => server.counters().rendezvous.calls
  let asked = 0
  const start = answered()
  for (let turn = 0; turn < 60; turn++) {
    for (const [number, call] of calls.entries()) {
      call({ kind: 'call', to: bob.device, offer: scan(turn * 40 + number) })
      asked += 1
    }
    await world.time.advance(1_000)
  }
  const answers = answered() - start - asked
  assert.ok(answers > 48 && answers <= 2 * STRANGERS_ANSWERS_PER_MINUTE, `${answers} answers in the first minute`)
  assert.deepEqual(bob.dials, [])
})

test('[RC16] what is no offer is passed over, and the server is none the worse', async () => {
  const world = createWorld(3)
  world.server()
  const bob = world.person('bob')
  bob.join()
  const call = await createRogue(world, 1)
  for (const offer of [new Uint8Array(), bytesOf('who are you?'), new Uint8Array(2_000).fill(0x81)]) {
    call({ kind: 'call', to: bob.device, offer })
    await world.time.advance(1_000)
  }
  assert.deepEqual(bob.dials, [])
  assert.equal(bob.network.servers()[0]?.at, 'connected')
})

test('[RC16] who is called learns the way to the caller, and back', async () => {
  const world = createWorld(4)
  world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) each.join()
  // Nobody can dial Alice: Bob's answer is what leads her to him.
  world.wires.hide(alice.device, true)
  await world.time.advance(1_000)
  alice.network.want(bob.device, [])
  await world.time.advance(1_000)
  assert.deepEqual(
    alice.standing().map((link) => link.path),
    ['nearby'],
  )
  alice.network.release(bob.device)
  world.wires.hide(alice.device, false)
  // And when nobody can dial Bob, it is he who dials.
  world.wires.hide(bob.device, true)
  await world.time.advance(60_000)
  alice.network.want(bob.device, [])
  await world.time.advance(1_000)
  assert.deepEqual(
    alice.standing().map((link) => [link.path, link.dialled]),
    [['nearby', false]],
  )
})

test('[RC23] sixty-four strangers who connect by themselves are linked, and take turns', async () => {
  const world = createWorld(5)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  const crowd = async (first: number, count: number): Promise<void> => {
    const dialling = Array.from({ length: count }, (_, index) =>
      world.wires
        .peer({ device: (first + index).toString(16).repeat(16), address: `198.51.100.8:${first + index}` })
        .dial({ device: alice.device, address: alice.address, signal: new AbortController().signal }),
    )
    await world.time.advance(500)
    await Promise.all(dialling)
    await world.time.advance(500)
  }
  await crowd(0x5000, STRANGERS_LINKED_MAX + 20)
  const [first] = alice.standing()
  assert.equal(alice.standing().length, STRANGERS_LINKED_MAX)
  // Whom she wants gets through all the same.
  alice.network.want(bob.device, [bob.address])
  await world.time.advance(500)
  assert.equal(alice.standing().length, STRANGERS_LINKED_MAX + 1)
  // After half a minute, whoever was there first makes room for the next.
  await world.time.advance(30_000)
  await crowd(0x6000, 1)
  assert.equal(alice.standing().length, STRANGERS_LINKED_MAX + 1)
  assert.ok(first && !alice.standing().includes(first))
})

test('[RC24] with a device that is not admitted, nothing is had', async () => {
  const world = createWorld(6)
  world.server()
  const bob = world.person('bob', { admits: (device) => device !== PLACES.mallory.device })
  const mallory = world.person('mallory')
  for (const each of [bob, mallory]) {
    each.join()
    each.network.setNearby(true)
  }
  await world.time.advance(1_000)
  mallory.network.want(bob.device, [bob.address])
  await world.time.advance(30_000)
  assert.deepEqual([bob.links, bob.dials], [[], []])
  assert.deepEqual(mallory.standing(), [])
  assert.deepEqual(
    bob.seen.filter((each) => each.by === 'nearby'),
    [],
  )
})
