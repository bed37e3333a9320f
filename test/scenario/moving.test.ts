import { test, type TestContext } from 'node:test'
import { createScope } from '../lab/scope.ts'
import { internet } from '../lab/internet.ts'
import { person, type Side } from '../lab/sides.ts'
import type { Path } from '../../src/view/view.ts'
import { startFarPeer } from './far-peer.ts'
import { cable, skipNetworks as skip, type Machine } from './networks.ts'
import { done, says, type Peer } from './peer.ts'
import { createStage } from './stage.ts'
import { startStream } from './stream.ts'

const pathIs = (peer: Peer, other: { readonly id: string }, wanted: (path: Path) => boolean): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && wanted(presence.path) ? presence.path : undefined
  })

/** Ann and Bob in homes of this kind, who have said a first word through the server. */
const acquainted = async (context: TestContext, side: Side) => {
  const stage = await createStage(context)
  const scope = createScope()
  context.after(() => scope.end())
  const net = internet(scope)
  const startServer = async (port: string): Promise<{ port: string; kill(): Promise<unknown> }> => {
    const program = stage.start(['server', '--port', port, '--data', stage.data], net.machine)
    const [, chosen = ''] = await program.prints(/TCP port (\d+)\./)
    return { port: chosen, kill: () => program.end('SIGKILL') }
  }
  const server = await startServer('0')
  const address = `${net.host}:${server.port}`
  const machines = [person(scope, net, 'here', side), person(scope, net, 'there', side)] as const
  const [ann, bob] = await Promise.all([
    startFarPeer(stage, machines[0], 'ann', { name: 'Ann', server: address, nearby: 'on' }),
    startFarPeer(stage, machines[1], 'bob', { name: 'Bob', server: address, nearby: 'on' }),
  ])
  const conversation = await ann.with(bob)
  await ann.says(conversation, 'first')
  await bob.hears(conversation, says('first'))
  await bob.says(conversation, 'hello')
  return { people: [ann, bob] as const, machines, conversation, server, startServer }
}

const bothAre = ([ann, bob]: readonly [Peer, Peer], wanted: (path: Path) => boolean): Promise<readonly Path[]> =>
  Promise.all([pathIs(ann, bob, wanted), pathIs(bob, ann, wanted)])

/** A cable between the two, as if one came to visit: after `cut` it lets nothing through until `mend`, and tells nobody. */
const visit = ([here, there]: readonly [Machine, Machine]) => {
  cable(
    { machine: here, card: 'visit', address: '10.77.0.1/24' },
    { machine: there, card: 'visit', address: '10.77.0.2/24' },
  )
  return {
    cut: (): void => {
      for (const each of [here, there])
        each.run('nft', 'table inet cut { chain in { type filter hook input priority 0; iifname "visit" drop; }; }')
    },
    mend: (): void => {
      for (const each of [here, there]) each.run('nft', 'delete table inet cut')
    },
  }
}

test(
  '[SC65] under a stream of messages both ways a link moves to better paths, to the relay when its path breaks unheard, and back',
  { skip, timeout: 240_000 },
  async (context) => {
    const { people, machines, conversation } = await acquainted(context, 'port-restricted')
    const [ann, bob] = people
    const stream = await startStream(context, people, conversation)
    const tell = async (what: string): Promise<void> => {
      await stream.goesOn()
      context.diagnostic(`${what}: longest pause ${stream.pauses()} ms`)
    }
    await tell('at first')
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    await bothAre(people, (path) => path !== 'relayed')
    await tell('from the relay to calling each other')
    const home = visit(machines)
    await bothAre(people, (path) => path === 'nearby')
    await tell('from there to the same network')
    home.cut()
    await bothAre(people, (path) => path !== 'nearby')
    await tell('when that broke')
    home.mend()
    await bothAre(people, (path) => path === 'nearby')
    await tell('when it was there again')
    context.diagnostic(`${await stream.end()} messages`)
  },
)

test(
  '[SC66] when the address of one side is replaced by another while they talk, they talk again by themselves',
  { skip, timeout: 240_000 },
  async (context) => {
    const { people, machines, conversation } = await acquainted(context, 'port-restricted')
    const [ann, bob] = people
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    await bothAre(people, (path) => path !== 'relayed')
    const stream = await startStream(context, people, conversation)
    await stream.goesOn()
    stream.pauses()
    const [here] = machines
    here.run('ip', 'addr', 'flush', 'dev', 'out', 'scope', 'global')
    here.run('ip', 'addr', 'add', '192.168.1.77/24', 'dev', 'out')
    here.run('ip', 'route', 'add', 'default', 'via', '192.168.1.1')
    await stream.goesOn()
    context.diagnostic(`another address: talking again after ${stream.pauses()} ms`)
    here.run('ip', 'link', 'set', 'out', 'down')
    here.run('ip', 'link', 'set', 'out', 'up')
    here.run('ip', 'route', 'replace', 'default', 'via', '192.168.1.1')
    await stream.goesOn()
    context.diagnostic(`card down and up: talking again after ${stream.pauses()} ms`)
    context.diagnostic(`${await stream.end()} messages`)
  },
)

test(
  '[SC67] who was asleep for longer than a link lives, and a pair whose server was killed, talk again by themselves',
  { skip, timeout: 240_000 },
  async (context) => {
    const { people, conversation, server, startServer } = await acquainted(context, 'symmetric')
    const [ann, bob] = people
    await bothAre(people, (path) => path === 'relayed')
    process.kill(ann.program.pid, 'SIGSTOP')
    await bob.until(({ people: seen }) => (seen.get(ann.id)?.presence.at === 'away' ? true : undefined))
    const waiting = await bob.says(conversation, 'are you there?')
    const woken = performance.now()
    process.kill(ann.program.pid, 'SIGCONT')
    await bob.sees(waiting, 'delivered')
    await ann.sees(await ann.says(conversation, 'I was asleep'), 'delivered')
    context.diagnostic(`awake: talking again after ${Math.round(performance.now() - woken)} ms`)
    await server.kill()
    await bob.until(({ people: seen }) => (seen.get(ann.id)?.presence.at === 'away' ? true : undefined))
    const started = await startServer(server.port)
    const back = performance.now()
    const said = await Promise.all([ann.says(conversation, 'one'), bob.says(conversation, 'two')])
    await Promise.all([ann.sees(said[0], 'delivered'), bob.sees(said[1], 'delivered')])
    context.diagnostic(`the server is back: talking again after ${Math.round(performance.now() - back)} ms`)
    await started.kill()
  },
)
