import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accept, refuse } from '../../../src/core/bytes/result.ts'
import { createMemoryMapper, type MemoryRouter } from '../../../src/link/gateway/memory.ts'
import { createSimulatedTime } from '../../../src/link/memory-time.ts'
import type { Outside } from '../../../src/link/outside.ts'
import { createOwnNetwork, type Standpoint } from '../../../src/peer/network/own-network.ts'

const SERVER: Standpoint = { address: 'a.example:12345', host: 'a.example', ports: { tcp: [1, 2], udp: [1, 2] } }

/** A home behind a router that keeps one door for each port, and what was asked of whom. */
const createHome = (
  options: {
    readonly addresses?: readonly string[]
    readonly observe?: Outside['observe']
    readonly routerHost?: string
  } = {},
) => {
  const time = createSimulatedTime({ start: 1_000_000 })
  const router: MemoryRouter = { host: options.routerHost ?? '203.0.113.9', answers: 'maps', ports: new Set() }
  const home = { addresses: options.addresses ?? ['192.168.1.2:4001'], standpoints: [SERVER] as readonly Standpoint[] }
  const asked: string[] = []
  const told: string[] = []
  const seen = (port: number) =>
    ({
      at: 'seen',
      port,
      local: { host: '192.168.1.2', port: 5000 },
      outside: { host: '203.0.113.9', port: 5000 },
      millis: 20 + port,
    }) as const
  const observe: Outside['observe'] = async ({ host, family, ports }) => {
    asked.push(`${(time.now() - 1_000_000) / 1_000} s: ${host} over IPv${family}`)
    return accept({ host: '198.51.100.1', tcp: ports.tcp.map(seen), udp: ports.udp.map(seen) })
  }
  const watch = createOwnNetwork({
    outside: { observe: options.observe ?? observe, mapper: createMemoryMapper(router) },
    scheduler: time,
    addresses: () => home.addresses,
    standpoints: () => home.standpoints,
    onMapped: () => void told.push('mapped'),
    onChanged: () => void told.push('changed'),
  })
  return { time, router, home, asked, told, watch }
}

test('[RC45] servers are asked once a minute at most by themselves, and once in two seconds for the person', async () => {
  const { time, asked, watch, told } = createHome()
  watch.changed()
  await time.advance(10_000)
  for (let times = 0; times < 20; times += 1) {
    watch.changed()
    await time.advance(5_000)
  }
  assert.deepEqual(asked, ['0 s: a.example over IPv4', '60 s: a.example over IPv4'])
  watch.look()
  watch.look()
  await time.advance(1_000)
  watch.look()
  await time.advance(10_000)
  assert.deepEqual(asked.slice(2), ['110 s: a.example over IPv4', '112 s: a.example over IPv4'])
  assert.deepEqual(told, ['changed', 'changed', 'changed', 'changed'])
})

test('[RC45] what was found is in the state: the router, each server’s round trip, and when it was looked at', async () => {
  const { time, watch, home } = createHome()
  assert.equal(watch.state().looked, undefined)
  home.standpoints = [SERVER, { address: 'b.example:1', host: 'b.example', ports: { tcp: [], udp: [] } }]
  watch.changed()
  await time.advance(0)
  const { own, looked, servers } = watch.state()
  assert.equal(looked, 1_000_000)
  assert.equal(own.ipv4.tcp.kind, 'endpoint-independent')
  assert.equal(own.udp, 'leaves')
  assert.deepEqual(servers, [{ address: 'a.example:12345', roundTrip: 21 }])
})

test('[RC45] of several servers the first that sees this device from outside tells of the network, each how far it is', async () => {
  const second: Standpoint = { address: 'b.example:1', host: 'b.example', ports: { tcp: [3, 4], udp: [3, 4] } }
  const { time, home, watch } = createHome({
    observe: async ({ host, ports }) => {
      // The first one is on this network, and sees each port as it is; behind the router, each connection has its own.
      const seen = (port: number) => {
        const outside =
          host === SERVER.host ? { host: '192.168.1.2', port: 5_000 } : { host: '203.0.113.9', port: 6_000 + port }
        return { at: 'seen', port, local: { host: '192.168.1.2', port: 5_000 }, outside, millis: port } as const
      }
      return accept({ host: '198.51.100.1', tcp: ports.tcp.map(seen), udp: ports.udp.map(seen) })
    },
  })
  home.standpoints = [SERVER, second]
  watch.changed()
  await time.advance(0)
  const { own, servers } = watch.state()
  assert.equal(own.ipv4.tcp.kind, 'address-and-port-dependent')
  assert.deepEqual(servers, [
    { address: SERVER.address, roundTrip: 1 },
    { address: second.address, roundTrip: 3 },
  ])
})

test('[RC45] a server that goes while it is asked tells nothing, and the others are listened to all the same', async () => {
  const answering = Promise.withResolvers<void>()
  const second: Standpoint = { address: 'b.example:1', host: 'b.example', ports: { tcp: [3], udp: [3] } }
  const { time, home, watch } = createHome({
    observe: async ({ host, ports }) => {
      await answering.promise
      const failure = { kind: 'timeout', detail: '' } as const
      const silent = (port: number) => ({ at: 'failed', port, failure }) as const
      if (host === SERVER.host) return accept({ host, tcp: ports.tcp.map(silent), udp: ports.udp.map(silent) })
      const seen = (port: number) => {
        const outside = { host: '203.0.113.9', port: 5_000 }
        return { at: 'seen', port, local: { host: '192.168.1.2', port: 5_000 }, outside, millis: 7 } as const
      }
      return accept({ host, tcp: ports.tcp.map(seen), udp: ports.udp.map(seen) })
    },
  })
  home.standpoints = [SERVER, second]
  watch.changed()
  home.standpoints = [second]
  answering.resolve()
  await time.advance(0)
  const { own, servers, looked } = watch.state()
  assert.deepEqual([looked, own.udp, servers], [1_000_000, 'leaves', [{ address: second.address, roundTrip: 7 }]])
})

test('[RC45] what was found on another network is not told of this one', async () => {
  const { time, watch, home } = createHome()
  watch.changed()
  await time.advance(1_000)
  home.addresses = ['10.0.0.7:4001']
  watch.changed()
  const { own, looked, servers } = watch.state()
  assert.deepEqual([looked, own.ipv4.server, servers], [undefined, 'unasked', []])
  await time.advance(60_000)
  assert.equal(watch.state().own.ipv4.server, 'answers')
})

test('[RC45] a device with both families asks over both, and one without a server asks nobody', async () => {
  const { time, asked, watch, home } = createHome({ addresses: ['192.168.1.2:4001', '[2001:db8::2]:4001'] })
  home.standpoints = []
  watch.changed()
  await time.advance(120_000)
  assert.deepEqual(asked, [])
  home.standpoints = [SERVER]
  watch.look()
  await time.advance(0)
  assert.deepEqual(asked, ['120 s: a.example over IPv4', '120 s: a.example over IPv6'])
})

test('[RC45] a server that cannot be asked leaves what is known of the own addresses', async () => {
  const { time, watch } = createHome({ observe: async () => refuse({ kind: 'name-not-found', detail: 'ENOTFOUND' }) })
  watch.changed()
  await time.advance(0)
  const { own, servers } = watch.state()
  assert.equal(own.ipv4.address, 'private')
  assert.equal(own.ipv4.server, 'unasked')
  assert.deepEqual(servers, [])
})

test('[RC46] the router is asked for the port at which this device listens, while that is wanted', async () => {
  const { time, router, watch, told } = createHome()
  watch.changed()
  await time.advance(0)
  assert.deepEqual([...router.ports], [])
  watch.mapPorts(true)
  await time.advance(0)
  assert.deepEqual([...router.ports], [4001])
  assert.equal(watch.mapped(), '203.0.113.9:4001')
  const seen = ['203.0.113.9:61000', undefined, '203.0.113.8:61000'].map((observed) => watch.outside(observed))
  assert.deepEqual(seen, ['203.0.113.9:4001', '203.0.113.9:4001', undefined])
  assert.equal(watch.state().own.carrier, 'no')
  assert.ok(told.includes('mapped'))
  watch.setDirectly(false)
  assert.deepEqual([...router.ports], [])
  assert.equal(watch.mapped(), undefined)
  watch.setDirectly(true)
  await time.advance(0)
  assert.deepEqual([...router.ports], [4001])
  watch.mapPorts(false)
  assert.deepEqual([...router.ports], [])
})

test('[RC44] where a server sees another address than the router names, the mapped port is told to nobody', async () => {
  const { time, router, watch } = createHome({ routerHost: '198.51.100.77' })
  watch.mapPorts(true)
  await time.advance(0)
  assert.equal(watch.outside(undefined), '198.51.100.77:4001')
  watch.changed()
  await time.advance(0)
  assert.deepEqual([...router.ports], [4001])
  assert.equal(watch.state().own.carrier, 'suspected')
  assert.deepEqual([watch.mapped(), watch.outside('[2001:db8::2]:61000')], [undefined, undefined])
})

test('[RC46] on another network its router is asked, and at the end what there is is given back', async () => {
  const { time, router, watch, home } = createHome()
  watch.mapPorts(true)
  await time.advance(0)
  home.addresses = ['10.0.0.7:4001']
  router.ports.clear()
  watch.changed()
  await time.advance(0)
  assert.deepEqual([...router.ports], [4001])
  watch.close()
  assert.deepEqual([...router.ports], [])
})

test('[RC46] a server that comes and goes has the router asked once a minute at most', async () => {
  const { time, router, watch } = createHome()
  watch.mapPorts(true)
  await time.advance(0)
  for (const seconds of [10, 40, 20]) {
    // The router has restarted, and passes nothing on any more.
    router.ports.clear()
    await time.advance(seconds * 1_000)
    watch.changed()
    await time.advance(0)
    assert.deepEqual([...router.ports], seconds === 20 ? [4001] : [])
  }
})

test('[RC46] nothing is asked of a router where this device listens on its own machine, or in public', async () => {
  for (const addresses of [['127.0.0.1:4001'], ['203.0.113.9:4001'], ['[fd00::2]:4001'], []]) {
    const { time, router, watch } = createHome({ addresses })
    watch.mapPorts(true)
    await time.advance(0)
    assert.deepEqual([...router.ports], [])
    assert.equal(watch.state().mapped.at, 'off')
  }
})
