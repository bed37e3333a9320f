import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import type { ServerAddress } from '../../../src/core/reach/server-address.ts'
import type { Result } from '../../../src/core/bytes/result.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { createEndpoint } from '../../../src/link/libp2p/endpoint.ts'
import { createServerEndpoint } from '../../../src/link/libp2p/server.ts'
import type { Endpoint, Link } from '../../../src/link/port.ts'
import { openNetwork } from '../../../src/peer/network/network.ts'
import type { Network, Scheduler } from '../../../src/peer/network/port.ts'
import { serve, type Serving } from '../../../src/server/serve.ts'
import { bytesOf, textOf } from './world.ts'

const HOST = '127.0.0.1'

const scheduler: Scheduler = {
  now: Date.now,
  after: (millis, run) => {
    const timer = setTimeout(run, millis)
    return () => clearTimeout(timer)
  },
}

const opened = <Value>(result: Result<Value, { readonly kind: string }>): Value => {
  assert.ok(result.ok)
  return result.value
}

const startServer = async (
  context: TestContext,
): Promise<{ readonly serving: Serving; readonly at: ServerAddress }> => {
  const endpoint = opened(await createServerEndpoint({ privateKey: randomBytes(32), port: 0, host: HOST }))
  const serving = serve({ endpoint, people: 'on', time: scheduler })
  context.after(() => serving.stop())
  return { serving, at: { host: HOST, port: endpoint.port } }
}

type Person = {
  readonly device: string
  readonly network: Network
  /** The next link that is handed over. */
  link(): Promise<Link>
  /** Whether addresses lead anywhere; the relay always does. */
  reachable: boolean
}

const startPerson = async (context: TestContext, server: ServerAddress): Promise<Person> => {
  const endpoint = opened(await createEndpoint({ privateKey: randomBytes(32), listen: { port: 0, hosts: [HOST] } }))
  const waiting: Link[] = []
  let wake = (): void => {}
  const dial: Endpoint['dial'] = (input) =>
    person.reachable || input.address === 'relay'
      ? endpoint.dial(input)
      : Promise.resolve({ ok: false, refusal: { kind: 'unreachable', detail: 'EHOSTUNREACH' } })
  const network = openNetwork({
    endpoint: { ...endpoint, dial },
    scheduler,
    random: Math.random,
    crypto: createNodeCrypto(),
    admits: () => true,
    isFamiliar: () => true,
  })
  const person: Person = {
    device: endpoint.device,
    network,
    reachable: true,
    link: async () => {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return waiting.shift() as Link
    },
  }
  network.onLink((link) => {
    waiting.push(link)
    wake()
  })
  network.announce({ card: bytesOf('card'), listing: bytesOf('listing'), visible: true })
  network.useServers([server])
  context.after(async () => {
    network.close()
    await endpoint.close()
  })
  return person
}

const readOne = async (link: Link): Promise<string | undefined> => {
  for await (const frame of link.frames) return textOf(frame)
  return undefined
}

test('[RC10] [RC20] over TCP, two who meet at a server speak past it, and go on when it is gone', async (context) => {
  const { serving, at } = await startServer(context)
  const [alice, bob] = [await startPerson(context, at), await startPerson(context, at)]
  alice.network.want(bob.device, [])
  const [here, there] = await Promise.all([alice.link(), bob.link()])
  assert.deepEqual([here.path, there.path], ['nearby', 'nearby'])
  assert.deepEqual([serving.counters().relayed.linksTotal, serving.counters().relayed.bytesTotal], [0, 0])
  await serving.stop()
  here.send(bytesOf('still here'))
  assert.equal(await readOne(there), 'still here')
})

test('[RC11] over TCP, two who meet through the relay move off it', async (context) => {
  const { serving, at } = await startServer(context)
  const [alice, bob] = [await startPerson(context, at), await startPerson(context, at)]
  alice.reachable = bob.reachable = false
  alice.network.want(bob.device, [])
  assert.equal((await alice.link()).path, 'relayed')
  const relayed = await bob.link()
  assert.equal(relayed.path, 'relayed')
  alice.reachable = true
  assert.deepEqual([(await alice.link()).path, (await bob.link()).path], ['nearby', 'nearby'])
  await relayed.closed
  assert.equal(serving.counters().relayed.linksTotal, 1)
})
