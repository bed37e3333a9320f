import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { test } from 'node:test'

import { CONNECTIONS_MAX } from '../../src/api/door.ts'
import { BODY_BYTES_MAX } from '../../src/api/http.ts'
import { CODE_MILLIS_MAX, CODES_MAX, FAILURES_MAX, FAILURES_MILLIS } from '../../src/api/session.ts'
import { CALLS_PATH, CALLS_PROTOCOL, TOKEN_PROTOCOL_PREFIX } from '../../src/api/wire.ts'
import { atTheDoor, ending, type Setting } from './at-the-door.ts'

const own = (at: Setting) => ({ host: `127.0.0.1:${at.port}`, origin: at.door.url })
const withToken = (at: Setting, token = at.door.token) => `${CALLS_PROTOCOL}, ${TOKEN_PROTOCOL_PREFIX}${token}`
const trade = (at: Setting, code: string) =>
  at.ask({ method: 'POST', path: '/api/session', body: JSON.stringify({ code }) })

test('[DR1] the door cannot be reached at any other address of this machine', async (t) => {
  const at = await atTheDoor(t)
  const addresses = ['127.0.0.2', '::1']
  for (const each of Object.values(networkInterfaces()).flat())
    if (each !== undefined && !each.internal && each.scopeid === 0) addresses.push(each.address)
    else if (each !== undefined && !each.internal && each.family === 'IPv4') addresses.push(each.address)
  for (const host of addresses) {
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({ host, port: at.port })
      socket.once('connect', () => resolve('connected')).once('error', () => resolve('refused'))
      t.after(() => socket.destroy())
    })
    assert.equal(outcome, 'refused', host)
  }
})

test('[DR2] DNS rebinding: a foreign name in Host is misdirected, with the right token and all', async (t) => {
  const at = await atTheDoor(t)
  for (const host of [
    'evil.example',
    `evil.example:${at.port}`,
    '127.0.0.1',
    `127.0.0.1:${at.port + 1}`,
    `[::1]:${at.port}`,
  ]) {
    const foreign = { host, origin: `http://${host}`, authorization: `Bearer ${at.door.token}` }
    assert.equal((await at.ask({ headers: foreign })).status, 421, host)
    assert.equal((await at.ask({ method: 'POST', path: '/api/ticket', headers: foreign })).status, 421, host)
    assert.equal((await at.upgrade(foreign)).status, 421, host)
  }
  assert.equal((await at.ask({ headers: { host: `localhost:${at.port}` } })).status, 200)
})

test('[DR3] a page of another site, or of another port of this machine, is refused by its Origin', async (t) => {
  const at = await atTheDoor(t)
  const origins = [
    'https://evil.example',
    `http://127.0.0.1:${at.port + 1}`,
    `http://localhost:${at.port}`,
    `https://127.0.0.1:${at.port}`,
    'null',
    '',
  ]
  for (const origin of origins) {
    const headers = { host: `127.0.0.1:${at.port}`, origin }
    const upgrade = { ...headers, 'sec-websocket-protocol': withToken(at) }
    assert.equal((await at.upgrade(upgrade)).status, 403, origin)
    assert.equal((await at.ask({ method: 'POST', path: '/api/session', headers })).status, 403, origin)
    assert.equal((await at.ask({ headers })).status, 403, origin)
  }
})

test('[DR3] without an Origin nothing but reading the window is allowed', async (t) => {
  const at = await atTheDoor(t)
  const headers = { host: `127.0.0.1:${at.port}`, authorization: `Bearer ${at.door.token}` }
  assert.equal((await at.upgrade(headers)).status, 403)
  assert.equal((await at.ask({ method: 'POST', path: '/api/ticket', headers })).status, 403)
  assert.equal((await at.ask({ method: 'DELETE', headers })).status, 403)
  assert.equal((await at.ask({ headers })).status, 200)
})

test('[DR3] several Host or Origin lines are refused', async (t) => {
  const at = await atTheDoor(t)
  const host = `127.0.0.1:${at.port}`
  const socket = at.tcp()
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  assert.match(await ending(socket), /^HTTP\/1\.1 4\d\d/)
  const second = at.tcp()
  second.write(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n`,
  )
  assert.match(await ending(second), /^HTTP\/1\.1 403/)
})

test('[DR4] what the browser calls cross-site or same-site may not touch the API', async (t) => {
  const at = await atTheDoor(t)
  for (const site of ['cross-site', 'same-site', 'none']) {
    const headers = { ...own(at), 'sec-fetch-site': site }
    assert.equal((await at.ask({ method: 'POST', path: '/api/session', headers })).status, 403, site)
    assert.equal((await at.upgrade({ ...headers, 'sec-websocket-protocol': withToken(at) })).status, 403, site)
  }
  const same = { ...own(at), 'sec-fetch-site': 'same-origin', 'sec-websocket-protocol': withToken(at) }
  assert.equal((await at.upgrade(same)).status, 101)
})

test('[DR5] no calls without the token, whatever stands in its place', async (t) => {
  const at = await atTheDoor(t)
  const wrong = '0'.repeat(64)
  const refused: Record<string, string>[] = [
    {},
    { 'sec-websocket-protocol': CALLS_PROTOCOL },
    { 'sec-websocket-protocol': withToken(at, wrong) },
    { 'sec-websocket-protocol': withToken(at, at.door.token.slice(0, 63)) },
    { 'sec-websocket-protocol': withToken(at, '') },
    { 'sec-websocket-protocol': withToken(at, at.door.token.toUpperCase()) },
    { authorization: `Bearer ${wrong}` },
    { authorization: at.door.token },
    { authorization: `Basic ${at.door.token}` },
    { cookie: `token=${at.door.token}; kith.token=${at.door.token}` },
  ]
  for (const headers of refused)
    assert.equal((await at.upgrade({ ...own(at), ...headers })).status, 401, JSON.stringify(headers))
})

test('[DR5] a token in the address lets nobody in', async (t) => {
  const at = await atTheDoor(t)
  const path = `${CALLS_PATH}?token=${at.door.token}&authorization=Bearer%20${at.door.token}`
  assert.equal((await at.upgrade({ ...own(at), 'sec-websocket-protocol': CALLS_PROTOCOL }, path)).status, 401)
  assert.equal((await at.ask({ method: 'POST', path: `/api/ticket?token=${at.door.token}` })).status, 401)
})

test('[DR5] the token opens the door as a protocol or as a Bearer header, and is not answered back', async (t) => {
  const at = await atTheDoor(t)
  const asProtocol = await at.upgrade({ ...own(at), 'sec-websocket-protocol': withToken(at) })
  assert.deepEqual(asProtocol, { status: 101, protocol: CALLS_PROTOCOL })
  const asBearer = await at.upgrade({ ...own(at), authorization: `Bearer ${at.door.token}` })
  assert.deepEqual(asBearer, { status: 101, protocol: '' })
  const alone = await at.upgrade({ ...own(at), 'sec-websocket-protocol': TOKEN_PROTOCOL_PREFIX + at.door.token })
  assert.equal(alone.protocol, '')
})

test('[DR6] a one-time code gives the token once', async (t) => {
  const at = await atTheDoor(t)
  const code = at.door.ticket()
  const first = await trade(at, code)
  assert.deepEqual([first.status, JSON.parse(first.body)], [200, { token: at.door.token }])
  const second = await trade(at, code)
  assert.deepEqual([second.status, JSON.parse(second.body)], [401, { error: 'wrong-secret' }])
})

test('[DR6] a one-time code is worth nothing after a minute', async (t) => {
  const at = await atTheDoor(t)
  const [kept, late] = [at.door.ticket(), at.door.ticket()]
  at.clock.now += CODE_MILLIS_MAX - 1
  assert.equal((await trade(at, kept)).status, 200)
  at.clock.now += 1
  assert.equal((await trade(at, late)).status, 401)
})

test('[DR6] a new code beyond the limit takes the place of the oldest', async (t) => {
  const at = await atTheDoor(t)
  const codes = Array.from({ length: CODES_MAX + 1 }, () => at.door.ticket())
  assert.equal((await trade(at, codes[0] ?? '')).status, 401)
  assert.equal((await trade(at, codes[1] ?? '')).status, 200)
  assert.equal((await trade(at, codes[CODES_MAX] ?? '')).status, 200)
})

test('[DR6] only who shows the token gets a code for another window', async (t) => {
  const at = await atTheDoor(t)
  assert.equal((await at.ask({ method: 'POST', path: '/api/ticket' })).status, 401)
  const headers = { ...own(at), authorization: `Bearer ${at.door.token}` }
  const given = await at.ask({ method: 'POST', path: '/api/ticket', headers })
  const { code, url } = JSON.parse(given.body) as { code: string; url: string }
  assert.equal(url, `${at.door.url}/#code=${code}`)
  assert.equal((await trade(at, code)).status, 200)
})

test('[DR7] wrong secrets beyond the limit are cut short, and the right one still opens', async (t) => {
  const at = await atTheDoor(t)
  for (let count = 0; count < FAILURES_MAX; count++) assert.equal((await trade(at, 'wrong')).status, 401)
  assert.equal((await trade(at, 'wrong')).status, 429)
  assert.equal((await at.upgrade(own(at))).status, 429)
  assert.equal((await trade(at, at.door.ticket())).status, 200)
  at.clock.now += FAILURES_MILLIS
  assert.equal((await trade(at, 'wrong')).status, 401)
})

test('[DR10] a body over the limit is refused without being read', async (t) => {
  const at = await atTheDoor(t)
  const asking = { method: 'POST', path: '/api/session', body: 'x'.repeat(BODY_BYTES_MAX + 1) }
  assert.equal((await at.ask(asking)).status, 413)
  // An endless body: the answer comes and the connection is cut, however much more would follow.
  const socket = at.tcp()
  const ended = ending(socket)
  socket.write(
    `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nOrigin: ${at.door.url}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  )
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const pour = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', pour)
  pour()
  await ended
  assert.equal((await at.ask({})).status, 200)
})

test('[DR10] headers over the limit are refused', async (t) => {
  const at = await atTheDoor(t)
  assert.equal((await at.ask({ headers: { ...own(at), 'x-long': 'x'.repeat(9_000) } })).status, 400)
})

test('[DR11] a request that trickles in is cut off, and others are answered meanwhile', async (t) => {
  const at = await atTheDoor(t)
  const slow = Array.from({ length: 20 }, () => at.tcp())
  const endings = slow.map(ending)
  for (const [index, socket] of slow.entries())
    socket.write(
      index % 2 === 0
        ? 'GET / HT'
        : `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nOrigin: ${at.door.url}\r\nContent-Length: 900\r\n\r\n{`,
    )
  assert.equal((await at.ask({})).status, 200)
  await Promise.all(endings)
  assert.equal((await at.ask({})).status, 200)
})

test('[DR11] connections beyond the limit are dropped and the others go on', async (t) => {
  const at = await atTheDoor(t)
  const held = Array.from({ length: CONNECTIONS_MAX }, () => at.tcp())
  await Promise.all(held.map((each) => new Promise((resolve) => each.once('connect', resolve))))
  // Over the limit: the kernel connects, the door hangs up without a word.
  const extra = at.tcp()
  assert.equal(await ending(extra), '')
  for (const each of held.slice(0, 8)) each.destroy()
  await Promise.all(held.slice(0, 8).map((each) => new Promise((resolve) => each.once('close', resolve))))
  const answer = ending(held[9] ?? extra)
  held[9]?.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nConnection: close\r\n\r\n`)
  assert.match(await answer, /^HTTP\/1\.1 200/)
})

test('[DR12] bytes that are no HTTP close that connection alone', async (t) => {
  const at = await atTheDoor(t)
  for (const bytes of [Buffer.from([0x16, 3, 1, 2, 0]), Buffer.alloc(5_000), Buffer.from('GET\r\n\r\n')]) {
    const socket = at.tcp()
    socket.write(bytes)
    assert.match(await ending(socket), /^HTTP\/1\.1 400 [^]*$/)
  }
  assert.equal((await at.ask({})).status, 200)
})

test('[DR12] an upgrade to something else, or a malformed one, is refused and the door goes on', async (t) => {
  const at = await atTheDoor(t)
  const admitted = { ...own(at), 'sec-websocket-protocol': withToken(at) }
  assert.equal((await at.upgrade({ ...admitted, 'sec-websocket-version': '7' })).status, 400)
  assert.equal((await at.upgrade({ ...admitted, 'sec-websocket-key': 'short' })).status, 400)
  assert.equal((await at.upgrade({ ...admitted, upgrade: 'h2c' })).status, 400)
  assert.equal((await at.upgrade(admitted, '/api/other')).status, 404)
  assert.equal((await at.upgrade(admitted, '/')).status, 404)
  assert.equal((await at.upgrade(admitted)).status, 101)
})

test('[DR8] what is logged of an attack names its kind and never what was shown', async (t) => {
  const at = await atTheDoor(t)
  const guessed = 'f'.repeat(64)
  await at.upgrade({ ...own(at), 'sec-websocket-protocol': withToken(at, guessed) })
  await trade(at, 'a'.repeat(32))
  await at.ask({ headers: { host: 'evil.example' } })
  assert.deepEqual(at.logged, [
    { kind: 'turned-away', because: 'wrong-secret' },
    { kind: 'turned-away', because: 'wrong-secret' },
    { kind: 'turned-away', because: 'foreign-host' },
  ])
})
