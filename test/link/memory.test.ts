import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSimulatedTime, type SimulatedTime } from '../../src/link/memory-time.ts'
import { createNetwork, MEMORY_DIAL_MILLIS_MAX, type Network } from '../../src/link/memory.ts'
import type { Endpoint, Link, Sighting } from '../../src/link/port.ts'
import { testLinks, type Meeting } from '../contract/link.ts'

const ALICE = { device: 'a1'.repeat(32), address: '10.0.0.1:4001' }
const BOB = { device: 'b0'.repeat(32), address: '10.0.0.2:4002' }
const SERVER = { device: '5e'.repeat(32), address: '203.0.113.5:12345' }

const never = new AbortController().signal

/** Park and Miller's generator: the same seed, the same numbers. */
const seeded = (seed: number) => (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647

const start = (seed = 1, loss = 0): { time: SimulatedTime; network: Network } => {
  const time = createSimulatedTime()
  return { time, network: createNetwork({ time, random: seeded(seed), delay: { least: 5, most: 40 }, loss }) }
}

/** Lets time pass until the promise is settled. */
const waitIn =
  (time: SimulatedTime) =>
  async <Value>(promise: Promise<Value>): Promise<Value> => {
    let settled = false
    const done = (): void => void (settled = true)
    promise.then(done, done)
    for (let steps = 0; steps < 100_000 && !settled; steps += 1) if (!(await time.step())) await turn()
    return promise
  }

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

testLinks('in memory', 'nearby', async (): Promise<Meeting> => {
  const { time, network } = start()
  return {
    alice: network.peer(ALICE),
    bob: network.peer(BOB),
    bobAddress: BOB.address,
    aliceAddress: ALICE.address,
    wait: waitIn(time),
    close: async () => {},
  }
})

const withServer = async (): Promise<Meeting & { readonly network: Network; readonly time: SimulatedTime }> => {
  const { time, network } = start()
  const wait = waitIn(time)
  network.server(SERVER)
  const [alice, bob] = [network.peer(ALICE), network.peer(BOB)]
  for (const each of [alice, bob]) await wait(each.dialServer({ host: '203.0.113.5', port: 12_345, signal: never }))
  return { alice, bob, bobAddress: 'relay', aliceAddress: 'relay', wait, close: async () => {}, network, time }
}

testLinks('in memory, relayed', 'relayed', withServer)

/** A run of two devices as text, to compare runs. */
const run = async (seed: number): Promise<string> => {
  const { time, network } = start(seed, 0.01)
  const [alice, bob] = [network.peer(ALICE), network.peer(BOB)]
  const log: string[] = []
  const note = async (link: Link): Promise<void> => {
    for await (const frame of link.frames) log.push(`${time.now()} ${frame[0]}`)
    log.push(`${time.now()} ${(await link.closed).kind}`)
  }
  bob.onLink((link) => void note(link))
  for (let round = 0; round < 5; round += 1) {
    const link = await open(alice, bob, time)
    for (let index = 0; index < 50; index += 1) link.send(Uint8Array.of(index))
    await time.advance(500)
    link.close()
  }
  await time.advance(1_000)
  return log.join('\n')
}

const open = async (from: Endpoint, to: Endpoint, time: SimulatedTime): Promise<Link> => {
  const address = to.addresses()[0] ?? ''
  const result = await waitIn(time)(from.dial({ device: to.device, address, signal: never }))
  if (!result.ok) throw new Error(result.refusal.kind)
  return result.value
}

test('[LK20] the same seed gives the same run, another seed another', async () => {
  assert.equal(await run(7), await run(7))
  assert.notEqual(await run(7), await run(8))
})

test('[LK20] no time passes but what is asked for', async () => {
  const { time, network } = start()
  const [alice, bob] = [network.peer(ALICE), network.peer(BOB)]
  let arrived = 0
  const note = async (link: Link): Promise<void> => {
    for await (const _ of link.frames) arrived = time.now()
  }
  bob.onLink((link) => void note(link))
  const link = await open(alice, bob, time)
  const sent = time.now()
  link.send(Uint8Array.of(1))
  await time.advance(4)
  assert.equal(arrived, 0)
  await time.advance(100)
  assert.equal(arrived >= sent + 5 && arrived <= sent + 80, true)
  assert.equal(time.now(), sent + 104)
})

test('[LK21] parted devices lose their link and cannot dial until they are mended', async () => {
  const { time, network } = start()
  const [alice, bob] = [network.peer(ALICE), network.peer(BOB)]
  const link = await open(alice, bob, time)
  network.part(alice.device, bob.device)
  assert.deepEqual(await link.closed, { kind: 'lost', detail: 'the network parted' })
  const parted = time.now()
  const dialling = alice.dial({ device: bob.device, address: BOB.address, signal: never })
  const result = await waitIn(time)(dialling)
  assert.deepEqual([result.ok, time.now() - parted], [false, MEMORY_DIAL_MILLIS_MAX])
  network.mend(alice.device, bob.device)
  assert.equal((await open(alice, bob, time)).device, bob.device)
})

test('[LK21] a hidden device is reached through the server alone', async () => {
  const { network, alice, bob, wait } = await withServer()
  network.hide(bob.device, true)
  const direct = await wait(alice.dial({ device: bob.device, address: BOB.address, signal: never }))
  assert.equal(!direct.ok && direct.refusal.kind, 'timeout')
  const relayed = await wait(alice.dial({ device: bob.device, address: 'relay', signal: never }))
  assert.equal(relayed.ok && relayed.value.path, 'relayed')
})

test('[LK21] a crash loses links, and the device may come back', async () => {
  const { time, network } = start()
  const [alice, bob] = [network.peer(ALICE), network.peer(BOB)]
  const link = await open(alice, bob, time)
  network.crash(bob.device)
  assert.equal((await link.closed).kind, 'lost')
  const gone = await waitIn(time)(alice.dial({ device: bob.device, address: BOB.address, signal: never }))
  assert.equal(!gone.ok && gone.refusal.kind, 'refused')
  assert.equal((await open(alice, network.peer(BOB), time)).device, BOB.device)
})

test('[LK21] a server that crashes takes relayed links with it and no others', async () => {
  const { network, alice, bob, wait, time } = await withServer()
  const direct = await open(alice, bob, time)
  const relayed = await wait(alice.dial({ device: bob.device, address: 'relay', signal: never }))
  network.crash(SERVER.device)
  assert.equal(relayed.ok && (await relayed.value.closed).kind, 'lost')
  const heard = direct.room().then(() => 'open')
  assert.equal(await Promise.race([heard, direct.closed]), 'open')
})

test('[LK16] those who are near see each other while both want to be seen', async () => {
  const { time, network } = start()
  const [alice, bob] = [network.peer(ALICE), network.peer(BOB)]
  const seen: Sighting[] = []
  alice.onSighting((sighting) => seen.push(sighting))
  await alice.near(true)
  await time.advance(1_000)
  assert.deepEqual(seen, [])
  await bob.near(true)
  await time.advance(100)
  assert.deepEqual(seen[0], { device: BOB.device, addresses: [BOB.address] })
  await bob.near(false)
  const before = seen.length
  await time.advance(60_000)
  assert.equal(seen.length, before)
})
