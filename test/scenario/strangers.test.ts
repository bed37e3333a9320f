import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { dice } from './dice.ts'
import { type Peer, says, startPair, startPeer, texts } from './peer.ts'
import { keptBytes, PROBED } from './memory.ts'
import { createStage, startServer } from './stage.ts'
import { createStranger } from './stranger.ts'

const TIMEOUT = { timeout: 200_000 }

/** What a process may grow by while it is attacked. What attackers sent would be many times this if it were kept. */
const GROWTH_BYTES_MAX = 200 * 1024 * 1024
const FLOOD_GROWTH_BYTES_MAX = 32 * 1024 * 1024

/** The memory that a process takes up. Linux tells; elsewhere nothing is compared. */
const memoryOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

const talk = async (
  ann: Peer,
  bob: Peer,
  conversation: string,
  count: number,
  label: string,
): Promise<readonly string[]> => {
  const said: string[] = []
  for (let number = 0; number < count; number += 1) {
    const [speaker, listener] = number % 2 === 0 ? [ann, bob] : [bob, ann]
    const text = `${label} ${number}`
    const message = await speaker.says(conversation, text)
    await Promise.all([speaker.sees(message, 'delivered'), listener.hears(conversation, says(text))])
    said.push(text)
  }
  return said
}

const portOf = (address: string): number => Number(address.split(':').at(-1))

/** One connection of somebody who means no good: sends, then stays or leaves. Resolves once it is over or has sent all. */
const throwAt = (port: number, parts: readonly Uint8Array[], stays: boolean, open: Set<Socket>): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    open.add(socket)
    const over = (): void => resolve()
    socket.on('error', over).on('close', () => {
      open.delete(socket)
      over()
    })
    socket.resume()
    socket.on('connect', () => {
      for (const part of parts) socket.write(part)
      socket.write('', () => {
        if (!stays) socket.destroy()
        over()
      })
    })
  })

const ATTACKS = 400
const GIFT_BYTES = 256 * 1024

test(
  '[SC21] random bytes, other protocols, half handshakes and huge frames at every port hinder nobody',
  TIMEOUT,
  async (context) => {
    const random = dice(context)
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob] = await startPair(stage, server.address)
    const conversation = await ann.with(bob)
    const expected = [...(await talk(ann, bob, conversation, 10, 'before'))]
    const listening = portOf((await ann.calls.status()).addresses[0] ?? '')
    const door = portOf(/http:\/\/127\.0\.0\.1:\d+/.exec(ann.program.out())?.[0] ?? '')
    const pids = [ann.program.pid, bob.program.pid, server.program.pid]
    const before = await Promise.all(pids.map(memoryOf))

    const multistream = Buffer.from('\x13/multistream/1.0.0\n')
    const secure = Buffer.from('\x07/noise\n')
    const http = Buffer.from(
      'GET / HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    )
    const attack = (): readonly Uint8Array[] => {
      switch (random.below(7)) {
        case 0:
          return [random.bytes(random.below(4_096))]
        case 1:
          return [http, random.bytes(random.below(1_024))]
        case 2:
          return []
        case 3:
          return [multistream]
        case 4:
          return [multistream, secure, random.bytes(random.below(70_000))]
        case 5:
          // A length that announces gigabytes, and then as much of it as there is time for.
          return [Buffer.from('ffffffff7f', 'hex'), new Uint8Array(GIFT_BYTES)]
        default:
          return [Buffer.from('160301ffff', 'hex'), new Uint8Array(GIFT_BYTES)]
      }
    }
    const open = new Set<Socket>()
    const attacks = async (port: number): Promise<void> => {
      for (let number = 0; number < ATTACKS; number += 1) await throwAt(port, attack(), random.below(4) === 0, open)
    }
    const [during] = await Promise.all([
      talk(ann, bob, conversation, 60, 'during'),
      ...[listening, server.port, door].map(attacks),
    ])
    expected.push(...during, ...(await talk(ann, bob, conversation, 10, 'after')))
    for (const socket of open) socket.destroy()
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), expected)
    // New connections of those who mean well get through as well.
    const cara = await startPeer(stage, 'cara', { name: 'Cara', server: server.address })
    await cara.sees(await cara.says(await cara.with(ann), 'may I?'), 'delivered')
    const growth = await Promise.all(pids.map(async (pid, index) => (await memoryOf(pid)) - (before[index] ?? 0)))
    context.diagnostic(`growth in MiB: ${growth.map((bytes) => Math.round(bytes / 2 ** 20)).join(', ')}`)
    for (const bytes of growth) assert(bytes < GROWTH_BYTES_MAX, `${bytes} bytes`)
    for (const { program } of [ann, bob, server]) assert.equal(program.err(), '')
  },
)

test(
  '[SC22] a flood of events from one stranger slows that stranger alone, and little of it is kept',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob] = await Promise.all([
      startPeer(stage, 'ann', { name: 'Ann', server: server.address, node: PROBED }),
      startPeer(stage, 'bob', { name: 'Bob', server: server.address }),
    ])
    const conversation = await ann.with(bob)
    const expected = [...(await talk(ann, bob, conversation, 10, 'before'))]
    const before = await keptBytes(ann.program, 1)
    const stranger = await createStranger('Mallory')
    context.after(() => stranger.end())
    const { addresses } = await ann.calls.status()
    const flooding = stranger.flood(ann.device, addresses[0] ?? '', 1_000)
    const request = await ann.until(({ conversations }) =>
      [...conversations.values()].find(
        (each) => each.kind === 'direct' && each.person === stranger.person && each.unread > 0,
      ),
    )
    assert.equal(request.at, 'request')
    expected.push(...(await talk(ann, bob, conversation, 40, 'during')))
    const during = await keptBytes(ann.program, 2)
    const { frames, links } = stranger.sent
    await stranger.end()
    await flooding
    context.diagnostic(`${frames} frames of up to 64 events over ${links} links`)
    assert(frames > 10 && links > 1, 'it was a flood, and was hung up on')
    expected.push(...(await talk(ann, bob, conversation, 10, 'after')))
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), expected)
    const offers = texts(await ann.lines(request.id))
    assert(offers.length > 0 && offers.length <= 64, `${offers.length} offers were kept`)
    const growth = [during, await keptBytes(ann.program, 3)].map((bytes) => bytes - before)
    context.diagnostic(`growth in MiB: ${growth.map((bytes) => Math.round(bytes / 2 ** 20)).join(', ')}`)
    for (const bytes of growth) assert(bytes < FLOOD_GROWTH_BYTES_MAX, `${bytes} bytes`)
    assert.equal(ann.program.err(), '')
  },
)
