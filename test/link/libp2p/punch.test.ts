import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { PUNCH_ADDRESS } from '../../../src/link/address.ts'
import type { Endpoint, Link } from '../../../src/link/port.ts'
import type { Failure } from '../../../src/view/view.ts'
import { fromHex } from '../../../src/core/bytes/hex.ts'
import { decodeAnswer, decodeMeeting, encodeAnswer, encodeMeeting } from '../../../src/link/libp2p/meeting-bytes.ts'
import { MEETINGS_PER_DEVICE_MAX } from '../../../src/link/libp2p/meeting.ts'
import { join, never, place, serverPlace } from './places.ts'

const start = async (context: TestContext) => {
  const [one, other, server] = await Promise.all([place(), place(), serverPlace()])
  context.after(async () => {
    await Promise.all([one.close(), other.close()])
    await server.close()
  })
  await Promise.all([join(one, server), join(other, server)])
  const [small, great] = one.device < other.device ? [one, other] : [other, one]
  return { small, great, server }
}

const punch = async (from: Endpoint, to: Endpoint): Promise<Link | Failure> => {
  const dialled = await from.dial({ device: to.device, address: PUNCH_ADDRESS, signal: never })
  return dialled.ok ? dialled.value : dialled.refusal
}

const isLink = (outcome: Link | Failure): outcome is Link => 'frames' in outcome

const firstOf = async (link: Link): Promise<string> => {
  for await (const frame of link.frames) return Buffer.from(frame).toString()
  return 'nothing'
}

test('[LK23] two that call each other at one moment get one link, the same at both, whoever came first', async (context) => {
  const { small, great } = await start(context)
  for (const first of [small, great]) {
    const second = first === small ? great : small
    const waiting = punch(first, second)
    const outcomes = [await punch(second, first), await waiting]
    assert(outcomes.every(isLink), JSON.stringify(outcomes))
    const [a, b] = outcomes as [Link, Link]
    assert.deepEqual([a.device, a.path, b.device, b.path], [first.device, 'nearby', second.device, 'nearby'])
    const byDevice = new Map([
      [b.device === small.device ? small : great, a],
      [a.device === small.device ? small : great, b],
    ])
    assert.equal(byDevice.size, 2)
    a.send(Buffer.from('from a'))
    b.send(Buffer.from('from b'))
    assert.deepEqual([await firstOf(b), await firstOf(a)], ['from a', 'from b'])
    a.close()
    assert.deepEqual([(await a.closed).kind, (await b.closed).kind], ['ours', 'theirs'])
  }
})

test('[LK24] whoever calls alone is told so, and the other learns nothing of it', async (context) => {
  const { small, great } = await start(context)
  const heard: Link[] = []
  great.onLink((link) => void heard.push(link))
  const outcome = await punch(small, great)
  assert(!isLink(outcome))
  assert.equal(outcome.kind, 'not-called')
  assert.deepEqual(heard, [])
})

test('[LK24] without a server there is nobody to name a moment', async (context) => {
  const [one, other] = await Promise.all([place(), place()])
  context.after(() => Promise.all([one.close(), other.close()]))
  const outcome = await punch(one, other)
  assert(!isLink(outcome))
  assert.equal(outcome.kind, 'unreachable')
})

test('[LK25] only two that name each other are told of each other', async (context) => {
  const { small, great, server } = await start(context)
  const mallory = await place()
  context.after(() => mallory.close())
  await join(mallory, server)
  // Alice waits for Bob, Mallory asks for Alice and for Bob, and neither is told where another is.
  const outcomes = await Promise.all([punch(small, great), punch(mallory, small), punch(mallory, great)])
  assert.deepEqual(
    outcomes.map((each) => (isLink(each) ? 'link' : each.kind)),
    ['not-called', 'not-called', 'not-called'],
  )
})

test('[LK25] one device waits for at most thirty-two others at once', async (context) => {
  const { small } = await start(context)
  const others = Array.from({ length: MEETINGS_PER_DEVICE_MAX + 8 }, (_, index) =>
    index.toString(16).padStart(2, '0').repeat(32),
  )
  const dials = others.map((device) => small.dial({ device, address: PUNCH_ADDRESS, signal: never }))
  const kinds = (await Promise.all(dials)).map((each) => (each.ok ? 'link' : each.refusal.kind))
  assert.deepEqual([...new Set(kinds)].toSorted(), ['not-called', 'relay-full'])
  assert.equal(kinds.filter((each) => each === 'relay-full').length, 8)
})

test('[LK26] a request and its answer read back as they were written, and other bytes are neither', () => {
  const device = 'ab'.repeat(32)
  assert.deepEqual(decodeMeeting(encodeMeeting({ device, roundTrip: 41.6 })), { device, roundTrip: 42 })
  assert.deepEqual(decodeMeeting(encodeMeeting({ device, roundTrip: 1e9 }))?.roundTrip, 2_000)
  assert.equal(decodeMeeting(fromHex(device)), undefined)
  const answers = [
    { kind: 'meet', millis: 258, own: '198.51.100.2:40001', other: '[2001:db8::7]:4001' },
    { kind: 'alone' },
    { kind: 'full' },
  ] as const
  for (const answer of answers) assert.deepEqual(decodeAnswer(encodeAnswer(answer)), answer)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodeMeeting(bytes)
      const answer = decodeAnswer(bytes)
      if (answer?.kind === 'meet') assert.ok(answer.millis <= 2_000)
    }),
  )
})

test('[LK23] one device and several others call each other at one moment', async (context) => {
  const { small, great, server } = await start(context)
  const others = await Promise.all([place(), place()])
  context.after(() => Promise.all(others.map((each) => each.close())))
  await Promise.all(others.map((each) => join(each, server)))
  const all = [great, ...others]
  const outcomes = await Promise.all(all.flatMap((each) => [punch(small, each), punch(each, small)]))
  assert.deepEqual(
    outcomes.map((each) => (isLink(each) ? each.path : each)),
    outcomes.map(() => 'nearby'),
  )
})
