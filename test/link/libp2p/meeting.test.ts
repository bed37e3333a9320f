import assert from 'node:assert/strict'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import test, { type TestContext } from 'node:test'
import { lpStream, streamPair } from '@libp2p/utils'
import { randomBytes } from 'node:crypto'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import { PUNCH_ADDRESS } from '../../../src/link/address.ts'
import type { Connection } from '../../../src/link/libp2p/connection.ts'
import { createMeetings, MEETING_MILLIS_MAX, MEETINGS_PER_ADDRESS_MAX } from '../../../src/link/libp2p/meeting.ts'
import { decodeAnswer, encodeMeeting, MEETING_ANSWER_BYTES_MAX } from '../../../src/link/libp2p/meeting-bytes.ts'
import { createPairs } from '../../../src/link/libp2p/pairs.ts'
import { createServerEndpoint } from '../../../src/link/libp2p/server.ts'
import type { Endpoint } from '../../../src/link/port.ts'
import { drain, LOOPBACK, never, place } from './places.ts'

const deviceOf = (number: number): Hex => number.toString(16).padStart(64, '0')

/** A meeting place whose clock goes on by a millisecond when told to, and who was answered what, when. */
const createStage = (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  let millis = 0
  const here = new Set<Hex>()
  const meetings = createMeetings(
    (device) => here.has(device),
    createPairs(() => millis),
    () => millis,
  )
  const answers: string[] = []
  const ask = async (number: number, address: string, other: number): Promise<void> => {
    const [mine, theirs] = await streamPair({ delay: 0 })
    const connection = { device: deviceOf(number), address } as unknown as Connection
    meetings.serve(theirs, connection)
    const messages = lpStream(mine, { maxDataLength: MEETING_ANSWER_BYTES_MAX })
    await messages.write(encodeMeeting({ device: deviceOf(other), roundTrip: 0 }))
    const answer = decodeAnswer((await messages.read()).subarray())
    const words = answer?.kind === 'meet' ? `${answer.own} and ${answer.other}` : JSON.stringify(answer)
    answers.push(`${number} after ${millis} ms: ${words}`)
  }
  return {
    meetings,
    answers,
    come: (number: number) => void here.add(deviceOf(number)),
    ask: (number: number, address: string, other: number) => void ask(number, address, other),
    pass: async (until: number): Promise<void> => {
      for (; millis < until; millis += 1) {
        context.mock.timers.tick(1)
        for (let turns = 0; turns < 4; turns += 1) await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

test('[SV221] whom nobody asked for in turn is answered the same, at the same time, whoever is here', async (context) => {
  const stage = createStage(context)
  for (const number of [1, 2, 3, 4, 5]) stage.come(number)
  // Bob (4) is here and asks for nobody, Carol (5) asks for somebody else, and nobody knows of 6.
  stage.ask(5, '192.0.2.5:50', 9)
  await stage.pass(1_000)
  for (const [asker, asked] of [
    [1, 4],
    [2, 5],
    [3, 6],
  ] as const)
    stage.ask(asker, `192.0.2.${asker}:50`, asked)
  await stage.pass(2_000 + MEETING_MILLIS_MAX)
  const [carol, ...rest] = stage.answers
  assert.match(carol ?? '', /^5 after /)
  const after = /after \d+ ms/.exec(rest[0] ?? '')?.[0]
  assert.deepEqual(
    rest.toSorted(),
    [1, 2, 3].map((number) => `${number} ${after}: {"kind":"alone"}`),
  )
})

test('[SV223] one seen over IPv4 and one over IPv6 are told so at once, and no address', async (context) => {
  const stage = createStage(context)
  for (const number of [1, 2, 3]) stage.come(number)
  stage.ask(1, '192.0.2.1:50', 2)
  await stage.pass(1_000)
  stage.ask(2, '[2001:db8::2]:50', 1)
  await stage.pass(1_010)
  assert.deepEqual(stage.answers.map((each) => each.replace(/after 10\d\d ms/, 'at once')).toSorted(), [
    '1 at once: {"kind":"other-family","own":4}',
    '2 at once: {"kind":"other-family","own":6}',
  ])
  const { asked, met, otherFamily } = stage.meetings.counts()
  assert.deepEqual([asked, met, otherFamily], [2, 0, 1])
})

test('[SV224] who waits for many at one address fills its share alone, and who is waited for there still meets', async (context) => {
  const stage = createStage(context)
  const perDevice = 16
  const mallories = Array.from({ length: MEETINGS_PER_ADDRESS_MAX / perDevice }, (_, index) => 1_000 + index)
  for (const number of [1, 2, 3, 4, 5, ...mallories]) stage.come(number)
  // Bob (2) waits for Alice (1), who is behind the address that Mallory fills, and so is Eve (5).
  stage.ask(2, '[2001:db8:0:2::2]:50', 1)
  for (const number of mallories)
    for (let other = 0; other < perDevice; other += 1)
      stage.ask(number, `[2001:db8:0:1::${number}]:50`, 100_000 + other)
  await stage.pass(20)
  stage.ask(1, '[2001:db8:0:1::a]:50', 2)
  stage.ask(5, '[2001:db8:0:1::b]:50', 3)
  stage.ask(3, '192.0.2.3:50', 4)
  await stage.pass(40)
  stage.ask(4, '192.0.2.4:50', 3)
  await stage.pass(60)
  assert.deepEqual(stage.answers.map((each) => each.replace(/ after \d+ ms/, '')).toSorted(), [
    '1: [2001:db8:0:1::a]:50 and [2001:db8:0:2::2]:50',
    '2: [2001:db8:0:2::2]:50 and [2001:db8:0:1::a]:50',
    '3: 192.0.2.3:50 and 192.0.2.4:50',
    '4: 192.0.2.4:50 and 192.0.2.3:50',
    '5: {"kind":"full"}',
  ])
  // Whoever waited in vain has left the place to others.
  await stage.pass(60 + MEETING_MILLIS_MAX)
  stage.ask(5, '[2001:db8:0:1::b]:50', 3)
  await stage.pass(100 + MEETING_MILLIS_MAX * 2)
  assert.deepEqual(
    [stage.meetings.counts().refused, stage.answers.at(-1)?.replace(/after .* ms/, '')],
    [1, '5 : {"kind":"alone"}'],
  )
})

/** A server at both loopback addresses, and somebody who knows it by a host. */
const serverAndPeople = async (context: TestContext, hosts: readonly string[]) => {
  const server = await createServerEndpoint({ privateKey: randomBytes(32), port: 0 })
  if (!server.ok) throw new Error(server.refusal.kind)
  server.value.onLink((link) => void drain(link))
  const people = await Promise.all(hosts.map(() => place()))
  context.after(async () => {
    await Promise.all(people.map((each) => each.close()))
    await server.value.close()
  })
  for (const [index, host] of hosts.entries()) {
    const joined = await people[index]?.dialServer({ host, port: server.value.port, signal: never })
    assert.ok(joined?.ok, JSON.stringify(joined))
  }
  return { people, meetings: server.value.meetings }
}

const punchBoth = async ([one, other]: readonly Endpoint[]) => {
  if (!one || !other) throw new Error('unreachable')
  const dial = (from: Endpoint, { device }: Endpoint) => from.dial({ device, address: PUNCH_ADDRESS, signal: never })
  return Promise.all([dial(one, other), dial(other, one)])
}

test('[SV223] who knows the server over IPv6 alone does not meet one who knows it over IPv4 alone', async (context) => {
  const { people } = await serverAndPeople(context, [LOOPBACK, '::1'])
  const outcomes = await punchBoth(people)
  assert.deepEqual(
    outcomes.map((each) => !each.ok && `${each.refusal.kind}: ${each.refusal.detail}`),
    [
      'unreachable: the server sees this device over IPv4 and the other over IPv6',
      'unreachable: the server sees this device over IPv6 and the other over IPv4',
    ],
  )
})

/** As if a name server knew `both.test` with an address of either family, IPv6 first. */
const knowBoth = (context: TestContext): void => {
  const all = [
    { address: '::1', family: 6 },
    { address: LOOPBACK, family: 4 },
  ]
  const find = (host: string, { family = 0 }: { readonly family?: unknown }) =>
    host === 'both.test' ? all.filter((each) => family === 0 || each.family === family) : undefined
  const { lookup } = dns
  const { lookup: lookupLater } = dns.promises
  type Done = (error: Error | null, address: unknown, family?: number) => void
  const fake = (host: string, options: { readonly all?: boolean; readonly family?: unknown }, done: Done): void => {
    const found = find(host, options)
    if (!found) return lookup(host, options as never, done as never)
    setImmediate(() => (options.all === true ? done(null, found) : done(null, found[0]?.address, found[0]?.family)))
  }
  const fakeLater = async (host: string, options: { readonly family?: unknown } = {}) =>
    find(host, options)?.[0] ?? lookupLater(host, options as never)
  Object.assign(dns, { lookup: fake })
  Object.assign(dns.promises, { lookup: fakeLater })
  syncBuiltinESMExports()
  context.after(() => {
    Object.assign(dns, { lookup })
    Object.assign(dns.promises, { lookup: lookupLater })
    syncBuiltinESMExports()
  })
}

test('[SV223] one who reaches the server over both meets one who reaches it over IPv4 alone', async (context) => {
  knowBoth(context)
  const { people, meetings } = await serverAndPeople(context, ['both.test', LOOPBACK])
  const outcomes = await punchBoth(people)
  assert.deepEqual(
    outcomes.map((each) =>
      each.ok ? `${each.value.path} at ${each.value.address.replace(/:\d+$/, '')}` : each.refusal,
    ),
    [`nearby at ${LOOPBACK}`, `nearby at ${LOOPBACK}`],
  )
  assert.deepEqual([meetings().otherFamily, meetings().met], [1, 1])
})
