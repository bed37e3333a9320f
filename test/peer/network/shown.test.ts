import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeOffer, encodeOffer } from '../../../src/core/reach/offer.ts'
import { decodeServerMessage, encodePeerMessage } from '../../../src/core/rendezvous/messages.ts'
import type { Endpoint } from '../../../src/link/port.ts'
import { openNetwork } from '../../../src/peer/network/network.ts'
import { bytesOf, createWorld, PLACES, SERVER, type World } from './world.ts'

const never = new AbortController().signal

/** Asks Bob where he is, as any device at the server can; answers with the addresses that he tells. */
const askBob = async (world: World): Promise<readonly (readonly string[])[]> => {
  const { device, address } = PLACES.mallory
  const dialling = world.wires.peer({ device, address }).dialServer({ ...SERVER, signal: never })
  await world.time.advance(100)
  const dialled = await dialling
  assert.ok(dialled.ok)
  const { send, frames } = dialled.value
  const told: (readonly string[])[] = []
  const listen = async (): Promise<void> => {
    for await (const frame of frames) {
      const message = decodeServerMessage(frame)
      const offer = message.ok && message.value.kind === 'called' && decodeOffer(message.value.offer)
      if (offer && offer.ok) told.push(offer.value.addresses.map(({ text }) => text))
    }
  }
  void listen()
  send(encodePeerMessage({ kind: 'hello', version: 1, visible: false, listing: bytesOf('') }))
  await world.time.advance(100)
  send(encodePeerMessage({ kind: 'call', to: PLACES.bob.device, offer: encodeOffer('ask', [address]) }))
  await world.time.advance(60_000)
  return told
}

test('[RC59] a stranger who asks is told no address and dialled nowhere; somebody familiar is', async () => {
  const told = []
  for (const familiar of [false, true]) {
    const world = createWorld(1)
    world.server()
    const bob = world.person('bob', { isFamiliar: () => familiar })
    bob.join()
    await world.time.advance(1_000)
    told.push([await askBob(world), bob.dials])
  }
  assert.deepEqual(told, [
    [[[]], []],
    [[[PLACES.bob.address]], [PLACES.mallory.address]],
  ])
})

test('[RC59] who writes to a stranger first reaches them through the server, and directly once both are familiar', async () => {
  const world = createWorld(2)
  world.server()
  let accepted = false
  const alice = world.person('alice')
  const bob = world.person('bob', { isFamiliar: () => accepted })
  for (const each of [alice, bob]) each.join()
  await world.time.advance(1_000)
  alice.network.want(bob.device, [])
  await world.time.advance(600_000)
  assert.deepEqual(
    [alice, bob].map((each) => each.standing().map(({ path }) => path)),
    [['relayed'], ['relayed']],
  )
  assert.deepEqual(
    [alice, bob].map((each) => each.dials),
    [['relay'], []],
  )
  assert.equal(bob.network.reach(alice.device).shown, 'this-machine')
  accepted = true
  bob.network.want(alice.device, [])
  await world.time.advance(5_000)
  assert.deepEqual(
    [alice, bob].map((each) => each.standing().map(({ path }) => path)),
    [['nearby'], ['nearby']],
  )
})

test('[RC60] who never connects directly is reached through the server alone, and can be told to be so at any time', async () => {
  const world = createWorld(3)
  const server = world.server()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const each of [alice, bob]) each.join()
  for (const each of [alice, bob]) each.network.setNearby(true)
  await world.time.advance(1_000)
  alice.network.want(bob.device, [bob.address])
  bob.network.want(alice.device, [alice.address])
  await world.time.advance(1_000)
  assert.deepEqual(
    alice.standing().map(({ path }) => path),
    ['nearby'],
  )
  alice.network.setNearby(false)
  alice.network.setDirectly(false)
  const dialled = alice.dials.length
  await world.time.advance(1_000)
  assert.deepEqual(
    alice.standing().map(({ path }) => path),
    ['relayed'],
  )
  alice.say('through the server')
  // Bob knows where she was, and goes on trying.
  bob.network.tryNow(alice.device)
  await world.time.advance(600_000)
  assert.deepEqual(bob.heard, ['through the server'])
  assert.deepEqual(
    [alice, bob].map((each) => each.standing().map(({ path }) => path)),
    [['relayed'], ['relayed']],
  )
  assert.ok(
    alice.dials.slice(dialled).every((each) => each === 'relay'),
    alice.dials.join(),
  )
  alice.network.setDirectly(true)
  await world.time.advance(5_000)
  assert.deepEqual(
    alice.standing().map(({ path }) => path),
    ['nearby'],
  )
  assert.equal(server.counters().relayed.links, 0)
})

test('[RC60] nothing that such a device says to a server holds an address of its own', async () => {
  const said = new Map<boolean, string>()
  for (const directly of [true, false]) {
    const world = createWorld(4)
    world.server()
    const bob = world.person('bob')
    bob.join()
    const wires = world.wires.peer(PLACES.alice)
    let words = ''
    const endpoint: Endpoint = {
      ...wires,
      dialServer: async (input) => {
        const dialled = await wires.dialServer(input)
        if (!dialled.ok) return dialled
        const send = (frame: Uint8Array): boolean => {
          words += Buffer.from(frame).toString('latin1')
          return dialled.value.send(frame)
        }
        return { ok: true, value: { ...dialled.value, send } }
      },
    }
    const { time: scheduler, random, crypto } = world
    const network = openNetwork({ endpoint, scheduler, random, crypto, admits: () => true, isFamiliar: () => true })
    network.setDirectly(directly)
    network.onLink((link) => void link.frames)
    network.announce({ card: bytesOf('card'), listing: bytesOf('alice'), visible: true })
    network.useServers([SERVER])
    network.want(bob.device, [])
    bob.network.want(PLACES.alice.device, [])
    await world.time.advance(120_000)
    said.set(directly, words)
  }
  const [host = ''] = PLACES.alice.address.split(':')
  assert.ok(said.get(true)?.includes(host), 'else the look would find nothing')
  assert.ok(!said.get(false)?.includes(host))
})

test('[RC61] a device that slept asks on its links for a sign of life', async () => {
  const world = createWorld(5)
  const bob = world.person('bob')
  const endpoint = world.wires.peer(PLACES.alice)
  const { time, random, crypto } = world
  let slept = 0
  const scheduler = { after: time.after, now: () => time.now() + slept }
  const network = openNetwork({ endpoint, scheduler, random, crypto, admits: () => true, isFamiliar: () => true })
  network.onLink((link) => void link.frames)
  network.want(bob.device, [bob.address])
  await time.advance(30_000)
  const roundTrip = (): number | undefined => network.reach(bob.device).link?.roundTrip
  assert.equal(roundTrip(), undefined)
  slept = 60_000
  await time.advance(3_000)
  assert.equal(roundTrip(), 21)
})

test('[RC63] the round trip of a link is measured when somebody looks', async () => {
  const world = createWorld(6)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  alice.network.want(bob.device, [bob.address])
  await world.time.advance(1_000)
  assert.equal(alice.network.reach(bob.device).link?.roundTrip, undefined)
  alice.network.measure(bob.device)
  await world.time.advance(1_000)
  assert.equal(alice.network.reach(bob.device).link?.roundTrip, 21)
})
