import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { skipNetworks as skip, type Machine } from '../scenario/networks.ts'
import { createStage, type Stage } from '../scenario/stage.ts'
import { HOMES, household, type Home } from './homes.ts'
import { internet, PLACES, SERVER_HOST, SERVER_HOST_IPV6, STRANGER_HOST, STRANGER_HOST_IPV6 } from './internet.ts'
import { startFar, type Answers } from './far.ts'
import type { Carrier, Prober } from './prober.ts'
import { createScope } from './scope.ts'
import { LINES, person, SIDES, type Side } from './sides.ts'

const PROBER = fileURLToPath(new URL('prober.ts', import.meta.url))
/** Ports from which the one inside calls. */
const PORTS = { tcp: { mapping: 6002, filtering: 6003 }, udp: { mapping: 6004, filtering: 6005 } } as const
const OUTSIDE = `${PLACES.here.net}.2`

const probe = (stage: Stage, machine: Machine): Answers<Prober> => startFar<Prober>(stage, machine, PROBER).ask

/**
 * Whether a knock is answered. That it is not is known without waiting for a time: who knocks has its call out, who may
 * have heard it has dealt with all that came, and what it may have sent back has arrived.
 */
const knocks = async (
  who: Answers<Prober>,
  at: Answers<Prober>,
  how: Parameters<Prober['knock']>[0],
): Promise<boolean> => {
  await who.knock(how)
  for (const each of [who, at, who]) await each.settle()
  return who.answered()
}

const begin = async (context: TestContext) => {
  const stage = await createStage(context)
  const scope = createScope()
  context.after(() => scope.end())
  const net = internet(scope)
  return { stage, scope, net, outside: probe(stage, net.machine) }
}

/** Somebody at this side, and two hosts of the Internet that answer at two ports each. */
const facing = async (context: TestContext, side: Side, family: 'ipv4' | 'ipv6') => {
  const { stage, scope, net, outside } = await begin(context)
  const [server, stranger] = family === 'ipv4' ? [SERVER_HOST, STRANGER_HOST] : [SERVER_HOST_IPV6, STRANGER_HOST_IPV6]
  for (const host of [server, stranger]) for (const port of [7001, 7002]) await outside.listen({ host, port })
  const inside = probe(stage, person(scope, net, 'here', side))
  await inside.call({ by: 'tcp', from: 6001, to: { host: server, port: 7001 } })
  return { inside, outside, server, stranger, anyHost: family === 'ipv4' ? '0.0.0.0' : '::' }
}

type Facing = Awaited<ReturnType<typeof facing>>

/** Whether calls from one port come from one place, wherever they go: RFC 4787, 4.1. */
const mappingOf = async ({ inside, server, stranger }: Facing, by: Carrier): Promise<string> => {
  const seen = new Set<string>()
  for (const to of [
    { host: server, port: 7001 },
    { host: server, port: 7002 },
    { host: stranger, port: 7001 },
  ])
    seen.add(JSON.stringify(await inside.call({ by, from: PORTS[by].mapping, to })))
  return seen.size === 1 ? 'endpoint-independent' : 'address-and-port-dependent'
}

/** Who is let in at a port from which one place was called: RFC 4787, 5. */
const filteringOf = async ({ inside, outside, server, stranger, anyHost }: Facing, by: Carrier): Promise<string> => {
  const seen = await inside.call({ by, from: PORTS[by].filtering, to: { host: server, port: 7002 } })
  await inside.listen({ host: anyHost, port: PORTS[by].filtering })
  if (await knocks(outside, inside, { by, from: stranger, to: seen })) return 'endpoint-independent'
  return (await knocks(outside, inside, { by, from: server, to: seen }))
    ? 'address-dependent'
    : 'address-and-port-dependent'
}

/** What a side is for each carrier, or that nothing is let out. */
const behaviourOf = async (facing: Facing, by: Carrier): Promise<string> => {
  const { inside, outside, server, stranger, anyHost } = facing
  const lets = {
    server: await knocks(inside, outside, { by, from: anyHost, to: { host: server, port: 7002 } }),
    stranger: await knocks(inside, outside, { by, from: anyHost, to: { host: stranger, port: 7002 } }),
  }
  if (!lets.server) return 'nothing is let out'
  if (!lets.stranger) return 'only calls to the server are let out'
  return `mapping ${await mappingOf(facing, by)}, filtering ${await filteringOf(facing, by)}`
}

const OPEN = 'mapping endpoint-independent, filtering endpoint-independent'
const RESTRICTED = 'mapping endpoint-independent, filtering address-dependent'
const STRICT = 'mapping endpoint-independent, filtering address-and-port-dependent'
const SYMMETRIC = 'mapping address-and-port-dependent, filtering address-and-port-dependent'

const IPV4: Partial<Record<Side, Readonly<Record<Carrier, string>>>> = {
  public: { tcp: OPEN, udp: OPEN },
  'full-cone': { tcp: OPEN, udp: OPEN },
  'restricted-cone': { tcp: RESTRICTED, udp: RESTRICTED },
  'port-restricted': { tcp: STRICT, udp: STRICT },
  symmetric: { tcp: SYMMETRIC, udp: SYMMETRIC },
  'carrier-grade': { tcp: STRICT, udp: STRICT },
  'no-calls-at-once': { tcp: STRICT, udp: STRICT },
  'udp-blocked': { tcp: STRICT, udp: 'nothing is let out' },
  'tcp-to-server-only': { tcp: 'only calls to the server are let out', udp: 'nothing is let out' },
  'dual-stack': { tcp: STRICT, udp: STRICT },
}

for (const side of SIDES)
  for (const family of ['ipv4', 'ipv6'] as const)
    if (LINES[side][family])
      test(
        `[LB1] ${side}, over ${family === 'ipv4' ? 'IPv4' : 'IPv6'}, maps and lets in as its name says`,
        { skip, timeout: 60_000 },
        async (context) => {
          const facts = await facing(context, side, family)
          const expected = family === 'ipv4' ? IPV4[side] : { tcp: STRICT, udp: STRICT }
          const found = { tcp: await behaviourOf(facts, 'tcp'), udp: await behaviourOf(facts, 'udp') }
          assert.deepEqual(found, expected)
        },
      )

const HOUSEHOLDS: Record<Home, { readonly inside: boolean; readonly outside: boolean }> = {
  'same-lan': { inside: true, outside: false },
  hairpin: { inside: false, outside: true },
  'no-hairpin': { inside: false, outside: false },
}

for (const home of HOMES)
  test(
    `[LB2] two at home in ${home} reach each other where its name says, and nobody outside reaches them`,
    { skip, timeout: 60_000 },
    async (context) => {
      const { stage, scope, net, outside } = await begin(context)
      const server = { host: SERVER_HOST, port: 7001 }
      for (const host of [SERVER_HOST, STRANGER_HOST]) await outside.listen({ host, port: server.port })
      const [here, there] = household(scope, net, home).map((each) => probe(stage, each)) as [
        Answers<Prober>,
        Answers<Prober>,
      ]
      await there.call({ by: 'tcp', from: 6001, to: server })
      for (const by of ['tcp', 'udp'] as const) {
        const seen = await here.call({ by, from: PORTS[by].filtering, to: server })
        assert.equal(seen.host, OUTSIDE)
        await here.listen({ host: '0.0.0.0', port: PORTS[by].filtering })
        const knockAt = (host: string): Promise<boolean> =>
          knocks(there, here, { by, from: '0.0.0.0', to: { host, port: seen.port } })
        assert.deepEqual({ inside: await knockAt('192.168.1.2'), outside: await knockAt(OUTSIDE) }, HOUSEHOLDS[home])
        assert(!(await knocks(outside, here, { by, from: STRANGER_HOST, to: seen })))
      }
    },
  )
