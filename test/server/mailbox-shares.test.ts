import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOB_BYTES_MAX } from '../../src/core/mailbox/blob.ts'
import { PART_BYTES_MAX, READ_BYTES_MAX } from '../../src/core/rendezvous/mailbox-messages.ts'
import { ARRIVED_AFTER_MILLIS } from '../../src/server/mailbox-arrivals.ts'
import {
  ADDRESSES_MAX,
  addressBucket,
  ARRIVED_RATE,
  openDesk,
  OPENED_MAX,
  PENDING_BYTES_MAX,
  UNREAD_BYTES_MAX,
} from '../../src/server/mailbox-desk.ts'
import { draw } from '../../src/server/pool.ts'
import { PEERS_PER_ADDRESS_MAX } from '../../src/server/rendezvous-state.ts'
import { createPostStage, keysOf } from './post-stage.ts'
import { device } from './stage.ts'

const TALK = await keysOf(7)
const { mailbox } = TALK
const HONEST = 'an honest home'
const GREEDY = 'a greedy home'
const bytes = (size: number): Uint8Array => new Uint8Array(size)

type Stage = ReturnType<typeof createPostStage>

const joinAndOpen = async (stage: Stage, number: number, group: string): Promise<number> => {
  const peer = stage.join(number, { group, visible: false })
  await stage.open(peer, number, TALK)
  stage.told(peer)
  return peer
}

const putLarge = (stage: Stage, peer: number, size: number): void => {
  const request = stage.ask(peer, { kind: 'put', mailbox, size, part: bytes(Math.min(size, PART_BYTES_MAX)) })
  for (let at = PART_BYTES_MAX; at < size; at += PART_BYTES_MAX)
    stage.say(peer, { kind: 'part', request, part: bytes(Math.min(PART_BYTES_MAX, size - at)) })
}

const readAndTakeNothing = async (stage: Stage, peer: number): Promise<string> => {
  stage.ask(peer, { kind: 'read', mailbox, after: 0, bytesMax: 1 })
  await stage.settle()
  stage.feed({ kind: 'full', peer })
  return stage.told(peer).replace(/ .*/, '')
}

test('[MX24] one address that takes nothing of what it reads leaves half of what may lie unread to the others', async () => {
  const stage = createPostStage()
  const honest = await joinAndOpen(stage, 9_999, HONEST)
  putLarge(stage, honest, BLOB_BYTES_MAX)
  await stage.settle()
  stage.told(honest)
  let pages = 0
  for (let number = 1; number <= PEERS_PER_ADDRESS_MAX; number++)
    if ((await readAndTakeNothing(stage, await joinAndOpen(stage, number, GREEDY))) === 'blobs') pages += 1
  assert.equal(pages, UNREAD_BYTES_MAX / BLOB_BYTES_MAX / 2)
  assert.equal(await readAndTakeNothing(stage, honest), 'blobs')
})

test('[MX24] one address opens no more mailboxes than it leaves to the others', async () => {
  const stage = createPostStage()
  const opened = stage.state.mailboxes?.opened
  assert.ok(opened)
  // Opening them one by one would take long.
  draw(opened, GREEDY, OPENED_MAX / 2)
  const [greedy, honest] = [stage.join(1, { group: GREEDY }), stage.join(2, { group: HONEST })]
  await stage.open(greedy, 1, TALK)
  await stage.open(honest, 2, TALK)
  assert.match(stage.told(greedy), /refused 1 too-many$/)
  assert.match(stage.told(honest), /done 2$/)
})

test('[MX24] four addresses with blobs that they do not finish leave room for what another puts', async () => {
  const stage = createPostStage()
  for (let number = 0; number < 4 * 20; number++) {
    const peer = await joinAndOpen(stage, number + 1, `greedy home ${number % 4}`)
    const request = stage.ask(peer, { kind: 'put', mailbox, size: BLOB_BYTES_MAX, part: bytes(PART_BYTES_MAX) })
    for (let at = 2 * PART_BYTES_MAX; at < BLOB_BYTES_MAX; at += PART_BYTES_MAX)
      stage.say(peer, { kind: 'part', request, part: bytes(PART_BYTES_MAX) })
  }
  const { pendingBytes } = stage.state.mailboxes ?? {}
  assert.ok((pendingBytes?.drawn ?? 0) > PENDING_BYTES_MAX / 2)
  const honest = await joinAndOpen(stage, 9_999, HONEST)
  putLarge(stage, honest, BLOB_BYTES_MAX)
  await stage.settle()
  assert.match(stage.told(honest), /^stored/)
})

test('[MX24] a school of 250 behind one address opens 20 mailboxes each, reads all at once, and puts', async () => {
  const stage = createPostStage()
  const opened = stage.state.mailboxes?.opened
  putLarge(stage, await joinAndOpen(stage, 9_999, HONEST), READ_BYTES_MAX)
  await stage.settle()
  const pupils: number[] = []
  for (let number = 1; number <= 250; number++) {
    const pupil = await joinAndOpen(stage, number, 'school')
    const theirs = stage.state.peers.get(pupil)?.mailboxes?.opened
    for (let each = 1; each < 20; each++) theirs?.add(`${each}`)
    if (opened) draw(opened, 'school', 19)
    pupils.push(pupil)
  }
  for (const pupil of pupils) stage.ask(pupil, { kind: 'put', mailbox, size: 4_096, part: bytes(4_096) })
  await stage.settle()
  for (const pupil of pupils) assert.match(stage.told(pupil), /^stored/)
  // Nobody takes it at once; those who are told to wait read later.
  let waiting: readonly number[] = pupils
  for (let round = 0; round < 10 && waiting.length > 0; round++) {
    const told = new Map<number, string>()
    for (const pupil of waiting) told.set(pupil, await readAndTakeNothing(stage, pupil))
    for (const pupil of pupils) stage.feed({ kind: 'room', peer: pupil })
    waiting = waiting.filter((pupil) => told.get(pupil) !== 'blobs')
    stage.pass(500)
  }
  assert.deepEqual(waiting, [])
})

test('[MX25] one address that is told of thousands keeps nobody waiting, and its peers have turns as well', async () => {
  const stage = createPostStage()
  const greedy = [await joinAndOpen(stage, 1, GREEDY), await joinAndOpen(stage, 2, GREEDY)]
  const honest = await joinAndOpen(stage, 3, HONEST)
  stage.ask(honest, { kind: 'listen', mailbox, on: true })
  stage.told(honest)
  for (let each = 0; each < 2 * ARRIVED_RATE.burst; each++) {
    // Listening to them one by one would take long.
    stage.state.mailboxes?.listeners.set(device(each), new Map(greedy.map((peer) => [peer, GREEDY])))
    stage.feed({ kind: 'arrived', mailbox: device(each), cursor: 5 })
  }
  stage.feed({ kind: 'arrived', mailbox, cursor: 6 })
  stage.pass(ARRIVED_AFTER_MILLIS)
  assert.equal(stage.told(honest), 'arrived 6')
  const [first = 0, second = 0] = greedy.map((peer) => stage.messages(peer).length)
  assert.ok(first > ARRIVED_RATE.burst / 4 && Math.abs(first - second) <= 1, `${first} and ${second}`)
})

test('[MX26] however many addresses come, one that goes on asking keeps the allowance that it has spent', () => {
  const desk = openDesk('00', 0)
  const spent = addressBucket(desk, GREEDY, 0)
  const comes = (from: number): void => {
    for (let number = from; number < from + ADDRESSES_MAX - 1; number++) addressBucket(desk, `home ${number}`, 0)
  }
  comes(0)
  assert.equal(addressBucket(desk, GREEDY, 0), spent)
  comes(ADDRESSES_MAX)
  assert.equal(addressBucket(desk, GREEDY, 0), spent)
  assert.equal(desk.addresses.size, ADDRESSES_MAX)
})
