import assert from 'node:assert/strict'
import test from 'node:test'
import type { UdpPolicy } from '../../../src/link/port.ts'
import { openNetwork } from '../../../src/peer/network/network.ts'
import { createWorld, PLACES } from './world.ts'

test('[RC52] over UDP only a device is answered that is wanted, welcome and may learn where this one is', () => {
  const world = createWorld(1)
  const given: UdpPolicy[] = []
  const stance = { admits: true, isFamiliar: true }
  const network = openNetwork({
    endpoint: { ...world.wires.peer(PLACES.alice), overUdp: (policy) => void given.push(policy) },
    scheduler: world.time,
    random: world.random,
    crypto: world.crypto,
    admits: () => stance.admits,
    isFamiliar: () => stance.isFamiliar,
  })
  const { device } = PLACES.bob
  const isAnswered = (): boolean | undefined => given.at(-1)?.answers(device)
  assert.equal(isAnswered(), false, 'unknown')
  network.want(device, [])
  assert.equal(isAnswered(), true, 'wanted')
  stance.isFamiliar = false
  assert.equal(isAnswered(), false, 'wanted by a stranger')
  stance.isFamiliar = true
  stance.admits = false
  assert.equal(isAnswered(), false, 'blocked')
  stance.admits = true
  network.setDirectly(false)
  assert.equal(isAnswered(), false, 'never directly')
  network.setDirectly(true)
  assert.equal(isAnswered(), true)
  network.release(device)
  assert.equal(isAnswered(), false, 'released')
  network.want(device, [])
  network.close()
  assert.equal(isAnswered(), false, 'closed')
})
