import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOB_BYTES_MAX } from '../../../src/core/mailbox/blob.ts'
import { LIFE_BYTES, mailboxKeys, type MailboxKeys } from '../../../src/core/mailbox/keys.ts'
import type { Piece } from '../../../src/core/rendezvous/mailbox-messages.ts'
import {
  decodePeerMessage,
  encodeServerMessage,
  type PeerMessage,
  type ServerMessage,
} from '../../../src/core/rendezvous/messages.ts'
import type { Link } from '../../../src/link/port.ts'
import { ANSWER_MILLIS_MAX, CALLS_WAITING_MAX, PUT_BYTES_WAITING_MAX } from '../../../src/peer/network/mailboxes.ts'
import type { MailboxRefusal, ServerMailboxes } from '../../../src/peer/network/port.ts'
import type { Result } from '../../../src/core/bytes/result.ts'
import { BLOB_COST_BYTES_MIN } from '../../../src/server/mailbox.ts'
import { createMemoryMailboxes } from '../../../src/server/mailbox-memory.ts'
import { createDeterministicCrypto } from '../../core/deterministic-crypto.ts'
import { createWorld, SERVER, type Person, type World } from './world.ts'

const talk: MailboxKeys = await mailboxKeys(createDeterministicCrypto(), new Uint8Array(32).fill(7))
const blob = (size: number, value = 5): Uint8Array => new Uint8Array(size).fill(value)

/** What became of something asked, in a word. */
const word = (result: Result<unknown, MailboxRefusal>): string => (result.ok ? 'done' : result.refusal.kind)

/** Alice and Bob at a server that keeps mailboxes. */
const atAServer = async (seed: number, limits = { mailboxBytesMax: 1e9, totalBytesMax: 1e9 }) => {
  const world = createWorld(seed)
  const mailboxes = createMemoryMailboxes({ life: new Uint8Array(LIFE_BYTES), now: world.time.now, limits })
  world.server(mailboxes)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  for (const person of [alice, bob]) person.join()
  await world.time.advance(1_000)
  return { world, mailboxes, alice, bob }
}

/** What a promise gives, after time has passed for it. */
const after = async <Value>(world: World, promise: Promise<Value>, millis = 5_000): Promise<Value> => {
  await world.time.advance(millis)
  return promise
}

/** The first server's mailboxes; without one, those at the last that there was. */
const boxOf = (person: Person): ServerMailboxes => {
  const [box] = person.network.mailboxes.servers()
  assert.ok(box)
  return box
}

test('[MX50] what one puts, another reads, page by page, and what is trimmed is gone', async () => {
  const { world, alice, bob } = await atAServer(1)
  const sizes = [1_024, 300_000, 4_096, BLOB_BYTES_MAX, 65_536]
  const put = await after(
    world,
    Promise.all(sizes.map((size, index) => boxOf(alice).put(talk, blob(size, index)))),
    60_000,
  )
  const cursors = put.map((each) => (each.ok ? each.value : 0))
  assert.deepEqual(
    cursors,
    cursors.toSorted((a, b) => a - b),
  )
  const read: [number, number | undefined][] = []
  for (let from = 0, more = true; more;) {
    const page = await after(world, boxOf(bob).read(talk, { after: from }), 20_000)
    assert.ok(page.ok, JSON.stringify(page))
    for (const each of page.value.blobs) {
      assert.ok(each.blob.every((byte) => byte === each.blob[0]))
      read.push([each.blob.length, each.blob[0]])
    }
    from = page.value.blobs.at(-1)?.cursor ?? from
    more = page.value.more
  }
  assert.deepEqual(
    read,
    sizes.map((size, index) => [size, index]),
  )
  assert.equal(word(await after(world, boxOf(bob).trim(talk, cursors.slice(1)))), 'done')
  const rest = await after(world, boxOf(alice).read(talk, { after: 0 }))
  assert.deepEqual(rest.ok && [rest.value.blobs.length, rest.value.more], [1, false])
})

test('[MX50] more is trimmed at once than one request holds', async () => {
  const { world, alice, mailboxes } = await atAServer(2)
  const put = await after(
    world,
    Promise.all(Array.from({ length: 150 }, () => boxOf(alice).put(talk, blob(8)))),
    20_000,
  )
  const cursors = put.map((each) => (each.ok ? each.value : 0))
  assert.equal(mailboxes.counts().blobs, 150)
  assert.equal(word(await after(world, boxOf(alice).trim(talk, cursors))), 'done')
  assert.equal(mailboxes.counts().blobs, 0)
})

test('[MX51] whoever watches is told of what others put there, until watching ends', async () => {
  const { world, alice, bob } = await atAServer(3)
  const told: string[] = []
  for (const [name, person] of [
    ['alice', alice],
    ['bob', bob],
  ] as const)
    person.network.mailboxes.onArrived(({ server, mailbox }) =>
      told.push(`${name} ${server === boxOf(person).address && mailbox === talk.mailbox}`),
    )
  assert.equal(word(await after(world, boxOf(bob).watch(talk, true))), 'done')
  assert.equal(word(await after(world, boxOf(alice).watch(talk, true))), 'done')
  await after(world, boxOf(alice).put(talk, blob(8)))
  assert.deepEqual(told.splice(0), ['bob true'])
  assert.equal(word(await after(world, boxOf(bob).watch(talk, false))), 'done')
  await after(world, boxOf(alice).put(talk, blob(8)))
  assert.deepEqual(told, [])
})

test('[MX52] the server is named, by itself or by its address, while it keeps mailboxes', async () => {
  const { world, alice } = await atAServer(4)
  const { name, address, as } = boxOf(alice)
  assert.deepEqual([name, address, as], ['203.0.113.1:12345', '203.0.113.1:12345', 'own'])
  assert.equal(boxOf(alice), boxOf(alice))
  const changes: unknown[] = []
  alice.network.onChange((what) => changes.push(what))
  world.wires.crash(SERVER.device)
  await world.time.advance(100)
  assert.deepEqual(alice.network.mailboxes.servers(), [])
  assert.deepEqual(changes[0], { server: true })
})

test('[MX52] of a server that keeps none nothing is offered, and one that does not know them refuses', async () => {
  const world = createWorld(5)
  const alice = world.person('alice')
  world.server()
  alice.join()
  await world.time.advance(1_000)
  assert.deepEqual(alice.network.mailboxes.servers(), [])
  const state = alice.network.servers()[0]
  assert.equal(state?.at === 'connected' && state.mailboxes, 'off')

  const puppet = await atAPuppet(6, (message) => [{ kind: 'unknown', what: message.kind }])
  assert.equal(word(await puppet.put()), 'off')
})

test('[MX53] when the server is lost, everything that waits is refused at once, and works again afterwards', async () => {
  const { world, mailboxes, alice } = await atAServer(7)
  const waiting = [
    boxOf(alice).put(talk, blob(BLOB_BYTES_MAX)),
    boxOf(alice).put(talk, blob(8)),
    boxOf(alice).read(talk, { after: 0 }),
    boxOf(alice).read(talk, { after: 0 }),
    boxOf(alice).watch(talk, true),
  ]
  const before = boxOf(alice)
  await world.time.advance(30)
  world.wires.crash(SERVER.device)
  assert.deepEqual((await after(world, Promise.all(waiting), 100)).map(word), Array(5).fill('no-server'))
  const late = [
    before.put(talk, blob(1)),
    before.read(talk, { after: 0 }),
    before.watch(talk, true),
    before.trim(talk, [1]),
  ]
  assert.deepEqual((await Promise.all(late)).map(word), Array(4).fill('no-server'))
  world.server(mailboxes)
  await world.time.advance(60_000)
  assert.equal(word(await after(world, boxOf(alice).put(talk, blob(8)))), 'done')
})

test('[MX54] what is asked at a time is bounded, in number and in bytes', async () => {
  const { world, alice } = await atAServer(8)
  const many = Array.from({ length: CALLS_WAITING_MAX + 5 }, () => boxOf(alice).watch(talk, true))
  const answered = (await after(world, Promise.all(many), 60_000)).map(word)
  assert.equal(answered.filter((each) => each === 'busy').length, 5)
  assert.ok(answered.includes('done'))
  const blobs = PUT_BYTES_WAITING_MAX / BLOB_BYTES_MAX + 2
  const large = Array.from({ length: blobs }, () => boxOf(alice).put(talk, blob(BLOB_BYTES_MAX)))
  const kept = (await after(world, Promise.all(large), 60_000)).map(word)
  assert.equal(kept.filter((each) => each === 'busy').length, 2)
  assert.deepEqual(await boxOf(alice).put(talk, blob(BLOB_BYTES_MAX + 1)), {
    ok: false,
    refusal: { kind: 'too-large', limit: BLOB_BYTES_MAX },
  })
})

test('[MX54] a call to somebody does not wait behind a blob of a megabyte', async () => {
  const { world, alice, bob } = await atAServer(9)
  await after(world, boxOf(alice).watch(talk, true))
  void boxOf(alice).put(talk, blob(BLOB_BYTES_MAX))
  void boxOf(alice).put(talk, blob(BLOB_BYTES_MAX))
  let card: Uint8Array | undefined
  void alice.network.card(bob.device).then((found) => (card = found))
  // A quarter of a megabyte is on its way, and no more.
  await world.time.advance(250)
  assert.ok(card)
})

test('[MX55] a refusal of the server is told as what it is', async () => {
  const full = await atAServer(10, { mailboxBytesMax: BLOB_COST_BYTES_MIN, totalBytesMax: 1e9 })
  const put = await after(full.world, Promise.all([1, 2].map(() => boxOf(full.alice).put(talk, blob(8)))))
  assert.deepEqual(put.map(word), ['done', 'full-mailbox'])
  const refusing = await atAPuppet(11, ({ request }) => [
    { kind: 'refused', request, because: 'full-address', millis: 7 },
  ])
  assert.deepEqual(await refusing.put(), { ok: false, refusal: { kind: 'full-address', millis: 7 } })
})

test('[MX55] a server that does not answer in time is slow, and what it says later changes nothing', async () => {
  let request = 0
  const silent = await atAPuppet(12, (message) => {
    request = message.request
    return []
  })
  const putting = silent.put(ANSWER_MILLIS_MAX + 1_000)
  assert.equal(word(await putting), 'slow')
  silent.say({ kind: 'stored', request, cursor: 9 })
  await silent.world.time.advance(1_000)
  assert.equal(silent.alice.network.servers()[0]?.at, 'connected')
})

test('[MX56] pages that no honest server sends are refused as a whole', async () => {
  const piece = (cursor: number, size: number, length = size): Piece => ({ cursor, size, bytes: blob(length) })
  const wrong: readonly (readonly Piece[])[] = [
    [piece(5, 8), piece(5, 8)],
    [piece(6, 8), piece(5, 8)],
    [piece(3, 8)],
    [piece(5, 8, 4)],
    [piece(5, 8, 4), piece(6, 8)],
    [piece(5, 8, 4), piece(5, 9, 4)],
    [piece(5, 8, 4), piece(5, 8, 5)],
    Array.from({ length: 27 }, (_, index) => piece(5 + index, 60_000)),
    Array.from({ length: 0 }, () => piece(5, 8)),
  ]
  for (const pieces of wrong) {
    const dishonest = await atAPuppet(13, (message) => {
      if (message.kind !== 'read') return [{ kind: 'done', request: message.request }]
      const { request } = message
      // In messages that fit.
      const parts = Array.from({ length: Math.max(1, pieces.length) }, (_, index) => pieces.slice(index, index + 1))
      return parts.map((part, index) => ({
        kind: 'blobs',
        request,
        pieces: part,
        ...(index === parts.length - 1 && { end: { more: pieces.length === 0 } }),
      }))
    })
    assert.equal(word(await dishonest.read(3)), 'bad-answer')
  }
})

test('[MX56] an answer of another kind than the question is no answer, and arrivals nobody watches are passed over', async () => {
  const strange = await atAPuppet(14, (message) =>
    message.kind === 'open'
      ? [
          { kind: 'arrived', mailbox: talk.mailbox, cursor: 1 },
          { kind: 'done', request: message.request },
        ]
      : [
          { kind: 'stored', request: message.request + 7, cursor: 1 },
          { kind: 'done', request: message.request },
        ],
  )
  let arrived = 0
  strange.alice.network.mailboxes.onArrived(() => (arrived += 1))
  assert.equal(word(await strange.put()), 'bad-answer')
  assert.equal(word(await strange.read(0)), 'bad-answer')
  assert.equal(arrived, 0)
})

/** Alice at a server that answers mailbox requests as a test says, and nothing else but hellos. */
const atAPuppet = async (
  seed: number,
  reply: (message: Extract<PeerMessage, { readonly request: number }>) => readonly ServerMessage[],
) => {
  const world = createWorld(seed)
  const alice = world.person('alice')
  const links: Link[] = []
  const say = (message: ServerMessage): void => void links.at(-1)?.send(encodeServerMessage(message))
  world.wires.server({ device: SERVER.device, address: `${SERVER.host}:${SERVER.port}` }).onLink((link) => {
    links.push(link)
    void (async () => {
      for await (const frame of link.frames) {
        const read = decodePeerMessage(frame)
        if (!read.ok || read.value.kind === 'newer') throw new Error('what a peer says must be readable')
        const message = read.value
        if (message.kind === 'hello')
          say({ kind: 'welcome', version: 1, observed: '192.0.2.1:1', people: 'off', nonce: blob(32) })
        if ('request' in message) for (const each of reply(message)) say(each)
      }
    })()
  })
  alice.join()
  await world.time.advance(1_000)
  return {
    world,
    alice,
    say,
    put: (millis?: number) => after(world, boxOf(alice).put(talk, blob(8)), millis),
    read: (from: number) => after(world, boxOf(alice).read(talk, { after: from })),
  }
}
