import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { createPortMapper } from '../../../src/link/gateway/mapper.ts'
import type { PortMapper } from '../../../src/link/gateway/port.ts'
import { portMapperSuite, settled } from '../../contract/port-mapper.ts'
import { startRouter } from './router.ts'

/** On Linux every address in 127.0.0.0/8 is this machine's: each test has a router at one of its own. */
const skip = process.platform === 'linux' ? false : 'needs more than one address on the loopback'
let hosts = 0
const newHost = (): string => `127.53.${process.pid % 200}.${++hosts}`

const mapperFor = (context: TestContext, router: string | undefined): PortMapper => {
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
  const mapper = createPortMapper({ findRouter: async () => router, random })
  context.after(() => mapper.close())
  return mapper
}

if (!skip)
  for (const speaks of ['pcp', 'nat-pmp'] as const)
    portMapperSuite(speaks, async (context, kind) => {
      const host = newHost()
      const router =
        kind === 'maps' || kind === 'refuses'
          ? await startRouter(context, host, { speaks, refuses: kind === 'refuses' })
          : undefined
      const mapper = mapperFor(context, kind === 'absent' ? undefined : host)
      return { mapper, passedOn: () => [...(router?.ports.keys() ?? [])] }
    })

test(
  '[LK62] the later protocol is asked for first, and a router that does not know it in the earlier one',
  { skip },
  async (context) => {
    const [newer, older] = [newHost(), newHost()]
    await startRouter(context, newer, { speaks: 'pcp' })
    await startRouter(context, older, { speaks: 'nat-pmp' })
    const ways = []
    for (const host of [newer, older]) {
      const mapper = mapperFor(context, host)
      mapper.map(4001)
      const told = await settled(mapper)
      ways.push(told.at === 'mapped' ? told.by : told)
    }
    assert.deepEqual(ways, ['pcp', 'nat-pmp'])
  },
)

test(
  '[LK63] a port is asked for again when half of the time that the router gave is over',
  { skip },
  async (context) => {
    const router = await startRouter(context, newHost(), { speaks: 'pcp', seconds: 2 })
    const mapper = mapperFor(context, router.host)
    mapper.map(4001)
    await settled(mapper)
    await router.next()
    assert.deepEqual(router.asked, ['pcp 3600', 'pcp 3600'])
    assert.equal(mapper.state().at, 'mapped')
  },
)

test(
  '[LK63] a router that grants more than was asked for is asked again after half of what was asked for',
  { skip },
  async (context) => {
    const router = await startRouter(context, newHost(), { speaks: 'pcp', seconds: 0xffff_ffff })
    const mapper = mapperFor(context, router.host)
    context.mock.timers.enable({ apis: ['setTimeout'] })
    mapper.map(4001)
    await settled(mapper)
    context.mock.timers.tick(60_000)
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await mapper.close()
    assert.deepEqual(router.asked, ['pcp 3600', 'pcp 0'])
  },
)

test(
  '[LK61] a router that answers anything but what was asked holds up neither the call nor the end',
  { skip },
  async (context) => {
    const host = newHost()
    const babbler = createSocket('udp4')
    babbler.on('message', (_, from) => babbler.send(randomBytes(60), from.port, from.address))
    babbler.bind(5351, host)
    await once(babbler, 'listening')
    context.after(() => babbler.close())
    const mapper = mapperFor(context, host)
    mapper.map(4001)
    assert.equal(mapper.state().at, 'asking')
    await mapper.close()
    assert.equal(mapper.state().at, 'off')
  },
)
