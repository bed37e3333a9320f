import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUNCH_ADDRESS, RELAY_ADDRESS } from '../../../src/link/address.ts'
import type { Endpoint } from '../../../src/link/port.ts'
import { join, LOOPBACK, never, nextLink, place, serverPlace } from './places.ts'

const setUp = async (context: { after(run: () => unknown): void }) => {
  const [one, two] = [await serverPlace(), await serverPlace()]
  const [alice, bob] = [await place(), await place()]
  context.after(() => Promise.all([one, two, alice, bob].map((each) => each.close())))
  return { one, two, alice, bob }
}

const dialThrough = async (from: Endpoint, to: Endpoint, through?: readonly string[]): Promise<string> => {
  const dialled = await from.dial({
    device: to.device,
    address: RELAY_ADDRESS,
    signal: never,
    ...(through && { through }),
  })
  return dialled.ok ? (dialled.value.server ?? dialled.value.path) : dialled.refusal.kind
}

test('[RC70] one server by another name is refused, and the connection that stands goes on', async (context) => {
  const { one, alice, bob } = await setUp(context)
  const link = await join(alice, one)
  const again = await alice.dialServer({ host: LOOPBACK, port: one.port, signal: never })
  assert.equal(!again.ok && again.refusal.kind, 'same-server')
  await join(bob, one)
  assert.equal(await dialThrough(bob, alice), one.device)
  // Once that connection is left, another may take its place at once.
  link.close()
  assert.equal((await join(alice, one)).device, one.device)
})

test('[RC71] of two servers, the relay of the one is used at which the other device is', async (context) => {
  const { one, two, alice, bob } = await setUp(context)
  await join(alice, one)
  await join(alice, two)
  await join(bob, two)
  assert.equal(await dialThrough(alice, bob), two.device)
  assert.equal(await dialThrough(alice, bob, [one.device]), 'not-registered')
  assert.equal(await dialThrough(alice, bob, [one.device, two.device]), two.device)
  assert.equal(await dialThrough(alice, bob, ['ab'.repeat(32)]), 'unreachable')
  assert.deepEqual([one.relayed().linksTotal, two.relayed().linksTotal], [0, 2])
})

test('[RC71] a server that goes takes the links that it carried, and the other one carries new ones', async (context) => {
  const { one, two, alice, bob } = await setUp(context)
  for (const each of [alice, bob]) for (const server of [one, two]) await join(each, server)
  const arriving = nextLink(bob)
  assert.equal(await dialThrough(alice, bob, [one.device]), one.device)
  const arrived = await arriving
  assert.equal(arrived.server, one.device)
  await one.close()
  assert.notEqual((await arrived.closed).kind, 'ours')
  assert.equal(await dialThrough(alice, bob), two.device)
  assert.equal(two.relayed().linksTotal, 1)
})

test('[RC71] two call each other at the moment that the server named for it brings about', async (context) => {
  const { one, two, alice, bob } = await setUp(context)
  for (const each of [alice, bob]) for (const server of [one, two]) await join(each, server)
  const through = [two.device]
  const dial = (from: Endpoint, to: Endpoint) =>
    from.dial({ device: to.device, address: PUNCH_ADDRESS, through, signal: never })
  const dials = await Promise.all([dial(alice, bob), dial(bob, alice)])
  assert.deepEqual(
    dials.map((each) => each.ok && each.value.path),
    ['nearby', 'nearby'],
  )
  const apart = await Promise.all([
    alice.dial({ device: bob.device, address: PUNCH_ADDRESS, through: [one.device], signal: never }),
    bob.dial({ device: alice.device, address: PUNCH_ADDRESS, through: [two.device], signal: never }),
  ])
  assert.deepEqual(
    apart.map((each) => !each.ok && each.refusal.kind),
    ['not-called', 'not-called'],
  )
})

test('[RC78] a name that others gave leads to no private address, whatever it says', async (context) => {
  const { one, alice } = await setUp(context)
  const dial = async (host: string, outside: boolean): Promise<string> => {
    const dialled = await alice.dialServer({ host, port: one.port, outside, signal: never })
    if (dialled.ok) dialled.value.close()
    return dialled.ok ? 'connected' : dialled.refusal.kind
  }
  assert.equal(await dial('localhost', true), 'unreachable')
  assert.equal(await dial('localhost', false), 'connected')
  assert.equal(await dial('no-such-name.invalid', true), 'name-not-found')
})
