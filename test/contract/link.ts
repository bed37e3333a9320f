import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '../../src/core/bytes/hex.ts'
import type { Failure } from '../../src/view/view.ts'
import { FRAME_BYTES_MAX, type Endpoint, type Link } from '../../src/link/port.ts'

/** Alice and Bob, able to reach each other in the way that is under test. */
export type Meeting = {
  readonly alice: Endpoint
  readonly bob: Endpoint
  /** What Alice dials to reach Bob, and the other way round. */
  readonly bobAddress: string
  readonly aliceAddress: string
  /** Waits for something; in simulated time, by letting time pass. */
  readonly wait: <Value>(promise: Promise<Value>) => Promise<Value>
  readonly close: () => Promise<void>
}

/** More bytes than any sender may have on its way to somebody who reads nothing. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024

const STRANGER: Hex = 'ab'.repeat(32)

/** Where nobody can answer instead: a server or a link that stands is asked for a device, not for a place. */
const NOBODY_INSTEAD: { readonly [At in Link['path']]?: Failure['kind'] } = {
  relayed: 'not-registered',
  punched: 'unreachable',
}

const never = new AbortController().signal

/** What every implementation of `Endpoint` and `Link` promises. `path` is how their links must say that they run. */
export const testLinks = (name: string, path: Link['path'], meet: () => Promise<Meeting>): void => {
  const story = (title: string, tell: (meeting: Meeting) => Promise<void>): void => {
    test(`${title} (${name})`, async () => {
      const meeting = await meet()
      try {
        await tell(meeting)
      } finally {
        await meeting.wait(meeting.close())
      }
    })
  }

  story(
    '[LK1] a link names the device at the other end, the path, who dialled, and the server that carries it',
    async (meeting) => {
      const [mine, theirs] = await connect(meeting)
      assert.deepEqual([mine.device, mine.protocol, mine.path, mine.dialled], [meeting.bob.device, 'peer', path, true])
      assert.deepEqual(
        [theirs.device, theirs.protocol, theirs.path, theirs.dialled],
        [meeting.alice.device, 'peer', path, false],
      )
      assert.equal(mine.server, theirs.server)
      assert.equal(mine.server !== undefined, path === 'relayed')
    },
  )

  story('[RC63] a link tells its round trip, and that it heard something', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    const before = mine.heard()
    const roundTrip = await meeting.wait(mine.ping())
    assert.ok(roundTrip !== undefined && roundTrip > 0 && roundTrip < 10_000, `${roundTrip}`)
    theirs.send(patterned(10, 1))
    await meeting.wait(take(mine, 1))
    assert.ok(mine.heard() > before)
    mine.close()
    await meeting.wait(mine.closed)
    assert.equal(await meeting.wait(mine.ping()), undefined)
  })

  story('[LK2] frames of every size arrive whole, once and in order', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    const sizes = [1, 2, 3, 4, 5, 255, 256, 65_535, 65_536, 300_000, FRAME_BYTES_MAX - 1, FRAME_BYTES_MAX, 1]
    const sent = sizes.map((size, index) => patterned(size, index))
    const sending = sendAll(mine, sent)
    assert.deepEqual(await meeting.wait(take(theirs, sent.length)), sent)
    await meeting.wait(sending)
  })

  story('[LK2] both sides send at once and neither loses anything', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    const sent = Array.from({ length: 2_000 }, (_, index) => patterned(1 + (index % 700), index))
    const sending = Promise.all([sendAll(mine, sent), sendAll(theirs, sent)])
    const [atBob, atAlice] = await meeting.wait(Promise.all([take(theirs, sent.length), take(mine, sent.length)]))
    assert.deepEqual(atBob, sent)
    assert.deepEqual(atAlice, sent)
    await meeting.wait(sending)
  })

  story('[LK3] somebody who does not read holds the sender back, and lets it go on by reading', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    const frame = patterned(64 * 1024, 7)
    let sent = 0
    // Each time there is room, more is sent; once nobody reads, room no longer comes.
    const pushing = (async () => {
      while (sent * frame.length < UNREAD_BYTES_MAX) {
        if (!mine.send(frame)) await mine.room()
        sent += 1
      }
      return 'all was taken' as const
    })()
    const stuck = untilStill(() => sent).then(() => 'held back' as const)
    assert.equal(await meeting.wait(Promise.race([pushing, stuck])), 'held back')
    const received = await meeting.wait(take(theirs, UNREAD_BYTES_MAX / frame.length))
    assert.equal(
      received.every((each) => Buffer.compare(each, frame) === 0),
      true,
    )
    assert.equal(await meeting.wait(pushing), 'all was taken')
  })

  story('[LK4] what was sent before a close arrives, and each side knows who closed', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    const sent = Array.from({ length: 100 }, (_, index) => patterned(500, index))
    for (const frame of sent) mine.send(frame)
    mine.close()
    assert.deepEqual(await meeting.wait(take(theirs, Infinity)), sent)
    assert.deepEqual(await meeting.wait(mine.closed), { kind: 'ours' })
    assert.deepEqual(await meeting.wait(theirs.closed), { kind: 'theirs' })
  })

  story('[LK4] tiny frames of which more wait than may be held arrive too after a close', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    const sent = Array.from({ length: 5_000 }, (_, index) => Uint8Array.of(index))
    for (const frame of sent) mine.send(frame)
    mine.close()
    const got = await meeting.wait(take(theirs, Infinity))
    assert.equal(Buffer.concat(got).compare(Buffer.concat(sent)), 0, `${got.length} of ${sent.length}`)
    assert.deepEqual(await meeting.wait(theirs.closed), { kind: 'theirs' })
  })

  story('[LK4] the side that was dialled may close too', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    theirs.send(patterned(10, 1))
    theirs.close()
    assert.deepEqual(await meeting.wait(take(mine, Infinity)), [patterned(10, 1)])
    assert.deepEqual(await meeting.wait(theirs.closed), { kind: 'ours' })
    assert.deepEqual(await meeting.wait(mine.closed), { kind: 'theirs' })
  })

  story('[LK5] on a closed link sending does nothing, room is there, and frames end', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    theirs.close()
    await meeting.wait(mine.closed)
    mine.send(patterned(10, 1))
    await meeting.wait(mine.room())
    mine.close()
    assert.deepEqual(await meeting.wait(take(mine, Infinity)), [])
    assert.deepEqual(await meeting.wait(mine.closed), { kind: 'theirs' })
  })

  story('[LK5] an endpoint that closes ends its links on both sides', async (meeting) => {
    const [mine, theirs] = await connect(meeting)
    await meeting.wait(meeting.bob.close())
    assert.deepEqual(await meeting.wait(theirs.closed), { kind: 'ours' })
    assert.notEqual((await meeting.wait(mine.closed)).kind, 'ours')
    assert.deepEqual(await meeting.wait(take(mine, Infinity)), [])
  })

  story('[LK6] two devices that dial each other at once get two links that both work', async (meeting) => {
    const { alice, bob, wait } = meeting
    const atAlice = nextLink(alice)
    const atBob = nextLink(bob)
    const [fromAlice, fromBob] = await wait(
      Promise.all([
        alice.dial({ device: bob.device, address: meeting.bobAddress, signal: never }),
        bob.dial({ device: alice.device, address: meeting.aliceAddress, signal: never }),
      ]),
    )
    assert.equal(fromAlice.ok && fromBob.ok, true)
    if (!fromAlice.ok || !fromBob.ok) return
    fromAlice.value.send(patterned(9, 1))
    fromBob.value.send(patterned(9, 2))
    assert.deepEqual(await wait(take(await wait(atBob), 1)), [patterned(9, 1)])
    assert.deepEqual(await wait(take(await wait(atAlice), 1)), [patterned(9, 2)])
  })

  story('[LK6] each dial makes a link of its own', async (meeting) => {
    const [first, firstAtBob] = await connect(meeting)
    const [second, secondAtBob] = await connect(meeting)
    first.close()
    await meeting.wait(firstAtBob.closed)
    second.send(patterned(3, 3))
    assert.deepEqual(await meeting.wait(take(secondAtBob, 1)), [patterned(3, 3)])
  })

  story('[LK7] a device does not dial itself', async ({ alice, wait, bobAddress }) => {
    const result = await wait(alice.dial({ device: alice.device, address: bobAddress, signal: never }))
    assert.deepEqual(result, { ok: false, refusal: { kind: 'wrong-device', detail: 'this device itself' } })
  })

  story(
    '[LK7] whoever answers instead of the device that was meant is refused',
    async ({ alice, wait, bobAddress }) => {
      const result = await wait(alice.dial({ device: STRANGER, address: bobAddress, signal: never }))
      assert.equal(result.ok, false)
      if (!result.ok) assert.equal(result.refusal.kind, NOBODY_INSTEAD[path] ?? 'wrong-device')
    },
  )

  story('[LK8] a dial that is given up ends as closed', async ({ alice, bob, wait, bobAddress }) => {
    const before = await wait(alice.dial({ device: bob.device, address: bobAddress, signal: AbortSignal.abort() }))
    assert.equal(!before.ok && before.refusal.kind, 'closed')
    const giving = new AbortController()
    const dialling = alice.dial({ device: bob.device, address: bobAddress, signal: giving.signal })
    giving.abort()
    const during = await wait(dialling)
    assert.equal(!during.ok && during.refusal.kind, 'closed')
  })
}

const connect = async ({ alice, bob, bobAddress, wait }: Meeting): Promise<readonly [Link, Link]> => {
  const arriving = nextLink(bob)
  const result = await wait(alice.dial({ device: bob.device, address: bobAddress, signal: never }))
  assert.equal(result.ok, true, JSON.stringify(result))
  if (!result.ok) throw new Error('unreachable')
  return [result.value, await wait(arriving)]
}

const nextLink = (endpoint: Endpoint): Promise<Link> => new Promise((resolve) => endpoint.onLink(resolve))

/** The first `count` frames, or all until the end. */
const take = async (link: Link, count: number): Promise<readonly Buffer[]> => {
  const frames: Buffer[] = []
  for await (const frame of link.frames) {
    frames.push(Buffer.from(frame))
    if (frames.length === count) break
  }
  return frames
}

const sendAll = async (link: Link, frames: readonly Uint8Array[]): Promise<void> => {
  for (const frame of frames) if (!link.send(frame)) await link.room()
}

const patterned = (size: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(size, seed % 251)
  bytes[0] = seed % 256
  bytes[size - 1] = (seed >> 8) % 256
  return bytes
}

/** Resolves once a number has not changed for many turns of the event loop. */
const untilStill = async (read: () => number): Promise<void> => {
  let last = -1
  for (let turns = 0; turns < 2_000; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (read() !== last) turns = 0
    last = read()
  }
}
