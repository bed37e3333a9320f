import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startFarPeer } from './far-peer.ts'
import { apart, skipNetworks as skip } from './networks.ts'
import { done, says, startPeer, texts, type Peer } from './peer.ts'
import { createStage, startServer, type Server, type Stage } from './stage.ts'

/** Two servers on this machine, each with a folder of its own. */
const twoServers = async (stage: Stage): Promise<readonly [Server, Server]> => [
  await startServer(stage, ['--data', join(stage.folder, 'one'), '--name', 'One']),
  await startServer(stage, ['--data', join(stage.folder, 'two'), '--name', 'Two']),
]

/** Somebody who uses these servers and is linked through them alone. */
const startFar = (stage: Stage, name: string, servers: readonly Server[]): Promise<Peer> => {
  const named = servers.flatMap(({ address }) => ['--server', address])
  const words = ['--listen', '127.0.0.1:0', '--direct', 'off', ...named]
  return startPeer(stage, name.toLowerCase(), { name, words })
}

const isRelayed = (peer: Peer, other: { readonly id: string }): Promise<true> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return (presence?.at === 'here' && presence.path === 'relayed') || undefined
  })

/** Which of them carries the one link. Where both sides asked at one moment there are two at first, one of which is closed. */
const carriedOnce = async (servers: readonly Server[]): Promise<number> => {
  for (;;) {
    const links = await Promise.all(servers.map((each) => each.counter('kith_relayed_links')))
    assert.ok(
      links.some((count) => count > 0),
      'a server carries it',
    )
    if (links.reduce((sum, count) => sum + count, 0) === 1) return links.indexOf(1)
  }
}

test(
  '[SC80] [RC80] with two servers, one that is killed (SIGKILL) while it carries a talk is not missed: the other carries it on',
  { timeout: 240_000 },
  async (context) => {
    const stage = await createStage(context)
    const servers = await twoServers(stage)
    const [ann, bob] = await Promise.all([startFar(stage, 'Ann', servers), startFar(stage, 'Bob', servers)])
    const conversation = await ann.with(bob)
    const expected: string[] = []
    const exchange = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn += 1) {
        const [speaker, listener] = turn % 2 === 0 ? [ann, bob] : [bob, ann]
        const text = `message ${expected.length}`
        expected.push(text)
        const said = await speaker.says(conversation, text)
        await Promise.all([speaker.sees(said, 'delivered'), listener.hears(conversation, says(text))])
      }
    }
    await exchange(10)
    await isRelayed(ann, bob)
    const carrier = await carriedOnce(servers)
    for (const [peer, other] of [[ann, bob] as const, [bob, ann] as const]) {
      const { link } = done(await peer.calls.reach({ person: other.id }))
      assert.equal(link?.server, ['One', 'Two'][carrier])
    }
    const [killed, left] = carrier === 0 ? servers : servers.toReversed()
    await Promise.all([exchange(20), killed?.program.end('SIGKILL')])
    await exchange(10)
    assert.equal(await carriedOnce(left ? [left] : []), 0)
    for (const peer of [ann, bob]) {
      assert.deepEqual(texts(await peer.lines(conversation)), expected)
      const ats = await peer.until(({ status }) => {
        const all = status?.servers.map(({ at }) => at).toSorted()
        return all?.includes('unreachable') ? all : undefined
      })
      assert.deepEqual(ats, ['connected', 'unreachable'])
    }
  },
)

test(
  '[SC81] two people on different servers meet by an invitation, talk, and leave mail for each other where the other reads',
  { skip, timeout: 240_000 },
  async (context) => {
    const stage = await createStage(context)
    const world = apart(context)
    const serverBetween = async (name: string): Promise<string> => {
      const folder = join(stage.folder, name)
      const { through } = world.middle
      const program = stage.start(['server', '--port', '0', '--data', folder, '--name', name], { through })
      const [, port = ''] = await program.prints(/TCP port (\d+)\./)
      return `${world.host}:${port}`
    }
    const [one, two] = [await serverBetween('One'), await serverBetween('Two')]
    const startAnn = () => startFarPeer(stage, world.here, 'ann', { name: 'Ann', server: one })
    const startBob = () => startFarPeer(stage, world.there, 'bob', { name: 'Bob', server: two })
    const ann = await startAnn()
    let bob = await startBob()
    const { link = '' } = done(await ann.calls.invite({ role: 'member', uses: 1, days: 1, history: { share: 'none' } }))
    assert.deepEqual(done(await bob.calls.examine({ link })).servers, [one])
    done(await bob.calls.join({ link }))
    await bob.until(({ joinings }) => [...joinings.values()].find(({ state }) => state.at === 'in'))
    await isRelayed(ann, bob)
    const conversation = await ann.with(bob)
    const said = await bob.says(conversation, 'we meet')
    await Promise.all([bob.sees(said, 'delivered'), ann.hears(conversation, says('we meet'))])
    const answered = await ann.says(conversation, 'at last')
    await Promise.all([ann.sees(answered, 'delivered'), bob.hears(conversation, says('at last'))])
    await bob.stop()
    const waiting = await ann.says(conversation, 'for later')
    await ann.sees(waiting, 'sealed')
    const sealedAt = await ann.until(({ conversations }) => conversations.get(conversation)?.sealedAt)
    assert.equal(sealedAt, 'Two')
    await ann.stop()
    bob = await startBob()
    await bob.hears(conversation, says('for later'))
    await bob.sees(await bob.says(conversation, 'it is here'), 'sealed')
    await bob.until(({ conversations }) => (conversations.get(conversation)?.sealedAt === 'One' ? true : undefined))
    await bob.stop()
    const again = await startAnn()
    await again.hears(conversation, says('it is here'))
    await again.sees(waiting, 'delivered')
    assert.deepEqual(texts(await again.lines(conversation)), ['we meet', 'at last', 'for later', 'it is here'])
  },
)
