import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { readDoorFile, writeDoorFile } from '../../src/api/door-file.ts'
import { openServer } from '../../src/cli/compose-server.ts'
import { openDoorOf, openPeer } from '../../src/cli/compose.ts'
import { profileOf, type Profile } from '../../src/cli/profile.ts'
import { findRunning } from '../../src/cli/running.ts'
import { fakeCalls, STATUS } from '../api/fake-calls.ts'

const tellNobody = (error: unknown): void => assert.fail(String(error))

const profileFor = async (t: TestContext): Promise<Profile> => {
  const data = await mkdtemp(join(tmpdir(), 'kith-compose-'))
  t.after(() => rm(data, { recursive: true }))
  const profile = profileOf('ann', data)
  assert(profile.ok)
  return profile.value
}

// A peer without a name speaks to nobody: it neither announces itself on the network nor looks for a server.
const HERE = { listen: { host: '127.0.0.1', port: 0 } }

const ANYWHERE = { port: undefined, tell: tellNobody }
const anyPeer = () => ({ calls: fakeCalls(), windowPort: { last: 0, keep: async () => undefined } })

test('[CL18] a profile is made at its first start, for its owner only, and stays who it is', async (t) => {
  const profile = await profileFor(t)
  const first = await openPeer(profile, HERE, tellNobody)
  assert(first.ok)
  const { profile: name, folder, me, nearby, servers } = await first.value.calls.status()
  assert.deepEqual([name, folder, me, nearby.at, servers], ['ann', profile.folder, undefined, 'off', []])
  assert.equal((await stat(profile.folder)).mode & 0o777, 0o700)
  for (const file of await readdir(profile.folder))
    assert.equal((await stat(join(profile.folder, file))).mode & 0o077, 0, file)
  await first.value.close()
  const second = await openPeer(profile, HERE, tellNobody)
  assert(second.ok)
  await second.value.close()
})

test('[CL21] a peer listens where it did last, and somewhere else when that place is taken', async (t) => {
  const profile = await profileFor(t)
  const portOf = async (): Promise<number> => {
    const peer = await openPeer(profile, {}, tellNobody)
    assert(peer.ok)
    const { addresses } = await peer.value.calls.status()
    await peer.value.close()
    return Number(addresses[0]?.split(':').at(-1))
  }
  const first = await portOf()
  assert.equal(await portOf(), first)
  const taken = createServer().listen(first)
  await new Promise((resolve) => taken.once('listening', resolve))
  t.after(() => taken.close())
  const other = await portOf()
  assert.notEqual(other, first)
  assert.equal(await portOf(), other)
})

test('[CL220] a window is served where it was last, and somewhere else when that place is taken', async (t) => {
  const profile = await profileFor(t)
  const portOf = async (told?: number): Promise<number> => {
    const peer = await openPeer(profile, HERE, tellNobody)
    assert(peer.ok)
    const door = await openDoorOf(profile, peer.value, { port: told, tell: tellNobody })
    assert(door.ok)
    await door.value.close()
    await peer.value.close()
    return Number(new URL(door.value.url).port)
  }
  const first = await portOf()
  assert.equal(await portOf(), first)
  const once = await portOf(0)
  assert.notEqual(once, first)
  assert.equal(await portOf(), first)
  const taken = createServer().listen(first, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.after(() => taken.close())
  const other = await portOf()
  assert.notEqual(other, first)
  assert.equal(await portOf(), other)
})

test('[CL18] a profile is open in one process at a time, and free again once closed', async (t) => {
  const profile = await profileFor(t)
  const first = await openPeer(profile, HERE, tellNobody)
  assert(first.ok)
  assert.deepEqual(await openPeer(profile, HERE, tellNobody), {
    ok: false,
    refusal: { kind: 'profile-in-use', folder: profile.folder },
  })
  await first.value.close()
  const again = await openPeer(profile, HERE, tellNobody)
  assert(again.ok)
  await again.value.close()
})

test('[CL18] a damaged file, a port in use and a wrong server are refused and leave the profile free', async (t) => {
  const profile = await profileFor(t)
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const busy = await openPeer(profile, { listen: { host: '127.0.0.1', port } }, tellNobody)
  assert.deepEqual(busy, { ok: false, refusal: { kind: 'port-in-use', port } })
  await new Promise((resolve) => taken.close(resolve))
  const wrong = await openPeer(profile, { ...HERE, servers: ['a b'] }, tellNobody)
  assert.deepEqual(wrong, { ok: false, refusal: { kind: 'server-address', text: 'a b' } })
  await writeFile(join(profile.folder, 'kith.db'), 'x'.repeat(4_096))
  assert.deepEqual(await openPeer(profile, HERE, tellNobody), {
    ok: false,
    refusal: { kind: 'profile-damaged', file: join(profile.folder, 'kith.db') },
  })
})

test('[CL73] a start that is refused for a port in use keeps nothing of what was chosen', async (t) => {
  const profile = await profileFor(t)
  const first = await openPeer(profile, { ...HERE, servers: ['127.0.0.1:1'], nearby: 'off' }, tellNobody)
  assert(first.ok)
  await first.value.calls.rename({ name: 'Ann' })
  await first.value.close()
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const other = { servers: ['elsewhere.example'], nearby: 'on', direct: 'off', mapPorts: 'off' } as const
  for (const options of [
    { ...HERE, ...other, windowPort: port },
    { ...other, listen: { host: '127.0.0.1', port } },
  ])
    assert.deepEqual(await openPeer(profile, options, tellNobody), {
      ok: false,
      refusal: { kind: 'port-in-use', port },
    })
  const after = await openPeer(profile, HERE, tellNobody)
  assert(after.ok)
  const { settings, servers } = await after.value.calls.status()
  await after.value.close()
  assert.deepEqual(
    [settings.seenNearby, settings.directly, settings.mapPorts, servers.map(({ address }) => address)],
    [false, true, true, ['127.0.0.1:1']],
  )
})

test('[CL75] a door file that cannot be written is told as what it is, and leaves no part of it', async (t) => {
  const profile = await profileFor(t)
  // A folder that holds something is not renamed over.
  await mkdir(join(profile.folder, 'door.json', 'in the way'), { recursive: true })
  const refused = await openDoorOf(profile, anyPeer(), ANYWHERE)
  assert.deepEqual(refused.ok ? '' : refused.refusal.kind, 'folder-failed')
  assert.deepEqual(await readdir(profile.folder), ['door.json'])
})

test('[CL20] a running peer is found through its door file, and gone once its door is closed', async (t) => {
  const profile = await profileFor(t)
  assert.equal(await findRunning(profile), undefined)
  const door = await openDoorOf(profile, anyPeer(), ANYWHERE)
  assert(door.ok)
  const running = await findRunning(profile)
  assert(running !== undefined)
  assert.equal(running.pid, process.pid)
  assert.deepEqual(await running.calls.status(), STATUS)
  assert.match((await running.windowUrl()) ?? '', /^http:\/\/127\.0\.0\.1:\d+\/#code=[0-9a-f]{32}$/)
  running.disconnect()
  await door.value.close()
  assert.equal(await readDoorFile(profile.folder), undefined)
  assert.equal(await findRunning(profile), undefined)
})

test('[CL20] a door file left behind finds nobody: not at a dead port, nor at another program’s', async (t) => {
  const profile = await profileFor(t)
  const stranger = createServer((socket) => socket.resume().end('SSH-2.0-other\r\n')).listen(0, '127.0.0.1')
  await new Promise((resolve) => stranger.once('listening', resolve))
  const { port } = stranger.address() as AddressInfo
  const file = { url: `http://127.0.0.1:${port}`, token: 'ab'.repeat(32), pid: 4711 }
  await writeDoorFile(profile.folder, file)
  assert.equal(await findRunning(profile), undefined)
  await new Promise((resolve) => stranger.close(resolve))
  assert.equal(await findRunning(profile), undefined)
})

test('[CL20] another profile’s door does not take this one’s token', async (t) => {
  const [mine, other] = [await profileFor(t), await profileFor(t)]
  const door = await openDoorOf(other, anyPeer(), ANYWHERE)
  assert(door.ok)
  await writeDoorFile(mine.folder, { url: door.value.url, token: 'ab'.repeat(32), pid: 4711 })
  assert.equal(await findRunning(mine), undefined)
  await door.value.close()
})

test('[CL17] a server runs on a free port, keeps its key, and frees the port', async (t) => {
  const { folder } = await profileFor(t)
  const opened = await openServer({ port: 0, folder, people: 'on', metricsPort: 0 })
  assert(opened.ok)
  const { port, metricsPort } = opened.value
  assert.equal(await (await fetch(`http://127.0.0.1:${metricsPort}/health`)).text(), 'ok\n')
  const second = await openServer({ port, folder, people: 'on' })
  assert.deepEqual(second, { ok: false, refusal: { kind: 'port-in-use', port } })
  const sameFolder = await openServer({ port: 0, folder, people: 'on' })
  assert.equal(sameFolder.ok ? '' : sameFolder.refusal.kind, 'mailboxes-failed')
  const elsewhere = join(folder, 'other')
  const busyMetrics = await openServer({ port: 0, folder: elsewhere, people: 'on', metricsPort: metricsPort ?? 0 })
  assert.equal(busyMetrics.ok ? '' : busyMetrics.refusal.kind, 'metrics-failed')
  await opened.value.close()
  const again = await openServer({ port, folder, people: 'off' })
  assert(again.ok)
  await again.value.close()
})
