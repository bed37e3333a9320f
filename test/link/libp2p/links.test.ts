import { RELAY_ADDRESS, UDP_ADDRESS } from '../../../src/link/address.ts'
import { testLinks } from '../../contract/link.ts'
import { addressOf, join, linked, place, serverPlace } from './places.ts'

testLinks('libp2p, direct', 'nearby', async () => {
  const [alice, bob] = await Promise.all([place(), place()])
  return {
    alice,
    bob,
    bobAddress: addressOf(bob),
    aliceAddress: addressOf(alice),
    wait: (promise) => promise,
    close: async () => void (await Promise.all([alice.close(), bob.close()])),
  }
})

testLinks('libp2p, relayed', 'relayed', async () => {
  const [alice, bob, server] = await Promise.all([place(), place(), serverPlace()])
  await Promise.all([join(alice, server), join(bob, server)])
  return {
    alice,
    bob,
    bobAddress: RELAY_ADDRESS,
    aliceAddress: RELAY_ADDRESS,
    wait: (promise) => promise,
    close: async () => {
      await Promise.all([alice.close(), bob.close()])
      await server.close()
    },
  }
})

// They agree on each link over one that stands: the relayed one, as where no other is to be had.
testLinks('libp2p, over UDP', 'punched', async () => {
  const [alice, bob, server] = await Promise.all([place(), place(), serverPlace()])
  await Promise.all([join(alice, server), join(bob, server)])
  for (const each of [alice, bob]) each.overUdp({ answers: () => true, stun: () => [] })
  await linked(alice, bob, RELAY_ADDRESS)
  return {
    alice,
    bob,
    bobAddress: UDP_ADDRESS,
    aliceAddress: UDP_ADDRESS,
    wait: (promise) => promise,
    close: async () => {
      await Promise.all([alice.close(), bob.close()])
      await server.close()
    },
  }
})
