import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { openDoor } from '../../src/api/door.ts'
import { fakeCalls } from './fake-calls.ts'
import { atTheDoor } from './at-the-door.ts'

const emptyFolder = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-window-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('[DR8] every answer carries the headers that keep the window to itself, and no cookie', async (t) => {
  const at = await atTheDoor(t)
  for (const path of ['/', '/assets/main-a1b2c3d4.js', '/nowhere.js', '/api/session', '/api/nothing']) {
    const { headers } = await at.ask({ path })
    const policy = String(headers['content-security-policy'])
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"])
      assert(policy.includes(part), `${path}: ${part}`)
    assert(!policy.includes('unsafe'), path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.equal(headers['referrer-policy'], 'no-referrer', path)
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path)
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path)
    assert.equal(headers['set-cookie'], undefined, path)
    assert.equal(headers['access-control-allow-origin'], undefined, path)
  }
})

test('[DR9] the index is never kept, a hashed file always, and both have their types', async (t) => {
  const at = await atTheDoor(t)
  const index = await at.ask({})
  assert.equal(index.body, '<!doctype html>the window')
  assert.equal(index.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(index.headers['cache-control'], 'no-store')
  const script = await at.ask({ path: '/assets/main-a1b2c3d4.js?v=1' })
  assert.equal(script.body, 'export {}')
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.match(String(script.headers['cache-control']), /immutable/)
})

test('[DR9] a page of the window is its index, and HEAD answers without a body', async (t) => {
  const at = await atTheDoor(t)
  assert.equal((await at.ask({ path: `/with/${'b'.repeat(64)}` })).body, '<!doctype html>the window')
  const head = await at.ask({ method: 'HEAD' })
  assert.deepEqual([head.status, head.body], [200, ''])
})

test('[DR9] nothing outside the list is served, however the path is written', async (t) => {
  const at = await atTheDoor(t)
  const paths = [
    '/../secret.js',
    '/assets/../../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/..\\secret.js',
    '//secret.js',
    '/assets//main-a1b2c3d4.js',
    '/notes.key',
    '/assets/',
    '/.',
    '/index.html%00.js',
    'http://127.0.0.1/../secret.js',
    '*',
  ]
  for (const path of paths) {
    const answer = await at.ask({ path })
    assert(!answer.body.includes('out of reach') && !answer.body.includes('not a kind'), path)
    assert(answer.status === 404 || answer.body === '<!doctype html>the window', `${path}: ${answer.status}`)
  }
})

test('[DR9] without a built window the pages say so and calls work', async (t) => {
  const opened = await openDoor({ calls: fakeCalls(), window: `${tmpdir()}/kith-no-such-folder`, log: () => undefined })
  assert(opened.ok)
  t.after(() => opened.value.close())
  const page = await fetch(opened.value.url)
  assert.deepEqual([page.status, await page.json()], [503, { error: 'the window is not built' }])
})

test('[DR9] only reading is possible outside the API, and only POST inside', async (t) => {
  const at = await atTheDoor(t)
  assert.equal((await at.ask({ method: 'PUT' })).status, 405)
  assert.equal((await at.ask({ method: 'DELETE', path: '/assets/main-a1b2c3d4.js' })).status, 405)
  assert.equal((await at.ask({ path: '/api/session' })).status, 405)
  assert.equal((await at.ask({ method: 'POST', path: '/api' })).status, 404)
})

test('[DR21] a port in use is a refusal that names it', async (t) => {
  const at = await atTheDoor(t)
  const second = await openDoor({
    calls: fakeCalls(),
    window: await emptyFolder(t),
    port: at.port,
    log: () => undefined,
  })
  assert.deepEqual(second, { ok: false, refusal: { kind: 'port-in-use', port: at.port } })
})

test('[DR20] closing the door cuts off everyone and frees the port', async (t) => {
  const calls = fakeCalls()
  const at = await atTheDoor(t, calls)
  const connection = at.connect()
  await connection.calls.status()
  const half = at.tcp()
  half.write('GET / HT')
  await at.door.close()
  assert.deepEqual(await connection.calls.reach({ person: 'b'.repeat(64) }), {
    ok: false,
    refusal: { kind: 'disconnected' },
  })
  const again = await openDoor({ calls, window: await emptyFolder(t), port: at.port, log: () => undefined })
  assert(again.ok)
  await again.value.close()
})
