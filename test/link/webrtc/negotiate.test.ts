import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { lpStream, streamPair } from '@libp2p/utils'
import { encode } from '../../../src/core/bytes/cbor.ts'
import { parseAddress } from '../../../src/core/reach/address.ts'
import type { Candidate } from '../../../src/link/webrtc/candidate.ts'
import { CANDIDATES_MAX } from '../../../src/link/webrtc/candidate.ts'
import type { Ice } from '../../../src/link/webrtc/channel.ts'
import { negotiate, NEGOTIATION_MILLIS_MAX, SIGNALS_MAX } from '../../../src/link/webrtc/negotiate.ts'
import { decodeSignal, encodeSignal, type Signal } from '../../../src/link/webrtc/signal.ts'
import { createLibrary } from './library.ts'

const HOST = 'a=candidate:1 1 UDP 2114977791 192.168.1.7 40001 typ host'
const SEEN = 'a=candidate:2 1 UDP 1678769919 203.0.113.7 50002 typ srflx raddr 0.0.0.0 rport 0'
const description = { ufrag: 'abcd', password: 'p'.repeat(22), fingerprint: new Uint8Array(32) }
const ICE: Ice = { stun: [{ host: '203.0.113.1', port: 12_345 }], open: false }

/** One side, and what the test says in place of the other. Time passes when the test says so. */
const start = async (
  context: TestContext,
  {
    role,
    candidates = [HOST, SEEN],
    ice = ICE,
  }: { readonly role: 'calling' | 'answering'; readonly candidates?: readonly string[]; readonly ice?: Ice },
) => {
  const [mine, theirs] = await streamPair({ delay: 0 })
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { native, played } = createLibrary(candidates)
  const giving = new AbortController()
  const negotiating = negotiate({ native, role, stream: mine, ice, signal: giving.signal })
  const messages = lpStream(theirs, { maxDataLength: 1_024 })
  const said: Signal[] = []
  void (async () => {
    for (;;) {
      const signal = decodeSignal((await messages.read()).subarray())
      said.push(signal.ok ? signal.value : assert.fail(signal.refusal.detail))
    }
  })().catch(() => undefined)
  const settle = async (millis = 0): Promise<void> => {
    for (let turns = 0; turns < 50; turns += 1) {
      context.mock.timers.tick(millis / 50)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const say = async (...signals: readonly (Signal | Uint8Array)[]): Promise<void> => {
    for (const signal of signals)
      messages.write(signal instanceof Uint8Array ? signal : encodeSignal(signal)).catch(() => undefined)
    await settle(50)
  }
  await settle()
  const outcome = async (): Promise<string> => {
    const result = await negotiating
    return result.ok ? 'open' : `${result.refusal.kind}: ${result.refusal.detail}`
  }
  return { said, say, settle, outcome, giving, library: played[0] ?? assert.fail() }
}

const words = (said: readonly Signal[]): readonly string[] =>
  said.map((signal) =>
    signal.kind === 'candidate' ? `${signal.candidate.type} ${signal.candidate.address.text}` : signal.kind,
  )

const candidate = (text: string, type: Candidate['type'] = 'host'): Signal => ({
  kind: 'candidate',
  candidate: { type, address: parseAddress(text) ?? assert.fail(text) },
})

test('[LK40] who calls offers, tells its candidates when the answer has come, and is done when the channel opens', async (context) => {
  const { said, say, outcome, library } = await start(context, { role: 'calling' })
  assert.deepEqual(words(said), ['offer'])
  await say({ kind: 'answer', description, setup: 'passive' }, candidate('198.51.100.2:4001', 'srflx'))
  assert.deepEqual(words(said), ['offer', 'host 192.168.1.7:40001', 'srflx 203.0.113.7:50002', 'gathered'])
  assert.deepEqual(library.told, [
    'answer passive',
    'candidate:1 1 UDP 1694498815 198.51.100.2 4001 typ srflx raddr 0.0.0.0 rport 9',
  ])
  library.say('open')
  assert.equal(await outcome(), 'open')
  assert.equal(library.closed(), false)
})

test('[LK40] who is called answers before its candidates, and is the active side where others get through to it', async (context) => {
  for (const open of [true, false]) {
    const { said, say, outcome, library } = await start(context, { role: 'answering', ice: { ...ICE, open } })
    assert.deepEqual(words(said), [])
    await say({ kind: 'offer', description })
    assert.deepEqual(words(said), ['answer', 'host 192.168.1.7:40001', 'srflx 203.0.113.7:50002', 'gathered'])
    assert.equal(said[0]?.kind === 'answer' && said[0].setup, open ? 'active' : 'passive')
    assert.deepEqual(library.told, [`offer ${open ? 'actpass' : 'active'}`])
    library.say('open')
    assert.equal(await outcome(), 'open')
    context.mock.timers.reset()
  }
})

test('[LK43] sixteen candidates are called, those that come after them are not', async (context) => {
  const { say, library } = await start(context, { role: 'answering' })
  const many = Array.from({ length: 40 }, (_, index) => candidate(`198.51.100.${index + 1}:4001`))
  await say({ kind: 'offer', description }, ...many)
  const called = library.told.filter((each) => each.startsWith('candidate'))
  assert.equal(called.length, CANDIDATES_MAX)
  assert.match(called.at(-1) ?? '', / 198\.51\.100\.16 4001 typ host$/)
})

test('[LK43] nobody names a place on this machine but to who is nowhere else', async (context) => {
  for (const from of [undefined, '127.0.0.1', '::1']) {
    const { say, library } = await start(context, {
      role: 'answering',
      ice: { ...ICE, ...(from !== undefined && { from }) },
    })
    await say(
      { kind: 'offer', description },
      candidate('127.0.0.1:25'),
      candidate('[::1]:25'),
      candidate('[::ffff:127.0.0.1]:25'.replace('::ffff:127.0.0.1', '::1')),
      candidate('198.51.100.2:4001'),
    )
    const hosts = library.told.flatMap((each) => /UDP \d+ (\S+)/.exec(each)?.[1] ?? [])
    assert.deepEqual(hosts, from === undefined ? ['198.51.100.2'] : ['127.0.0.1', '::1', '::1'])
    context.mock.timers.reset()
  }
})

test('[LK42] what makes no sense at its place ends the listening, and without an answer the call', async (context) => {
  const answer = { kind: 'answer', description, setup: 'passive' } as const
  const senseless: readonly (Signal | Uint8Array)[] = [
    { kind: 'offer', description },
    candidate('198.51.100.2:4001'),
    Uint8Array.of(0xff),
    encode(['offer']),
  ]
  for (const each of senseless) {
    const { say, outcome, library } = await start(context, { role: 'calling' })
    await say(each, answer)
    assert.equal(await outcome(), 'not-kith: no answer that makes sense')
    assert.deepEqual([library.told, library.closed()], [[], true])
    context.mock.timers.reset()
  }
  const { say, library } = await start(context, { role: 'calling' })
  await say(answer, answer, candidate('198.51.100.2:4001'))
  assert.deepEqual(library.told, ['answer passive'])
})

test('[LK46] no side says more than so many words', async (context) => {
  const { say, library } = await start(context, { role: 'answering' })
  const gathered = Array.from({ length: SIGNALS_MAX - 1 }, () => ({ kind: 'gathered' }) as const)
  await say({ kind: 'offer', description }, ...gathered, candidate('198.51.100.2:4001'))
  assert.deepEqual(library.told, ['offer active'])
})

test('[LK46] a call that nobody answers, and one that comes to nothing, end after eight seconds', async (context) => {
  const silent = await start(context, { role: 'calling' })
  await silent.settle(NEGOTIATION_MILLIS_MAX)
  assert.equal(await silent.outcome(), 'timeout: no answer about UDP')
  assert.equal(silent.library.closed(), true)
  context.mock.timers.reset()
  const vain = await start(context, { role: 'calling' })
  await vain.say({ kind: 'answer', description, setup: 'passive' }, candidate('198.51.100.2:4001', 'srflx'))
  await vain.settle(NEGOTIATION_MILLIS_MAX)
  assert.equal(await vain.outcome(), 'not-let-in: called 198.51.100.2:4001 over UDP from 203.0.113.7:50002')
})

test('[LK47] where a server saw one side and not the other, nothing of the other gets out over UDP', async (context) => {
  const answer = { kind: 'answer', description, setup: 'passive' } as const
  const here = await start(context, { role: 'calling', candidates: [HOST] })
  await here.say(answer, candidate('198.51.100.2:4001', 'srflx'))
  await here.settle(NEGOTIATION_MILLIS_MAX)
  assert.equal(await here.outcome(), 'no-udp: no STUN server answered this side')
  context.mock.timers.reset()
  const there = await start(context, { role: 'calling' })
  await there.say(answer, candidate('192.168.2.2:4001'))
  await there.settle(NEGOTIATION_MILLIS_MAX)
  assert.equal(await there.outcome(), 'no-udp: no STUN server answered the other side')
})

test('[LK47] whoever refuses says why', async (context) => {
  const kinds: string[] = []
  for (const because of ['not-accepted', 'unsupported', 'busy'] as const) {
    const { say, outcome, library } = await start(context, { role: 'calling' })
    await say({ kind: 'refused', because })
    kinds.push((await outcome()).replace(/:.*/, ''))
    assert.equal(library.closed(), true)
    context.mock.timers.reset()
  }
  assert.deepEqual(kinds, ['not-accepted', 'unsupported', 'closed'])
})

test('[LK8] a call that is given up ends at once as closed, and frees the channel', async (context) => {
  const { giving, outcome, library } = await start(context, { role: 'calling' })
  giving.abort()
  assert.equal(await outcome(), 'closed: the dial was given up')
  assert.equal(library.closed(), true)
})

test('[LK47] a library that gives up, or that throws, ends the call and nothing else', async (context) => {
  const { say, outcome, library } = await start(context, { role: 'calling' })
  await say({ kind: 'answer', description, setup: 'passive' }, candidate('198.51.100.2:4001', 'srflx'))
  library.say('state', 'failed')
  assert.equal(await outcome(), 'not-let-in: called 198.51.100.2:4001 over UDP from 203.0.113.7:50002')
  context.mock.timers.reset()
  const odd = await start(context, { role: 'calling', candidates: [] })
  odd.library.told.push = () => {
    throw new Error('unforeseen')
  }
  await odd.say({ kind: 'answer', description, setup: 'passive' })
  assert.equal(await odd.outcome(), 'other: unforeseen')
})
