import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startFarPeer } from './far-peer.ts'
import { cable, machine, nameHosts, skipNetworks as skip } from './networks.ts'
import { createStage } from './stage.ts'

const NAME = 'server.test'
const ADDRESSES = { ipv4: '198.51.100.1', ipv6: '2001:db8:1::1' } as const

/** A server that a name leads to, and a machine on the same cable. What is sent to it over `silent` vanishes. */
const createPlace = async (context: TestContext, silent?: keyof typeof ADDRESSES) => {
  const stage = await createStage(context)
  const [there, here] = [machine(context, 'server'), machine(context, 'person')]
  cable(
    { machine: here, card: 'out', address: ['198.51.100.2/24', '2001:db8:1::2/64'] },
    { machine: there, card: 'out', address: [`${ADDRESSES.ipv4}/24`, `${ADDRESSES.ipv6}/64`] },
  )
  nameHosts(here, { [NAME]: [ADDRESSES.ipv6, ADDRESSES.ipv4] })
  if (silent !== undefined)
    there.run(
      'nft',
      `table inet wall { chain in { type filter hook input priority 0; meta nfproto ${silent} meta l4proto tcp drop; }\n}`,
    )
  const server = stage.start(['server', '--port', '0', '--data', stage.data], there)
  const [, port = ''] = await server.prints(/TCP port (\d+)\./)
  return { stage, here, port }
}

for (const [silent, reached] of [
  [undefined, 'ipv6'],
  ['ipv6', 'ipv4'],
  ['ipv4', 'ipv6'],
] as const)
  test(
    `[RC49] a name with an address of each family leads to the server over ${reached} where ${silent ?? 'nothing'} is silent`,
    { skip, timeout: 60_000 },
    async (context) => {
      const { stage, here, port } = await createPlace(context, silent)
      const server = `${NAME}:${port}`
      const ann = await startFarPeer(stage, here, 'ann', { name: 'Ann', server, words: [] })
      await ann.until(({ status }) => (status?.servers.every(({ at }) => at === 'connected') ? true : undefined))
      const sockets = here.run('ss', '-Htn', 'state', 'established', 'dport', '=', `:${port}`)
      assert.match(sockets, reached === 'ipv6' ? /\[2001:db8:1::1\]/ : /198\.51\.100\.1:/)
      assert.doesNotMatch(sockets, reached === 'ipv6' ? /198\.51\.100\.1:/ : /\[2001:db8:1::1\]/)
      await ann.stop()
    },
  )

test(
  '[RC49] a server at an IPv6 address is used from a machine that has nothing else, and sees it there',
  { skip, timeout: 60_000 },
  async (context) => {
    const { stage, here, port } = await createPlace(context)
    here.run('ip', 'addr', 'del', '198.51.100.2/24', 'dev', 'out')
    const server = `[${ADDRESSES.ipv6}]:${port}`
    const ann = await startFarPeer(stage, here, 'ann', { name: 'Ann', server, words: [] })
    const own = await ann.until(({ status }) => (status?.network.looked === undefined ? undefined : status.network.own))
    assert.equal(own.ipv4.address, 'none')
    assert.deepEqual([own.ipv6.address, own.ipv6.server, own.ipv6.tcp.kind], ['global', 'answers', 'none'])
    await ann.stop()
  },
)
