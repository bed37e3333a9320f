import assert from 'node:assert/strict'
import test from 'node:test'
import * as multistream from '@libp2p/multistream-select'
import { lpStream, streamPair } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'
import { fromHex, type Hex } from '../../../src/core/bytes/hex.ts'
import type { Connection } from '../../../src/link/libp2p/connection.ts'
import { createPairs, UNRELAYED_MILLIS } from '../../../src/link/libp2p/pairs.ts'
import { RELAY_ANSWERS } from '../../../src/link/libp2p/protocols.ts'
import { ADDRESS_QUOTA, DEVICE_QUOTA } from '../../../src/link/libp2p/quota.ts'
import { agreeing, BEHIND_BYTES_MAX, BEHIND_PROTOCOL_BYTES_MAX } from '../../../src/link/libp2p/messages.ts'
import { createMeetings } from '../../../src/link/libp2p/meeting.ts'
import { createRelay, RELAYED_LINKS_TO_DEVICE_MAX } from '../../../src/link/libp2p/relay.ts'
import { createSimulatedTime } from '../../../src/link/memory-time.ts'

const deviceOf = (number: number): Hex => number.toString(16).padStart(64, '0')

/** A relay whose devices are connected by nothing but memory. */
const createStage = () => {
  const time = createSimulatedTime()
  const pairs = createPairs(time.now)
  const relay = createRelay(time, pairs)
  const join = (number: number, host: string) => {
    const device = deviceOf(number)
    const stream = async (): Promise<Stream> => (await streamPair({ delay: 0 }))[0]
    const connection = {
      device,
      address: `${host}:4000`,
      closed: new Promise<string>(() => {}),
      stream,
    } as unknown as Connection
    relay.register(connection)
    const links: Stream[] = []
    return {
      device,
      /** Asks for a way to somebody, and says what the relay answered. */
      ask: async (other: { readonly device: Hex }): Promise<string> => {
        const [mine, theirs] = await streamPair({ delay: 0 })
        relay.serve(theirs, connection)
        const messages = lpStream(mine, { maxDataLength: 1 })
        await messages.write(fromHex(other.device))
        const answer = RELAY_ANSWERS[(await messages.read()).subarray()[0] ?? -1] ?? 'nothing'
        if (answer === 'open') links.push(messages.unwrap())
        return answer
      },
      /** Ends the link that was asked for first, and waits until the relay knows. */
      end: async (): Promise<void> => {
        const before = relay.relayed().links
        links.shift()?.abort(new Error('over'))
        while (relay.relayed().links === before) await new Promise((resolve) => setImmediate(resolve))
      },
      replaced: async (): Promise<void> => relay.replaced((await streamPair({ delay: 0 }))[0], connection),
    }
  }
  return { time, relay, pairs, join }
}

/** What was answered, and how often. */
const tallyOf = (answers: readonly string[]): Record<string, number> => {
  const tally: Record<string, number> = {}
  for (const answer of answers) tally[answer] = (tally[answer] ?? 0) + 1
  return tally
}

const inTurn = async <Item>(
  items: readonly Item[],
  ask: (item: Item) => Promise<string>,
): Promise<readonly string[]> => {
  const answers: string[] = []
  for (const item of items) answers.push(await ask(item))
  return answers
}

const many = <Made>(count: number, make: (index: number) => Made): readonly Made[] =>
  Array.from({ length: count }, (_, index) => make(index))

test('[SV213] who asked for as many links as a device may have is told so, and gets one when another ends', async () => {
  const { join } = createStage()
  const ann = join(1, '192.0.2.1')
  const others = many(DEVICE_QUOTA.links + 1, (index) => join(100 + index, `198.51.100.${index}`))
  assert.deepEqual(tallyOf(await inTurn(others, ann.ask)), { open: DEVICE_QUOTA.links, 'device-full': 1 })
  await ann.end()
  assert.equal(await ann.ask({ device: deviceOf(100) }), 'open')
})

test('[SV213] [SV222] who asks too often is told so, and what is refused does not make the rest longer', async () => {
  const { join, time } = createStage()
  const [ann, nobody] = [join(1, '192.0.2.1'), { device: deviceOf(2) }]
  assert.equal(await ann.ask(nobody), 'not-registered')
  const asked = await inTurn(
    many(300, () => ann),
    async (each) => {
      const answer = await each.ask(ann)
      if (answer === 'open') await each.end()
      return answer
    },
  )
  assert.deepEqual(tallyOf(asked), {
    open: DEVICE_QUOTA.requestsBurst - 1,
    'too-often': 301 - DEVICE_QUOTA.requestsBurst,
  })
  await time.advance(1_000)
  assert.deepEqual(
    tallyOf(
      await inTurn(
        many(5, () => ann),
        (each) => each.ask(each),
      ),
    ),
    { open: 4, 'too-often': 1 },
  )
  // Nor is anybody told who is here any faster.
  assert.equal(await ann.ask(nobody), 'too-often')
})

test('[SV212] [SV213] devices of one address share its links to one device, and another address goes on', async () => {
  const { join, relay } = createStage()
  const bob = join(1, '198.51.100.7')
  const school = many(RELAYED_LINKS_TO_DEVICE_MAX + 3, (index) => join(100 + index, '192.0.2.1'))
  const answers = tallyOf(await inTurn(school, (each) => each.ask(bob)))
  assert.deepEqual(answers, { open: RELAYED_LINKS_TO_DEVICE_MAX, 'wanted-full': 3 })
  assert.equal(await join(2, '192.0.2.2').ask(bob), 'open')
  assert.equal(relay.relayed().refused['wanted-full'], 3)
  // An IPv6 address counts as its /64.
  const home = many(RELAYED_LINKS_TO_DEVICE_MAX + 3, (index) => join(300 + index, `[2001:db8:1:2::${index + 1}]`))
  assert.deepEqual(tallyOf(await inTurn(home, (each) => each.ask(bob))), answers)
})

test('[SV212] [SV213] devices of one address share its links and its requests, and another address goes on', async () => {
  const { join, time } = createStage()
  const others = many(ADDRESS_QUOTA.links / 16, (index) => join(1_000 + index, `198.51.100.${index}`))
  const school = many(ADDRESS_QUOTA.links / 32, (index) => join(100 + index, '192.0.2.1'))
  for (const each of school) {
    assert.deepEqual(tallyOf(await inTurn(others, each.ask)), { open: DEVICE_QUOTA.links })
    await time.advance(1_000)
  }
  const late = join(99, '192.0.2.1')
  const elsewhere = join(98, '192.0.2.2')
  assert.deepEqual([await late.ask(elsewhere), await elsewhere.ask(late)], ['address-full', 'open'])
  const asked = await Promise.all(many(200, () => late.ask(elsewhere)))
  assert.equal(asked.includes('open'), false)
})

test('[SV214] a replaced link is counted once, and never more of them than there are', async () => {
  const { join, relay } = createStage()
  const [ann, bob, carol] = [join(1, '192.0.2.1'), join(2, '192.0.2.2'), join(3, '192.0.2.3')]
  await ann.replaced()
  assert.equal(relay.relayed().replacedTotal, 0)
  assert.deepEqual([await ann.ask(bob), await carol.ask(ann)], ['open', 'open'])
  // Of the link between Ann and Bob either may say so, and both together no more than once.
  await bob.replaced()
  await bob.replaced()
  assert.equal(relay.relayed().replacedTotal, 1)
  await ann.replaced()
  await ann.replaced()
  await carol.replaced()
  assert.equal(relay.relayed().replacedTotal, 2)
})

test('[SV215] a pair is counted once however many links it has, and again when it comes back', async () => {
  const { join, relay } = createStage()
  const [ann, bob] = [join(1, '192.0.2.1'), join(2, '192.0.2.2')]
  assert.deepEqual([await ann.ask(bob), await bob.ask(ann)], ['open', 'open'])
  const { links, linksTotal, pairs, pairsTotal } = relay.relayed()
  assert.deepEqual([links, linksTotal, pairs, pairsTotal], [2, 2, 1, 1])
  await ann.end()
  assert.equal(relay.relayed().pairs, 1)
  await bob.end()
  assert.equal(relay.relayed().pairs, 0)
  assert.equal(await ann.ask(bob), 'open')
  assert.deepEqual([relay.relayed().linksTotal, relay.relayed().pairsTotal], [3, 2])
})

test('[SV215] who met and asks for no relayed link in half a minute is counted as met without one', async () => {
  const { join, relay, pairs, time } = createStage()
  const [ann, bob, carol, dan] = [1, 2, 3, 4].map((number) => join(number, `192.0.2.${number}`))
  if (!ann || !bob || !carol || !dan) throw new Error('unreachable')
  assert.equal(await ann.ask(bob), 'open')
  // Who has a relayed link while they meet, and who asks for one later, needed it.
  pairs.met(ann.device, bob.device)
  pairs.met(carol.device, ann.device)
  pairs.met(carol.device, dan.device)
  assert.equal(await ann.ask(carol), 'open')
  await time.advance(UNRELAYED_MILLIS - 1)
  assert.equal(relay.relayed().metUnrelayedTotal, 0)
  await time.advance(1)
  assert.equal(relay.relayed().metUnrelayedTotal, 1)
  pairs.met(dan.device, carol.device)
  pairs.met(carol.device, dan.device)
  await time.advance(UNRELAYED_MILLIS)
  assert.equal(relay.relayed().metUnrelayedTotal, 2)
})

test('[LK240] who goes on sending behind a question loses the stream, before more than a little of it is kept', async () => {
  const connection = { device: deviceOf(1), address: '192.0.2.1:4000' } as unknown as Connection
  const time = createSimulatedTime()
  const pairs = createPairs(time.now)
  const services = [
    (stream: Stream) => createRelay(time, pairs).serve(stream, connection),
    (stream: Stream) => createMeetings(() => true, pairs, time.now).serve(stream, connection),
  ]
  for (const serve of services) {
    const [mine, theirs] = await streamPair({ delay: 0 })
    const ended = new Promise<Error | undefined>((resolve) =>
      theirs.addEventListener('close', ({ error }) => resolve(error)),
    )
    serve(theirs)
    // Less than a whole question, and then far more than belongs behind one: it would be waited for and held.
    mine.send(Uint8Array.of(32))
    mine.send(new Uint8Array(BEHIND_BYTES_MAX + 64))
    assert.match((await ended)?.message ?? '', /^Read buffer overflow/)
  }
})

test('[LK240] so does who sends on before it is agreed what a stream is for', async () => {
  const [mine, theirs] = await streamPair({ delay: 0 })
  const agreed = multistream.handle(theirs, ['/kith/1'], agreeing(AbortSignal.timeout(10_000)))
  const refused = assert.rejects(agreed, /^StreamBufferError: Read buffer overflow/)
  mine.send(new Uint8Array(BEHIND_PROTOCOL_BYTES_MAX + 1))
  await refused
})
