import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeLink } from '../../src/core/invitation/link.ts'
import { household } from '../lab/homes.ts'
import { internet } from '../lab/internet.ts'
import { createScope } from '../lab/scope.ts'
import { startFarPeer } from './far-peer.ts'
import { skipNetworks as skip, type Machine } from './networks.ts'
import { done, says, texts } from './peer.ts'
import { createStage } from './stage.ts'

/** Counts what a machine sends to anybody but the server and itself: what would show others where it is. */
const countStraying = (machine: Machine, server: string) => {
  machine.run(
    'nft',
    `table inet straying { chain out { type filter hook output priority 0; oifname "lo" accept; ip daddr ${server} accept;
      meta l4proto { tcp, udp } counter; }; }`,
  )
  return (): number =>
    Number(/counter packets (\d+)/.exec(machine.run('nft', 'list', 'table', 'inet', 'straying'))?.[1])
}

test(
  '[SC68] on one network with somebody they talk to, who never connects directly sends nothing to anybody but the server',
  { skip, timeout: 120_000 },
  async (context) => {
    const stage = await createStage(context)
    const scope = createScope()
    context.after(() => scope.end())
    const net = internet(scope)
    const [here, there] = household(scope, net)
    const server = stage.start(['server', '--port', '0', '--data', stage.data], net.machine)
    const [, port = ''] = await server.prints(/TCP port (\d+)\./)
    const address = `${net.host}:${port}`
    const [straying, bobs] = [countStraying(here, net.host), countStraying(there, net.host)]
    const words = ['--direct', 'off']
    const [ann, bob] = await Promise.all([
      startFarPeer(stage, here, 'ann', { name: 'Ann', server: address, nearby: 'on', words }),
      startFarPeer(stage, there, 'bob', { name: 'Bob', server: address, nearby: 'on' }),
    ])
    const conversation = await ann.with(bob)
    await ann.says(conversation, 'where are you?')
    await bob.hears(conversation, says('where are you?'))
    await bob.sees(await bob.says(conversation, 'here, and you?'), 'delivered')
    await bob.calls.tryNow({ person: ann.id })
    await ann.sees(await ann.says(conversation, 'I will not say'), 'delivered')
    const reaches = [done(await ann.calls.reach({ person: bob.id })), done(await bob.calls.reach({ person: ann.id }))]
    assert.deepEqual(reaches[1]?.candidates, [], 'Bob knows no address of hers')
    for (const reach of reaches) {
      assert.equal(reach.link?.path, 'relayed')
      assert.deepEqual(
        reach.attempts.filter(({ path }) => path !== 'relayed'),
        [],
      )
    }
    assert.equal((await ann.calls.status()).nearby.at, 'off')
    const { link } = done(await ann.calls.invite({ role: 'member', uses: 1, days: 1, history: { share: 'none' } }))
    const read = decodeLink(link ?? '')
    assert.ok(read.ok)
    assert.deepEqual(read.value.addresses, [])
    assert.equal(straying(), 0)
    assert.ok(bobs() > 0, 'who wants to be seen nearby is announced, and counted')
    assert.deepEqual(texts(await bob.lines(conversation)), ['where are you?', 'here, and you?', 'I will not say'])
  },
)
