import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { WebSocket } from 'ws'

import { connect, exchange, type ConnectionState } from '../../src/api/client.ts'
import { CALLS_MAX, SUBSCRIPTIONS_MAX } from '../../src/api/socket.ts'
import { CALLERS_MAX } from '../../src/api/upgrade.ts'
import { REQUEST_BYTES_MAX } from '../../src/api/wire.ts'
import { accept } from '../../src/core/bytes/result.ts'
import type { Calls } from '../../src/view/calls.ts'
import type { Update } from '../../src/view/update.ts'
import { atTheDoor, closing } from './at-the-door.ts'
import { BOB, fakeCalls, idOf, STATUS, TALK } from './fake-calls.ts'

/** All of a stream that ends. */
const allOf = async <Item>(stream: AsyncIterable<Item>): Promise<Item[]> => {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

const never = new AbortController().signal

test('[DR13] each call reaches the peer with what was passed and comes back with what it answered', async (t) => {
  const peer = fakeCalls()
  const { calls } = (await atTheDoor(t, peer)).connect()
  const order = { time: 1, author: BOB, seq: 1 }
  const line = idOf('e')
  const inputs: {
    readonly [Name in Exclude<keyof Calls, 'updates' | 'status' | 'rename' | 'lookAgain'>]: Parameters<Calls[Name]>[0]
  } = {
    open: { person: BOB },
    history: { conversation: TALK, before: order, limit: 50 },
    say: { conversation: TALK, text: 'hi\n\u{1f44b}\u0000', reply: line },
    edit: { conversation: TALK, line, text: 'hello' },
    unsay: { conversation: TALK, line },
    react: { conversation: TALK, line, emoji: '\u{1f44d}', on: true },
    read: { conversation: TALK, upTo: order },
    typing: { conversation: TALK },
    draft: { conversation: TALK, text: '' },
    decide: { person: BOB, standing: 'blocked' },
    namePrivately: { person: BOB, name: 'Bobby' },
    configure: { readMarkers: false },
    useServers: { addresses: ['example.org:12345', '[::1]'] },
    reach: { person: BOB },
    tryNow: { person: BOB },
    search: { text: 'hi', limit: 10 },
    found: { title: 'Climbers', people: [BOB] },
    members: { conversation: TALK },
    add: { conversation: TALK, person: BOB, role: 'member', history: { share: 'days', days: 7 } },
    remove: { conversation: TALK, person: BOB },
    leave: { conversation: TALK },
    setRole: { conversation: TALK, person: BOB, role: 'admin' },
    retitle: { conversation: TALK, title: 'Walkers' },
    setPicture: { conversation: TALK, picture: 'data:image/png;base64,AAAA' },
    picture: { conversation: TALK },
    answer: { conversation: TALK, standing: 'ignored' },
    delivery: { conversation: TALK, line },
    mute: { conversation: TALK, on: true },
    forget: { conversation: TALK },
    invite: { conversation: TALK, role: 'member', uses: 10, days: 7, history: { share: 'all' } },
    revoke: { invitation: idOf('1') },
    examine: { link: 'kith:abc' },
    join: { link: 'kith:abc' },
    forgetJoining: { joining: idOf('1') },
    safety: { person: BOB },
    verify: { person: BOB, scanned: 'code' },
    unverify: { person: BOB },
  }
  for (const [name, input] of Object.entries(inputs)) {
    const through = await (calls[name as keyof typeof inputs] as (given: unknown) => Promise<unknown>)(input)
    const direct = await (peer[name as keyof typeof inputs] as (given: unknown) => Promise<unknown>)(input)
    assert.deepEqual(through, direct, name)
    assert.deepEqual(peer.asked.at(-2), { call: name, input }, name)
  }
  assert.deepEqual(await calls.status(), STATUS)
  assert.deepEqual(await calls.lookAgain(), { ok: true, value: null })
  assert.deepEqual(await calls.rename({ name: '' }), { ok: false, refusal: { kind: 'name-empty' } })
})

test('[DR13] what breaks a bound is refused by its place, without its value, and the peer is not asked', async (t) => {
  const peer = fakeCalls()
  const { calls } = (await atTheDoor(t, peer)).connect()
  const order = { time: 1, author: BOB, seq: 1 }
  const detail = async (
    answer: ReturnType<Calls['read']> | ReturnType<Calls['history']> | ReturnType<Calls['say']>,
  ) => {
    const result = await answer
    assert(!result.ok && result.refusal.kind === 'malformed')
    return result.refusal.detail
  }
  const hex = 'expected 64 lower-case hexadecimal characters'
  assert.equal(await detail(calls.say({ conversation: 'SECRET', text: 'hi' })), `conversation: ${hex}`)
  assert.equal(await detail(calls.say({ conversation: TALK.toUpperCase(), text: 'hi' })), `conversation: ${hex}`)
  assert.equal(await detail(calls.say({ conversation: TALK, text: 7 as never })), 'text: expected string')
  assert.equal(await detail(calls.say({ conversation: TALK } as never)), 'text: expected "text"')
  assert.equal(await detail(calls.say({ conversation: TALK, text: 'hi', more: 1 } as never)), 'more: expected never')
  assert.equal(await detail(calls.read({ conversation: TALK, upTo: { ...order, seq: -1 } })), 'upTo.seq: expected >=0')
  assert.equal(await detail(calls.read({ conversation: TALK, upTo: { ...order, author: 'b' } })), `upTo.author: ${hex}`)
  assert.equal(await detail(calls.history({ conversation: TALK, limit: 501 })), 'limit: expected <=500')
  assert.equal(await detail(calls.history({ conversation: TALK, limit: Number.NaN })), 'limit: expected number')
  assert.equal(
    await detail(calls.history({ conversation: TALK, limit: 5, before: order, after: order })),
    'input: expected before or after, not both',
  )
  const invitation = { role: 'member', uses: 1, days: 7, history: { share: 'none' } } as const
  for (const [broken, fault] of [
    [{ uses: 0 }, 'uses: expected >=1'],
    [{ uses: 1_001 }, 'uses: expected <=1000'],
    [{ days: 366 }, 'days: expected <=365'],
    [{ days: 1.5 }, 'days: expected safe_integer'],
    [{ role: 'owner' }, 'role: expected ("admin" | "member")'],
    [{ history: { share: 'days' } }, 'history.days: expected "days"'],
    [{ history: { share: 'some' } }, 'history.share: expected ("none" | "days" | "all")'],
    [{ conversation: 'x' }, `conversation: ${hex}`],
  ] as const) {
    const answered = await calls.invite({ ...invitation, ...broken } as never)
    assert.equal(!answered.ok && answered.refusal.kind === 'malformed' && answered.refusal.detail, fault)
  }
  const crowd = await calls.found({ title: 'All', people: Array.from({ length: 251 }, () => BOB) })
  assert.deepEqual(crowd, { ok: false, refusal: { kind: 'malformed', detail: 'people: expected <=250' } })
  assert.deepEqual(peer.asked, [])
})

test('[DR10] a text too long to be sent is refused before it is', async (t) => {
  const peer = fakeCalls()
  const { calls } = (await atTheDoor(t, peer)).connect()
  const long = await calls.say({ conversation: TALK, text: 'x'.repeat(REQUEST_BYTES_MAX) })
  assert(!long.ok && long.refusal.kind === 'text-too-long')
  const name = await calls.rename({ name: 'x'.repeat(REQUEST_BYTES_MAX) })
  assert.deepEqual(name, { ok: false, refusal: { kind: 'malformed', detail: 'input: too large' } })
  assert.equal((await calls.say({ conversation: TALK, text: '\u0001'.repeat(128 * 1024) })).ok, true)
})

test('[DR10] a message over the limit closes that socket alone', async (t) => {
  const at = await atTheDoor(t)
  const socket = await at.enter()
  const closed = closing(socket)
  socket.send('x'.repeat(REQUEST_BYTES_MAX + 1))
  assert.equal(await closed, 1009)
  assert.deepEqual(await at.connect().calls.status(), STATUS)
})

test('[DR12] garbage on a socket closes that socket alone, whatever it is', async (t) => {
  const at = await atTheDoor(t)
  const other = at.connect()
  const garbage = [
    '',
    'hello',
    'null',
    '[]',
    '{"i":1,"p":{"u":"/status"}}',
    '{"i":"1"}',
    '{"i":"1","p":{"u":"http://evil.example/status"}}',
    '{"i":"1","p":{"u":"/status","h":{"content-type":"text/event-stream"}}}',
    '{"i":"1","p":{"u":"/status","m":"GET"}}',
    '{"i":"1","p":{"u":"/say","b":{"json":{},"meta":[[1,"__proto__"]]}}}',
    '{"i":"1","p":{"u":"/say","b":{"json":{},"maps":[["x"]]}}}',
    '{"i":"1","t":3,"p":{"e":"message","d":1}}',
    '['.repeat(100_000),
  ]
  for (const message of garbage) {
    const socket = await at.enter()
    const closed = closing(socket)
    socket.send(message)
    assert.equal(await closed, 1008, message.slice(0, 80))
  }
  const binary = await at.enter()
  const closed = closing(binary)
  binary.send(Buffer.from([1, 2, 3]))
  assert.equal(await closed, 1003)
  assert.deepEqual(await other.calls.status(), STATUS)
})

/** Sends one raw message and gives what the door did: the parsed answer, or the code with which it hung up. */
const send = (socket: WebSocket, message: string): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString())))
    socket.once('close', (code) => resolve(code))
    socket.send(message)
  })

test('[DR13] no input makes a call throw: what is answered is a result or a plain refusal', async (t) => {
  const peer = fakeCalls()
  const at = await atTheDoor(t, peer)
  let socket = await at.enter()
  let id = 0
  const names = [
    'open',
    'history',
    'say',
    'read',
    'react',
    'configure',
    'search',
    'status',
    'found',
    'add',
    'invite',
    'join',
    'verify',
    'nothing',
    'constructor',
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue(), async (name, json) => {
      if (socket.readyState !== socket.OPEN) socket = await at.enter()
      socket.removeAllListeners('message').removeAllListeners('close')
      const answer = await send(socket, JSON.stringify({ i: `${++id}`, p: { u: `/${name}`, b: { json } } }))
      const { s: status = 200, b: body } = (answer as { p: { s?: number; b: { json?: { ok?: boolean } } } }).p
      assert(status === 404 || (status === 200 && body.json !== undefined), JSON.stringify(answer))
    }),
    { numRuns: 1_000 },
  )
  assert(!at.logged.some((each) => each.kind === 'bug'), JSON.stringify(at.logged[0]))
})

test('[DR12] mutated messages never end the process or another socket', async (t) => {
  const at = await atTheDoor(t)
  const other = at.connect()
  const valid = JSON.stringify({ i: '1', p: { u: '/say', b: { json: { conversation: TALK, text: 'hi' } } } })
  let socket = await at.enter()
  const mutated = fc.tuple(fc.nat(valid.length), fc.nat(3), fc.string({ maxLength: 6 }))
  await fc.assert(
    fc.asyncProperty(mutated, async ([at0, removed, added]) => {
      if (socket.readyState !== socket.OPEN) socket = await at.enter()
      socket.removeAllListeners('message').removeAllListeners('close')
      const answer = await send(socket, valid.slice(0, at0) + added + valid.slice(at0 + removed))
      assert(answer === 1008 || typeof answer === 'object', String(answer))
    }),
    { numRuns: 2_000 },
  )
  assert.deepEqual(await other.calls.status(), STATUS)
})

test('[DR14] cancelling a subscription ends it at the peer', async (t) => {
  const peer = fakeCalls()
  const { calls } = (await atTheDoor(t, peer)).connect()
  const cancelling = new AbortController()
  const seen: string[] = []
  for await (const update of calls.updates(cancelling.signal)) {
    seen.push(update.kind)
    if (seen.length === 1) peer.push({ kind: 'typing', conversation: TALK, person: BOB })
    else cancelling.abort()
  }
  assert.deepEqual(seen, ['snapshot', 'typing'])
  await peer.subscribed(0)
})

test('[DR14] a window that goes away ends its subscriptions at the peer', async (t) => {
  const peer = fakeCalls()
  const at = await atTheDoor(t, peer)
  const connection = at.connect()
  const stream = connection.calls.updates(never)[Symbol.asyncIterator]()
  await stream.next()
  assert.equal(peer.subscribers, 1)
  const rest = stream.next()
  connection.close()
  assert.equal((await rest).done, true)
  await peer.subscribed(0)
})

test('[DR15] a window that does not read is told that it lagged and starts from a fresh snapshot', async (t) => {
  const peer = fakeCalls()
  const at = await atTheDoor(t, peer)
  const socket = await at.enter()
  const seen: Update[] = []
  let settle = (): void => undefined
  const settled = new Promise<void>((resolve) => (settle = resolve))
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { t?: number; p: { d?: { json: Update } } }
    if (message.t !== 3 || message.p.d === undefined) return
    seen.push(message.p.d.json)
    if (seen.at(-2)?.kind === 'lagged') settle()
  })
  socket.send(JSON.stringify({ i: '1', p: { u: '/updates' } }))
  await peer.subscribed(1)
  socket.pause()
  const text = 'x'.repeat(60_000)
  const line = { id: idOf('1'), order: { time: 1, author: BOB, seq: 1 }, at: 1, person: BOB, mine: false } as const
  const message: Update = {
    kind: 'line',
    conversation: TALK,
    line: { ...line, kind: 'message', text, edited: false, reactions: [] },
  }
  // More than the kernel, the socket and the queue may hold: the subscription at the peer is given up, not filled.
  while (peer.subscribers > 0) {
    for (let count = 0; count < 10; count++) peer.push(message)
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.resume()
  await settled
  const kinds = seen.map((each) => each.kind)
  assert.equal(kinds[0], 'snapshot')
  assert.deepEqual(kinds.slice(-2), ['lagged', 'snapshot'])
  assert.deepEqual(new Set(kinds.slice(1, -2)), new Set(['line']))
})

test('[DR16] a caller with too many subscriptions is cut off, and they end at the peer', async (t) => {
  const peer = fakeCalls()
  const at = await atTheDoor(t, peer)
  const socket = await at.enter()
  for (let count = 1; count <= SUBSCRIPTIONS_MAX; count++)
    socket.send(JSON.stringify({ i: `${count}`, p: { u: '/updates' } }))
  await peer.subscribed(SUBSCRIPTIONS_MAX)
  const answered = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      if ((JSON.parse((data as Buffer).toString()) as { i: string }).i === 'call') resolve()
    })
  })
  socket.send(JSON.stringify({ i: 'call', p: { u: '/status' } }))
  // Calls are none of them: a window that has all of its subscriptions still acts.
  const closed = closing(socket)
  assert.equal(await Promise.race([answered, closed]), undefined)
  socket.send(JSON.stringify({ i: 'more', p: { u: '/updates' } }))
  assert.equal(await closed, 1008)
  await peer.subscribed(0)
})

test('[DR16] a caller that floods is not read beyond its running calls, and all it sent is answered in the end', async (t) => {
  const waiting: (() => void)[] = []
  let most = 0
  let began = (): void => undefined
  const full = new Promise<void>((resolve) => (began = resolve))
  const peer = fakeCalls({
    overrides: {
      typing: () =>
        new Promise((resolve) => {
          waiting.push(() => resolve(accept(null)))
          most = Math.max(most, waiting.length)
          if (waiting.length >= CALLS_MAX) began()
        }),
    },
  })
  const at = await atTheDoor(t, peer)
  const socket = await at.enter()
  const total = 20_000
  let answered = 0
  const done = new Promise<void>((resolve) => {
    socket.on('message', () => {
      answered += 1
      if (answered === total) resolve()
    })
  })
  const body = { u: '/typing', b: { json: { conversation: TALK } } }
  for (let count = 0; count < total; count++) socket.send(JSON.stringify({ i: `${count}`, p: body }))
  await full
  // What was read in one piece is still answered; nothing new is read. One piece is at most 64 KiB.
  assert.deepEqual(await at.connect().calls.status(), STATUS)
  const release = setInterval(() => {
    for (const each of waiting.splice(0)) each()
  })
  await done
  clearInterval(release)
  const inOnePiece = Math.ceil(65_536 / JSON.stringify({ i: '0', p: body }).length)
  assert(most <= CALLS_MAX + inOnePiece, `${most} at once`)
})

test('[DR16] windows beyond the limit are refused until one goes', async (t) => {
  const at = await atTheDoor(t)
  const sockets = await Promise.all(Array.from({ length: CALLERS_MAX }, () => at.enter()))
  const headers = { host: `127.0.0.1:${at.port}`, origin: at.door.url, authorization: `Bearer ${at.door.token}` }
  assert.equal((await at.upgrade(headers)).status, 503)
  const first = sockets[0]
  assert(first !== undefined)
  const gone = closing(first)
  first.close()
  await gone
  assert.equal((await at.upgrade(headers)).status, 101)
})

test('[DR19] a call that breaks is a plain error for its caller and a note for the log, and the door goes on', async (t) => {
  const peer = fakeCalls({
    overrides: {
      say: async () => {
        throw new TypeError('broken')
      },
    },
  })
  const at = await atTheDoor(t, peer)
  const { calls } = at.connect()
  await assert.rejects(calls.say({ conversation: TALK, text: 'hi' }), { name: 'Bug' })
  assert.deepEqual(await calls.status(), STATUS)
  assert.deepEqual(
    at.logged.map((each) => each.kind),
    ['bug'],
  )
})

test('[DR17] a connection tells its states, and a closed one answers that it is', async (t) => {
  const at = await atTheDoor(t)
  const connection = at.connect()
  const states: ConnectionState[] = []
  connection.onState((state) => states.push(state))
  assert.deepEqual(connection.state, { at: 'connecting' })
  await connection.calls.status()
  connection.close()
  assert.deepEqual(states, [{ at: 'open' }, { at: 'closed', because: 'ours' }])
  assert.deepEqual(await connection.calls.typing({ conversation: TALK }), {
    ok: false,
    refusal: { kind: 'disconnected' },
  })
  await assert.rejects(connection.calls.status(), { name: 'Disconnected' })
  assert.deepEqual(await allOf(connection.calls.updates(never)), [])
})

test('[DR17] giving up what runs on a connection that is closing breaks nothing', async (t) => {
  const peer = fakeCalls({ overrides: { typing: () => new Promise(() => undefined) } })
  const connection = (await atTheDoor(t, peer)).connect()
  const cancelling = new AbortController()
  const stream = connection.calls.updates(cancelling.signal)[Symbol.asyncIterator]()
  await stream.next()
  const rest = stream.next()
  const answer = connection.calls.typing({ conversation: TALK })
  connection.close()
  // A rejection that nobody catches would fail this test.
  cancelling.abort()
  assert.equal((await rest).done, true)
  assert.deepEqual(await answer, { ok: false, refusal: { kind: 'disconnected' } })
  await peer.subscribed(0)
})

test('[DR17] a call that is under way when the peer goes answers that the connection is gone', async (t) => {
  let began = (): void => undefined
  const running = new Promise<void>((resolve) => (began = resolve))
  const peer = fakeCalls({ overrides: { typing: () => new Promise(() => began()) } })
  const at = await atTheDoor(t, peer)
  const connection = at.connect()
  const answer = connection.calls.typing({ conversation: TALK })
  await running
  await at.door.close()
  assert.deepEqual(await answer, { ok: false, refusal: { kind: 'disconnected' } })
  assert.deepEqual(connection.state, { at: 'closed', because: 'lost' })
})

test('[DR17] a connection that is not let in closes as refused and its calls answer that', async (t) => {
  const at = await atTheDoor(t)
  // Node's own socket sends no Origin.
  const connection = connect({ url: at.door.url, token: at.door.token })
  assert.deepEqual(await connection.calls.typing({ conversation: TALK }), {
    ok: false,
    refusal: { kind: 'disconnected' },
  })
  assert.deepEqual(connection.state, { at: 'closed', because: 'refused' })
})

test('[DR6] the client trades a code for the token and tells a used one from an absent door', async (t) => {
  const at = await atTheDoor(t)
  const url = at.door.url
  const asWindow: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), origin: url } })
  const code = at.door.ticket()
  assert.deepEqual(await exchange({ url, code, fetch: asWindow }), { ok: true, value: at.door.token })
  assert.deepEqual(await exchange({ url, code, fetch: asWindow }), { ok: false, refusal: { kind: 'used' } })
  await at.door.close()
  assert.deepEqual(await exchange({ url, code, fetch: asWindow }), { ok: false, refusal: { kind: 'unreachable' } })
})
