import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Path } from '../../src/view/view.ts'
import { createScope } from '../lab/scope.ts'
import { internet, person, type Side } from '../lab/sides.ts'
import { startFarPeer } from './far-peer.ts'
import { skipNetworks as skip } from './networks.ts'
import { done, says, texts, type Peer } from './peer.ts'
import { createStage } from './stage.ts'

const pathIs = (peer: Peer, other: { readonly id: string }, wanted: Path): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && presence.path === wanted ? wanted : undefined
  })

/** Ann and Bob, each behind a router of this kind, and a first message that passed the server. */
const acquainted = async (context: TestContext, side: Side) => {
  const stage = await createStage(context)
  const scope = createScope()
  context.after(() => scope.end())
  const net = internet(scope)
  const server = stage.start(['server', '--port', '0', '--data', stage.data], net.machine)
  const [, port = ''] = await server.prints(/TCP port (\d+)\./)
  const address = `${net.host}:${port}`
  const [ann, bob] = await Promise.all([
    startFarPeer(stage, person(scope, net, 'here', side), 'ann', { name: 'Ann', server: address }),
    startFarPeer(stage, person(scope, net, 'there', side), 'bob', { name: 'Bob', server: address }),
  ])
  const conversation = await ann.with(bob)
  await ann.says(conversation, 'first')
  await bob.hears(conversation, says('first'))
  await pathIs(ann, bob, 'relayed')
  return { ann, bob, conversation }
}

test(
  '[SC26] behind two routers that let nobody in, a talk begins through the server and moves off it whole',
  { skip, timeout: 120_000 },
  async (context) => {
    const { ann, bob, conversation } = await acquainted(context, 'port-restricted')
    // A stranger is not called: Bob has to want it as well.
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const expected = ['first']
    const moved = Promise.all([pathIs(ann, bob, 'punched'), pathIs(bob, ann, 'punched')]).then(() => 'moved' as const)
    for (let number = 1; ; number += 1) {
      expected.push(`message ${number}`)
      const said = await ann.says(conversation, `message ${number}`)
      if ((await Promise.race([moved, ann.sees(said, 'delivered')])) === 'moved' && number >= 50) break
    }
    await ann.sees(await ann.says(conversation, 'last'), 'delivered')
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), [...expected, 'last'])
  },
)

test(
  '[SC27] where each router gives each connection a port of its own, the talk stays at the server, and the page says why',
  { skip, timeout: 120_000 },
  async (context) => {
    const { ann, bob, conversation } = await acquainted(context, 'symmetric')
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const why = async (): Promise<string | undefined> => {
      const { attempts } = done(await ann.calls.reach({ person: bob.id }))
      const failed = attempts.flatMap(({ path, outcome }) =>
        path === 'punched' && outcome.at === 'failed' ? [`${outcome.failure.kind}: ${outcome.failure.detail}`] : [],
      )
      return failed.find((each) => each.startsWith('not-let-in'))
    }
    let found = await why()
    while (found === undefined) {
      await ann.sees(await ann.says(conversation, 'still there?'), 'delivered')
      found = await why()
    }
    assert.match(
      found,
      /^not-let-in: called 192\.0\.2\.2:\d+ from 198\.51\.100\.2:\d+, which the router made of port \d+$/,
    )
    assert.equal(await pathIs(ann, bob, 'relayed'), 'relayed')
  },
)
