import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { cable, machine, skipNetworks as skip, type Machine } from '../../scenario/networks.ts'
import { announcementOf, NEAR_SERVICE, sightingIn, type Records } from '../../../src/link/libp2p/near-records.ts'

const DEVICE_PROGRAM = fileURLToPath(new URL('near-device.ts', import.meta.url))

type Line = { readonly device?: string; readonly saw?: string; readonly address?: string; readonly linked?: boolean }

/** A device on that machine: what it says, line by line. Multicast goes to everybody on a network: these are the test's. */
const device = (context: TestContext, { through }: Machine, seed: number): AsyncIterator<Line, undefined> => {
  const [program, ...words] = [...through, process.execPath, DEVICE_PROGRAM, String(seed)]
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  context.after(() => {
    child.stdin.end()
    return new Promise((resolve) => child.once('exit', resolve))
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    next: async () => {
      const { value, done } = await lines.next()
      return done === true ? { value: undefined, done } : { value: JSON.parse(value) as Line, done: false }
    },
  }
}

const next = async (lines: AsyncIterator<Line, undefined>): Promise<Line> => {
  const { value } = await lines.next()
  if (value === undefined) throw new Error('the device said nothing more')
  return value
}

const seen = async (lines: AsyncIterator<Line, undefined>, who: string): Promise<Line> => {
  for (;;) {
    const line = await next(lines)
    if (line.saw === who && line.linked === true) return line
  }
}

test('[LK16] two profiles on a machine without any network find each other', { skip }, async (context) => {
  const alone = machine(context, 'alone')
  const [ann, bob] = [device(context, alone, 1), device(context, alone, 2)]
  const [a, b] = [await next(ann), await next(bob)]
  const [atAnn, atBob] = await Promise.all([seen(ann, b.device ?? ''), seen(bob, a.device ?? '')])
  for (const line of [atAnn, atBob]) assert.match(line.address ?? '', /^127\.0\.0\.1:|^\[::1\]:/)
})

test('[LK16] two machines on one cable find each other without a router', { skip }, async (context) => {
  const [here, there] = [machine(context, 'here'), machine(context, 'there')]
  cable(
    { machine: here, card: 'card', address: '10.77.0.1/24' },
    { machine: there, card: 'card', address: '10.77.0.2/24' },
  )
  const [ann, bob] = [device(context, here, 1), device(context, there, 2)]
  const [a, b] = [await next(ann), await next(bob)]
  const [atAnn, atBob] = await Promise.all([seen(ann, b.device ?? ''), seen(bob, a.device ?? '')])
  assert.match(atAnn.address ?? '', /^10\.77\.0\.2:/)
  assert.match(atBob.address ?? '', /^10\.77\.0\.1:/)
})

const ADDRESSES = [
  { host: '10.77.0.1', port: 4001 },
  { host: 'fd00::1', port: 4001 },
]

const ANN = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c'

const announced: Records = announcementOf({ name: 'x', device: ANN, addresses: ADDRESSES })

test('[LK16] an announcement reads as the device and addresses that it was made of', () => {
  assert.deepEqual(sightingIn(announced), { device: ANN, addresses: ['10.77.0.1:4001', '[fd00::1]:4001'] })
  assert.deepEqual(announcementOf({ name: 'x', device: ANN, addresses: [] }), [])
})

test('[LK16] records of a stranger never throw, and what is no announcement of ours is no sighting', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ maxLength: 40 }).map((each) => `dnsaddr=${each}`),
    fc.constantFrom(
      'dnsaddr=/ip4/10.0.0.1/tcp/1/p2p/12D3KooW',
      'dnsaddr=/dns4/evil/tcp/1',
      'dnsaddr=/ip4/1.2.3.4/udp/9',
    ),
  )
  const record = fc.record({
    type: fc.constantFrom('TXT', 'PTR', 'A', 'SRV'),
    name: fc.constantFrom(NEAR_SERVICE, 'other.local'),
    data: fc.oneof(text, fc.array(text, { maxLength: 4 }), fc.uint8Array({ maxLength: 60 })),
  })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (records) => {
      assert.equal(sightingIn(records as unknown as Records), undefined)
    }),
    { numRuns: 10_000 },
  )
})
