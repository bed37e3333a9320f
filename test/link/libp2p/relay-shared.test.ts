import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test, { type TestContext } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { RELAY_ADDRESS } from '../../../src/link/address.ts'
import type { StreamHandler } from '../../../src/link/libp2p/connection.ts'
import { TURN_BYTES } from '../../../src/link/libp2p/fair-queue.ts'
import { createNode } from '../../../src/link/libp2p/node.ts'
import { createPairs } from '../../../src/link/libp2p/pairs.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { RELAY_PROTOCOL, SERVER_PROTOCOL } from '../../../src/link/libp2p/protocols.ts'
import { createRelay, RELAY_TOTAL } from '../../../src/link/libp2p/relay.ts'
import { createSimulatedTime } from '../../../src/link/memory-time.ts'
import type { Link } from '../../../src/link/port.ts'
import { drain, join, linked, LOOPBACK, place } from './places.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A relay on a real port, whose clock stands still unless it is told to go on. */
const createTown = async (context: TestContext) => {
  const time = createSimulatedTime()
  const relay = createRelay(time, createPairs(time.now))
  const streams = new Map<string, { readonly stream: Stream; arrived: number }>()
  const listen: StreamHandler = (stream, connection) => {
    const entry = { stream, arrived: 0 }
    streams.set(connection.device, entry)
    stream.addEventListener('message', ({ data }) => void (entry.arrived += data.byteLength))
    relay.serve(stream, connection)
  }
  const node = await createNode(await createParts(randomBytes(32), 'noise'), {
    listen: { port: 0, hosts: [LOOPBACK] },
    limits: { handshakes: 8, connections: 8, connectionsPerDevice: 4 },
    handlers: new Map([
      [SERVER_PROTOCOL, (_, connection) => relay.register(connection)],
      [RELAY_PROTOCOL, listen],
    ]),
  })
  if (!node.ok) throw new Error(node.refusal.kind)
  context.after(() => node.value.close())
  /** Somebody and whom they talk to, through the relay. */
  const pair = async () => {
    const [from, to] = [await place(), await place()]
    context.after(() => Promise.all([from.close(), to.close()]))
    await Promise.all([join(from, node.value), join(to, node.value)])
    const [mine, theirs] = await linked(from, to, RELAY_ADDRESS)
    return {
      mine,
      theirs,
      /** Bytes that came to the relay. */
      arrived: () => streams.get(from.device)?.arrived ?? 0,
      /** The relay takes nothing more for now. */
      isHeld: () => streams.get(from.device)?.stream.readStatus === 'paused',
    }
  }
  return { time, relay, pair }
}

const flood = async (link: Link): Promise<void> => {
  let state: 'open' | 'closed' = 'open'
  void link.closed.then(() => (state = 'closed'))
  while (state === 'open') {
    link.send(randomBytes(200_000))
    await link.room()
    await turn()
  }
}

test('[SV211] two devices that send all they can hold up what a third says by a few pieces', async (context) => {
  const { time, relay, pair } = await createTown(context)
  const [greedy, greedier, modest] = [await pair(), await pair(), await pair()]
  for (const each of [greedy, greedier]) {
    void drain(each.theirs)
    void flood(each.mine)
  }
  const heard = modest.theirs.frames[Symbol.asyncIterator]()
  // What the relay lets through at once is used up.
  while (relay.relayed().waitingBytes === 0 || !greedy.isHeld() || !greedier.isHeld()) await turn()
  for (let word = 0; word < 20; word += 1) {
    const before = modest.arrived()
    modest.mine.send(Uint8Array.of(word))
    while (modest.arrived() === before) await turn()
    // Two pieces of each of the others, the one that the relay overdrew, its own, and what a millisecond cuts off.
    await time.advance(Math.ceil((6 * TURN_BYTES * 1000) / RELAY_TOTAL.perSecond) + 1)
    // Nothing more passes now: it comes of what has passed already.
    const { value } = (await heard.next()) as { readonly value: Uint8Array }
    assert.deepEqual([...value], [word])
  }
})
