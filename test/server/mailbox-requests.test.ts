import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BLOB_BYTES_MAX } from '../../src/core/mailbox/blob.ts'
import { signOpen } from '../../src/core/mailbox/keys.ts'
import { PART_BYTES_MAX, READ_BYTES_MAX, TRIMMED_MAX } from '../../src/core/rendezvous/mailbox-messages.ts'
import { ARRIVED_AFTER_MILLIS } from '../../src/server/mailbox-arrivals.ts'
import {
  ADDRESS_RATE,
  HEEDLESS_MILLIS,
  JOBS_PER_PEER_MAX,
  LISTENERS_PER_MAILBOX_MAX,
  MAILBOX_RATE,
  OPENED_PER_PEER_MAX,
  PART_BYTES_MIN,
  PENDING_BYTES_MAX,
  PENDING_BYTES_PER_ADDRESS_MAX,
  REQUEST_COST_BYTES,
  UPLOAD_MILLIS_MAX,
} from '../../src/server/mailbox-desk.ts'
import { draw } from '../../src/server/pool.ts'
import { createDeterministicCrypto } from '../core/deterministic-crypto.ts'
import { TIGHT } from '../contract/mailbox.ts'
import { createPostStage, keysOf } from './post-stage.ts'
import { createStage, SERVER } from './stage.ts'

const ANN = 1
const BOB = 2
const TALK = await keysOf(7)
const OTHER = await keysOf(8)
const { mailbox } = TALK
const blob = (size: number, value = 5): Uint8Array => new Uint8Array(size).fill(value)

/** Ann and Bob are here, and both have opened one mailbox. */
const inATalk = async (limits?: Parameters<typeof createPostStage>[0]) => {
  const stage = createPostStage(limits)
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  await stage.open(ann, ANN, TALK)
  await stage.open(bob, BOB, TALK)
  stage.told(ann)
  stage.told(bob)
  return { ...stage, ann, bob }
}

const withoutCursors = (told: string): string => told.replace(/\d{16}/g, '#')

test('[MX10] a mailbox is used once its private half was shown, and is refused before', async () => {
  const stage = createPostStage()
  const ann = stage.join(ANN)
  stage.told(ann)
  stage.ask(ann, { kind: 'put', mailbox, size: 3, part: blob(3) })
  stage.ask(ann, { kind: 'read', mailbox, after: 0, bytesMax: 100 })
  stage.ask(ann, { kind: 'listen', mailbox, on: true })
  stage.ask(ann, { kind: 'trim', mailbox, cursors: [1] })
  assert.equal(stage.told(ann), 'refused 1 not-open, refused 2 not-open, refused 3 not-open, refused 4 not-open')
  assert.deepEqual(await stage.settle(), [])
  await stage.open(ann, ANN, TALK)
  await stage.open(ann, ANN, TALK)
  assert.equal(stage.told(ann), 'done 5, done 6')
  assert.equal(stage.state.mailboxes?.opened.drawn, 1)
})

test('[MX10] neither a signature for another link, server or mailbox opens one, nor somebody else having opened it', async () => {
  const stage = createPostStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  await stage.open(bob, BOB, TALK)
  stage.told(ann)
  const crypto = createDeterministicCrypto()
  const nonce = (number: number): Uint8Array => new Uint8Array(32).fill(number)
  for (const signature of [
    await signOpen(crypto, TALK, { server: SERVER, nonce: nonce(BOB) }),
    await signOpen(crypto, TALK, { server: 'ab'.repeat(32), nonce: nonce(ANN) }),
    await signOpen(crypto, OTHER, { server: SERVER, nonce: nonce(ANN) }),
    blob(64),
  ])
    stage.ask(ann, { kind: 'open', mailbox, signature })
  await stage.settle()
  stage.ask(ann, { kind: 'read', mailbox, after: 0, bytesMax: 100 })
  assert.match(stage.told(ann), /^(refused \d+ not-open(, )?){5}$/)
})

test('[MX11] a blob is answered once it is kept, and read by whoever opened the mailbox', async () => {
  const { ann, bob, ask, told, settle } = await inATalk()
  ask(ann, { kind: 'put', mailbox, size: 3, part: blob(3) })
  assert.equal(told(ann), '')
  await settle()
  assert.match(withoutCursors(told(ann)), /^stored 3 at #$/)
  ask(bob, { kind: 'read', mailbox, after: 0, bytesMax: 100 })
  await settle()
  assert.equal(withoutCursors(told(bob)), 'blobs 4 [#:3/3] end')
})

test('[MX12] a large blob comes in parts, and other messages may come between them', async () => {
  const { ann, bob, ask, say, told, settle, messages } = await inATalk()
  const size = 2 * PART_BYTES_MAX + 10
  const request = ask(ann, { kind: 'put', mailbox, size, part: blob(PART_BYTES_MAX, 1) })
  say(ann, { kind: 'card', device: '00'.repeat(32) })
  say(ann, { kind: 'part', request, part: blob(PART_BYTES_MAX, 2) })
  assert.deepEqual(await settle(), [])
  say(ann, { kind: 'part', request, part: blob(10, 3) })
  await settle()
  assert.match(withoutCursors(told(ann)), /^card 0 none, stored 3 at #$/)
  ask(bob, { kind: 'read', mailbox, after: 0, bytesMax: 1 })
  await settle()
  const pieces = messages(bob).flatMap((message) => (message.kind === 'blobs' ? message.pieces : []))
  assert.deepEqual(
    pieces.map(({ bytes, size: whole }) => [bytes[0], bytes.length, whole]),
    [
      [1, PART_BYTES_MAX, size],
      [2, PART_BYTES_MAX, size],
      [3, 10, size],
    ],
  )
})

test('[MX12] parts that do not make the blob, another put before the last part, or silence end it', async () => {
  const { ann, ask, say, told, settle, pass, state, mailboxes } = await inATalk()
  const some = blob(PART_BYTES_MIN)
  ask(ann, { kind: 'put', mailbox, size: 2, part: blob(3) })
  const tooMuch = ask(ann, { kind: 'put', mailbox, size: some.length + 2, part: some })
  say(ann, { kind: 'part', request: tooMuch, part: blob(3) })
  ask(ann, { kind: 'put', mailbox, size: some.length + 2, part: some })
  const slow = ask(ann, { kind: 'put', mailbox, size: some.length + 3, part: some })
  assert.equal(told(ann), 'refused 3 unfinished, refused 4 unfinished, refused 5 unfinished')
  pass(UPLOAD_MILLIS_MAX - 1)
  assert.equal(told(ann), '')
  pass(1)
  assert.equal(told(ann), 'refused 6 unfinished')
  say(ann, { kind: 'part', request: slow, part: blob(3) })
  await settle()
  assert.equal(told(ann), '')
  assert.equal(mailboxes.counts().blobs, 0)
  assert.deepEqual([state.mailboxes?.pendingBytes.drawn, state.mailboxes?.uploading.size], [0, 0])
})

test('[MX12] a blob larger than any is refused, and the link stays', async () => {
  const { ann, ask, told, closed } = await inATalk()
  ask(ann, { kind: 'put', mailbox, size: BLOB_BYTES_MAX + 1, part: blob(1) })
  assert.equal(told(ann), 'refused 3 too-large')
  assert.equal(closed(ann), false)
})

test('[MX13] a read brings a page, in messages that each hold a part, and says whether more are there', async () => {
  const { ann, bob, ask, say, told, settle } = await inATalk()
  const quarter = READ_BYTES_MAX / 4
  for (let each = 0; each < 5; each++) {
    const request = ask(ann, { kind: 'put', mailbox, size: quarter, part: blob(PART_BYTES_MAX) })
    for (let at = PART_BYTES_MAX; at < quarter; at += PART_BYTES_MAX)
      say(ann, { kind: 'part', request, part: blob(PART_BYTES_MAX) })
    await settle()
  }
  ask(bob, { kind: 'read', mailbox, after: 0, bytesMax: 1e9 })
  await settle()
  const page = told(bob)
  assert.equal(page.match(/blobs/g)?.length, READ_BYTES_MAX / PART_BYTES_MAX)
  assert.match(page, / more$/)
  const last = Number(
    page
      .match(/\[(\d+)/g)
      ?.at(-1)
      ?.slice(1),
  )
  ask(bob, { kind: 'read', mailbox, after: last, bytesMax: 1e9 })
  await settle()
  assert.match(told(bob), / end$/)
})

test('[MX14] whoever listens is told of what others put, at once for what came together, and not of their own', async () => {
  const { ann, bob, ask, told, settle, pass } = await inATalk()
  for (const peer of [ann, bob]) ask(peer, { kind: 'listen', mailbox, on: true })
  await settle()
  told(ann)
  told(bob)
  ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await settle()
  pass(ARRIVED_AFTER_MILLIS)
  assert.equal(withoutCursors(told(bob)), 'arrived #')
  assert.doesNotMatch(told(ann), /arrived/)
  ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  ask(bob, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await settle()
  pass(ARRIVED_AFTER_MILLIS)
  assert.match(told(ann), /arrived/)
  assert.match(told(bob), /arrived/)
})

test('[MX14] whoever stops listening, or reads nothing, is told nothing; the latter later', async () => {
  const { ann, bob, ask, told, settle, pass, feed } = await inATalk()
  ask(bob, { kind: 'listen', mailbox, on: true })
  await settle()
  told(bob)
  feed({ kind: 'full', peer: bob })
  ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await settle()
  pass(1_000)
  assert.equal(told(bob), '')
  feed({ kind: 'room', peer: bob })
  pass(ARRIVED_AFTER_MILLIS)
  assert.equal(withoutCursors(told(bob)), 'arrived #')
  ask(bob, { kind: 'listen', mailbox, on: false })
  await settle()
  told(bob)
  ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await settle()
  pass(1_000)
  assert.equal(told(bob), '')
})

test('[MX15] what is trimmed is gone for everybody', async () => {
  const { ann, bob, ask, told, settle } = await inATalk()
  for (let each = 0; each < 3; each++) ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await settle()
  const cursors = [...told(ann).matchAll(/at (\d+)/g)].map((match) => Number(match[1]))
  ask(bob, { kind: 'trim', mailbox, cursors: cursors.slice(0, 2) })
  await settle()
  assert.equal(told(bob), 'done 6')
  ask(ann, { kind: 'read', mailbox, after: 0, bytesMax: 100 })
  await settle()
  assert.equal(told(ann), `blobs 7 [${cursors[2]}:1/1] end`)
})

test('[MX16] whoever moves too much is told when to go on, and read more slowly if heedless; nobody else is', async () => {
  const { ann, bob, ask, told, settle, held, messages, pass } = await inATalk()
  const putSome = async (peer: number): Promise<string> => {
    ask(peer, { kind: 'put', mailbox, size: PART_BYTES_MAX, part: blob(PART_BYTES_MAX) })
    await settle()
    return told(peer)
  }
  let puts = 0
  let last = ''
  while (!last.includes('slow')) {
    last = await putSome(ann)
    puts += 1
  }
  assert.ok(Math.abs(puts - MAILBOX_RATE.burst / PART_BYTES_MAX) < 20, `${puts} puts`)
  assert.equal(held(ann), HEEDLESS_MILLIS)
  assert.match(await putSome(bob), /stored/)
  assert.equal(held(bob), 0)
  ask(ann, { kind: 'read', mailbox, after: 0, bytesMax: 1 })
  const refused = messages(ann).at(-1)
  assert.ok(refused?.kind === 'refused' && refused.millis !== undefined && refused.millis > 0)
  pass(refused.millis)
  assert.match(await putSome(ann), /stored/)
})

test('[MX17] what one peer has waiting is bounded, and so is what one address and all have', async () => {
  const stage = createPostStage()
  const joinAndOpen = async (number: number, group: string): Promise<number> => {
    const peer = stage.join(number, { group })
    await stage.open(peer, number, TALK)
    stage.told(peer)
    return peer
  }
  /** Puts parts until it is refused, with the disk doing nothing; answers the bytes that were taken. */
  const fill = (peer: number, bytes: number): number => {
    let taken = 0
    for (;;) {
      stage.ask(peer, { kind: 'put', mailbox, size: bytes, part: blob(bytes) })
      if (stage.told(peer) !== '') return taken
      taken += bytes
    }
  }
  const few = await joinAndOpen(1, 'home')
  const pupils: (readonly number[])[] = []
  for (const school of [1, 2]) {
    const joining = [0, 1, 2, 3, 4].map((pupil) => joinAndOpen(10 * school + pupil, `school ${school}`))
    pupils.push(await Promise.all(joining))
  }
  const flats: number[] = []
  for (let number = 91; number <= 102; number++) flats.push(await joinAndOpen(number, `flat ${number}`))
  assert.equal(fill(few, 10) / 10, JOBS_PER_PEER_MAX)
  let all = 10 * JOBS_PER_PEER_MAX
  for (const school of pupils) {
    const taken = school.reduce((sum, peer) => sum + fill(peer, PART_BYTES_MAX), 0)
    assert.equal(taken, PENDING_BYTES_PER_ADDRESS_MAX)
    all += taken
  }
  for (const flat of flats) all += fill(flat, PART_BYTES_MAX)
  assert.ok(all <= PENDING_BYTES_MAX && all > PENDING_BYTES_MAX - 8 * PART_BYTES_MAX, `${all} bytes`)
})

test('[MX17] of one peer one read is done at a time, and none while it leaves unread what it was sent', async () => {
  const { ann, bob, ask, say, told, settle, feed, state } = await inATalk()
  const size = READ_BYTES_MAX
  const request = ask(bob, { kind: 'put', mailbox, size, part: blob(PART_BYTES_MAX) })
  for (let at = PART_BYTES_MAX; at < size; at += PART_BYTES_MAX)
    say(bob, { kind: 'part', request, part: blob(PART_BYTES_MAX) })
  await settle()
  const readAll = () => ask(ann, { kind: 'read', mailbox, after: 0, bytesMax: 1e9 })
  readAll()
  readAll()
  assert.equal(told(ann), 'refused 5 slow')
  await settle()
  feed({ kind: 'full', peer: ann })
  assert.equal(state.mailboxes?.unreadBytes.drawn, size)
  told(ann)
  readAll()
  assert.equal(told(ann), 'refused 6 slow')
  feed({ kind: 'room', peer: ann })
  assert.equal(state.mailboxes?.unreadBytes.drawn, 0)
  readAll()
  await settle()
  assert.match(told(ann), /end$/)
  feed({ kind: 'full', peer: ann })
  feed({ kind: 'closed', peer: ann })
  assert.equal(state.mailboxes?.unreadBytes.drawn, 0)
})

test('[MX18] one address puts so much at once, and is told when it may put more', async () => {
  const stage = createPostStage({ mailboxBytesMax: 1e12, totalBytesMax: 1e12 })
  const pupil = async (number: number, group: string): Promise<number> => {
    const peer = stage.join(number, { group })
    await stage.open(peer, number, TALK)
    return peer
  }
  /** Uses up what is left without the bytes, which would take long. */
  const school = await pupil(1, 'school')
  const bucket = () => stage.state.mailboxes?.addresses.get('school')
  stage.ask(school, { kind: 'put', mailbox, size: 4_096, part: blob(4_096) })
  await stage.settle()
  assert.equal(bucket()?.tokens, ADDRESS_RATE.burst - 4_096)
  const left = bucket()
  if (left) left.tokens = 1
  stage.ask(school, { kind: 'put', mailbox, size: 4_096, part: blob(4_096) })
  await stage.settle()
  stage.told(school)
  const late = await pupil(2, 'school')
  stage.told(late)
  stage.ask(late, { kind: 'put', mailbox, size: 1, part: blob(1) })
  const refused = stage.messages(late).at(-1)
  assert.ok(refused?.kind === 'refused' && refused.because === 'full-address')
  assert.ok((refused.millis ?? 0) > 0)
  const home = await pupil(3, 'home')
  stage.told(home)
  stage.ask(home, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await stage.settle()
  assert.match(stage.told(home), /stored/)
  stage.pass(refused.millis ?? 0)
  stage.told(late)
  stage.ask(late, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await stage.settle()
  assert.match(stage.told(late), /stored/)
})

test('[MX18] what a full mailbox refused does not count for the address', async () => {
  const { ann, ask, told, settle, state } = await inATalk(TIGHT)
  for (let each = 0; each < 6; each++) ask(ann, { kind: 'put', mailbox, size: 1, part: blob(1) })
  await settle()
  assert.match(withoutCursors(told(ann)), /(stored \d at #, ){4}refused 7 full-mailbox, refused 8 full-mailbox$/)
  const [bucket] = state.mailboxes?.addresses.values() ?? []
  assert.equal(bucket?.tokens, ADDRESS_RATE.burst - 4 * 1_024)
})

test('[MX18] what came of a blob counts though it never became whole; what did not find room does not', async () => {
  const { ann, ask, say, told, state, feed } = await inATalk()
  const tokens = () => [...(state.mailboxes?.addresses.values() ?? [])].map((bucket) => bucket.tokens)
  const request = ask(ann, { kind: 'put', mailbox, size: BLOB_BYTES_MAX, part: blob(PART_BYTES_MAX) })
  say(ann, { kind: 'part', request, part: blob(PART_BYTES_MAX) })
  assert.deepEqual(tokens(), [ADDRESS_RATE.burst - 2 * PART_BYTES_MAX])
  const { pendingBytes } = state.mailboxes ?? {}
  if (pendingBytes) draw(pendingBytes, 'others', PENDING_BYTES_MAX - pendingBytes.drawn)
  told(ann)
  say(ann, { kind: 'part', request, part: blob(PART_BYTES_MAX) })
  assert.equal(told(ann), `refused ${request} slow`)
  assert.deepEqual(tokens(), [ADDRESS_RATE.burst])
  if (pendingBytes) draw(pendingBytes, 'others', -PENDING_BYTES_MAX)
  ask(ann, { kind: 'put', mailbox, size: BLOB_BYTES_MAX, part: blob(PART_BYTES_MAX) })
  feed({ kind: 'closed', peer: ann })
  assert.deepEqual(tokens(), [ADDRESS_RATE.burst - PART_BYTES_MAX])
})

test('[MX19] a link opens so many mailboxes, and a mailbox has so many listeners', async () => {
  const stage = createPostStage()
  const ann = stage.join(ANN)
  const opened = stage.state.peers.get(ann)?.mailboxes?.opened
  for (let each = 0; each < OPENED_PER_PEER_MAX; each++) opened?.add(`${each}`)
  stage.told(ann)
  await stage.open(ann, ANN, TALK)
  assert.equal(stage.told(ann), 'refused 1 too-many')
  const bob = stage.join(BOB)
  await stage.open(bob, BOB, TALK)
  stage.told(bob)
  const crowd = new Map(Array.from({ length: LISTENERS_PER_MAILBOX_MAX }, (_, index) => [1_000 + index, 'crowd']))
  stage.state.mailboxes?.listeners.set(mailbox, crowd)
  stage.ask(bob, { kind: 'listen', mailbox, on: true })
  assert.equal(stage.told(bob), 'refused 3 too-many')
})

test('[MX20] a server without mailboxes says so in its welcome, and refuses what is asked all the same', () => {
  const stage = createStage()
  const ann = stage.join(ANN)
  const [welcome] = stage.messages(ann)
  assert.ok(welcome?.kind === 'welcome' && welcome.nonce === undefined)
  stage.told(ann)
  stage.say(ann, { kind: 'read', request: 9, mailbox, after: 0, bytesMax: 1 })
  assert.equal(stage.told(ann), 'refused 9 off')
})

test('[MX20] a server with mailboxes sends a nonce with every welcome, the same on one link', () => {
  const stage = createPostStage()
  const ann = stage.join(ANN)
  stage.say(ann, { kind: 'hello', version: 1, visible: false, listing: blob(0) })
  const nonces = stage.messages(ann).map((message) => (message.kind === 'welcome' ? message.nonce : undefined))
  assert.deepEqual(nonces, [blob(32, ANN), blob(32, ANN)])
})

test('[MX21] whatever is asked in whatever order, nothing throws, and nothing is kept of who has left', async () => {
  const number = fc.nat(5)
  const name = fc.constantFrom(TALK.mailbox, OTHER.mailbox)
  const size = fc.oneof(fc.nat(300), fc.integer({ min: PART_BYTES_MIN, max: PART_BYTES_MIN + 300 }))
  const bytes = size.map((each) => blob(each + 1))
  const request = fc.oneof(
    fc.record({ kind: fc.constant('open' as const), request: number, mailbox: name, signature: fc.constant(blob(64)) }),
    fc.record({ kind: fc.constant('put' as const), request: number, mailbox: name, size, part: bytes }),
    fc.record({ kind: fc.constant('part' as const), request: number, part: bytes }),
    fc.record({
      kind: fc.constant('read' as const),
      request: number,
      mailbox: name,
      after: number,
      bytesMax: fc.nat(400),
    }),
    fc.record({ kind: fc.constant('listen' as const), request: number, mailbox: name, on: fc.boolean() }),
    fc.record({
      kind: fc.constant('trim' as const),
      request: number,
      mailbox: name,
      cursors: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: TRIMMED_MAX }),
    }),
  )
  const event = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('ask' as const), peer: fc.nat(2), request }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('full' as const, 'room' as const, 'close' as const),
        peer: fc.nat(2),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), millis: fc.nat(40_000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const stage = createPostStage(TIGHT)
      const peers = [1, 2, 3].map((each) => stage.join(each, { group: 'home' }))
      for (const [index, peer] of peers.entries()) await stage.open(peer, index + 1, TALK)
      for (const each of events) {
        if (each.do === 'settle') await stage.settle()
        else if (each.do === 'pass') stage.pass(each.millis)
        else {
          const peer = peers[each.peer] ?? 0
          if (each.do === 'ask')
            stage.say(peer, { ...each.request, ...('size' in each.request && { size: each.request.size + 1 }) })
          else stage.feed({ kind: each.do === 'close' ? 'closed' : each.do, peer })
        }
      }
      for (const peer of peers) stage.feed({ kind: 'closed', peer })
      await stage.settle()
      const desk = stage.state.mailboxes
      assert.ok(desk)
      assert.deepEqual(
        [
          desk.jobs.size,
          ...[desk.pendingBytes, desk.unreadBytes, desk.opened].flatMap((each) => [each.drawn, each.held.size]),
        ],
        [0, 0, 0, 0, 0, 0, 0],
      )
      assert.deepEqual(
        [desk.uploading.size, desk.listeners.size, desk.arrivals.untold.size, desk.arrivals.paused.size],
        [0, 0, 0, 0],
      )
    }),
    { numRuns: 300 },
  )
})

test('[MX23] a blob comes in parts of at least so much, but for the last; smaller ones end it and leave nothing behind', async () => {
  const { ann, ask, say, told, settle, state } = await inATalk()
  const size = 2 * PART_BYTES_MIN + 1
  const whole = ask(ann, { kind: 'put', mailbox, size, part: blob(PART_BYTES_MIN) })
  say(ann, { kind: 'part', request: whole, part: blob(PART_BYTES_MIN) })
  say(ann, { kind: 'part', request: whole, part: blob(1) })
  await settle()
  assert.match(withoutCursors(told(ann)), /^stored 3 at #$/)
  ask(ann, { kind: 'put', mailbox, size, part: blob(1) })
  const crumbs = ask(ann, { kind: 'put', mailbox, size, part: blob(PART_BYTES_MIN) })
  say(ann, { kind: 'part', request: crumbs, part: blob(PART_BYTES_MIN - 1) })
  assert.equal(told(ann), 'refused 4 unfinished, refused 5 unfinished')
  assert.deepEqual([state.mailboxes?.pendingBytes.drawn, state.mailboxes?.uploading.size], [0, 0])
})

test('[MX23] parts of a blob that nobody awaits count as requests, however small', async () => {
  const { ann, bob, say, held } = await inATalk()
  const parts = MAILBOX_RATE.burst / REQUEST_COST_BYTES.strayPart
  for (let part = 0; part < parts; part++) say(ann, { kind: 'part', request: 99, part: blob(1) })
  assert.equal(held(ann), HEEDLESS_MILLIS)
  assert.equal(held(bob), 0)
})
