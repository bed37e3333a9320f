import type { TestContext } from 'node:test'
import type { AttemptView } from '../../src/view/reach-view.ts'
import type { Path } from '../../src/view/view.ts'
import { internet, type Internet } from '../lab/internet.ts'
import { createScope } from '../lab/scope.ts'
import { person, type Side } from '../lab/sides.ts'
import { countersOf } from './counters.ts'
import { startFarPeer } from './far-peer.ts'
import { done, says, type Peer } from './peer.ts'
import { createStage } from './stage.ts'

export const pathIs = (peer: Peer, other: { readonly id: string }, wanted: Path): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && presence.path === wanted ? wanted : undefined
  })

export type Acquainted = Awaited<ReturnType<typeof acquainted>>

/** Ann and Bob, each behind a router of this kind, and a first message that passed the server. */
export const acquainted = async (
  context: TestContext,
  [here, there]: readonly [Side, Side],
  between: (net: Internet) => void = () => {},
) => {
  const stage = await createStage(context)
  const scope = createScope()
  context.after(() => scope.end())
  const net = internet(scope)
  between(net)
  const server = stage.start(['server', '--port', '0', '--metrics', '0', '--data', stage.data], net.machine)
  const [, port = ''] = await server.prints(/TCP port (\d+)\./)
  const address = `${net.host}:${port}`
  const [ann, bob] = await Promise.all([
    startFarPeer(stage, person(scope, net, 'here', here), 'ann', { name: 'Ann', server: address }),
    startFarPeer(stage, person(scope, net, 'there', there), 'bob', { name: 'Bob', server: address }),
  ])
  const conversation = await ann.with(bob)
  await ann.says(conversation, 'first')
  await bob.hears(conversation, says('first'))
  await pathIs(ann, bob, 'relayed')
  return { ann, bob, conversation, server, counter: await countersOf(stage, server, net.machine) }
}

/** Messages of one side, until both are on this path and at least so many were said. Gives all that was said so far. */
export const talkUntil = async (
  { ann, bob, conversation }: Acquainted,
  path: Path,
  least: number,
): Promise<readonly string[]> => {
  const moved = Promise.all([pathIs(ann, bob, path), pathIs(bob, ann, path)]).then(() => 'moved' as const)
  const said = ['first']
  for (;;) {
    said.push(`message ${said.length}`)
    const sent = await ann.says(conversation, said.at(-1) ?? '')
    if ((await Promise.race([moved, ann.sees(sent, 'delivered')])) === 'moved' && said.length > least) return said
  }
}

/** The first attempt of one to reach the other that is such, while a talk goes on. */
export const attemptOf = async (
  { ann, bob, conversation }: Acquainted,
  isSuch: (attempt: AttemptView) => boolean,
): Promise<AttemptView> => {
  for (;;) {
    const { attempts } = done(await ann.calls.reach({ person: bob.id }))
    const found = attempts.find(isSuch)
    if (found) return found
    await ann.sees(await ann.says(conversation, 'still there?'), 'delivered')
  }
}

/** An attempt's failure in one line; nothing for one that has not failed. */
export const failureOf = ({ outcome }: AttemptView): string =>
  outcome.at === 'failed' ? `${outcome.failure.kind}: ${outcome.failure.detail}` : ''
