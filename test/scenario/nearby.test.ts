import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFarPeer } from './far-peer.ts'
import { cable, machine, skipNetworks as skip } from './networks.ts'
import { says, type Peer } from './peer.ts'
import { createStage } from './stage.ts'

const TIMEOUT = 120_000

const talk = async (ann: Peer, bob: Peer): Promise<void> => {
  const conversation = await ann.with(bob)
  await ann.until((seen) => (seen.people.get(bob.id)?.foundBy.includes('nearby') === true ? true : undefined))
  await ann.sees(await ann.says(conversation, 'near?'), 'delivered')
  await bob.hears(conversation, says('near?'))
  await bob.sees(await bob.says(conversation, 'very'), 'delivered')
  await ann.hears(conversation, says('very'))
  await ann.until(({ people }) => {
    const presence = people.get(bob.id)?.presence
    return presence?.at === 'here' && presence.path === 'nearby' ? true : undefined
  })
}

test(
  '[SC6] two machines on one network find each other and talk without any server',
  { skip, timeout: TIMEOUT },
  async (context) => {
    const stage = await createStage(context)
    const [here, there] = [machine(context, 'one'), machine(context, 'two')]
    cable(
      { machine: here, card: 'card', address: '10.79.0.1/24' },
      { machine: there, card: 'card', address: '10.79.0.2/24' },
    )
    const [ann, bob] = await Promise.all([
      startFarPeer(stage, here, 'ann', { name: 'Ann', server: 'none', nearby: 'on' }),
      startFarPeer(stage, there, 'bob', { name: 'Bob', server: 'none', nearby: 'on' }),
    ])
    await talk(ann, bob)
  },
)

test(
  '[SC6] two profiles on a machine without any network find each other and talk',
  { skip, timeout: TIMEOUT },
  async (context) => {
    const stage = await createStage(context)
    const alone = machine(context, 'alone')
    const [ann, bob] = await Promise.all([
      startFarPeer(stage, alone, 'ann', { name: 'Ann', server: 'none', nearby: 'on' }),
      startFarPeer(stage, alone, 'bob', { name: 'Bob', server: 'none', nearby: 'on' }),
    ])
    await talk(ann, bob)
  },
)

test('[SC6] whoever does not want to be seen nearby is not found', { skip, timeout: TIMEOUT }, async (context) => {
  const stage = await createStage(context)
  const alone = machine(context, 'hidden')
  const cara = await startFarPeer(stage, alone, 'cara', { name: 'Cara', server: 'none', nearby: 'off' })
  const [ann, bob] = await Promise.all([
    startFarPeer(stage, alone, 'ann', { name: 'Ann', server: 'none', nearby: 'on' }),
    startFarPeer(stage, alone, 'bob', { name: 'Bob', server: 'none', nearby: 'on' }),
  ])
  await talk(ann, bob)
  for (const [peer, found] of [
    [ann, [bob.id]],
    [bob, [ann.id]],
    [cara, []],
  ] as const)
    assert.deepEqual(await peer.until(({ people }) => [...people.keys()]), found)
})
