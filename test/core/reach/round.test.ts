import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseAddress, type Address } from '../../../src/core/reach/address.ts'
import { ANSWERED_ADDRESSES_MAX } from '../../../src/core/reach/known.ts'
import { rememberedOf } from '../../../src/core/reach/reach.ts'
import { HEARSAY_DIALS_PER_MINUTE } from '../../../src/core/reach/state.ts'
import { createDriver, GREAT, REFUSED, SMALL, type Driver } from './driver.ts'

const HOME = '192.168.1.12:4001'
const AWAY = '203.0.113.7:4001'

const addresses = (...texts: string[]): Address[] => texts.flatMap((text) => parseAddress(text) ?? [])
const outcomes = (driver: Driver): string[] =>
  driver.state.attempts.map(({ path, address, started, outcome }) => {
    const end = outcome.at === 'failed' ? `${outcome.failure.kind} after ${outcome.after}` : outcome.at
    return `${started} ${path} ${address} ${end}`
  })

test('[RC3] the next address is tried a moment after the one before, and at once when that one failed', () => {
  const alice = createDriver()
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [AWAY, HOME, '10.0.0.9:1'] }), [`dial 0 ${HOME}`])
  assert.deepEqual(alice.pass(99), [])
  assert.deepEqual(alice.tell({ kind: 'failed', attempt: 0, failure: REFUSED }), ['dial 1 10.0.0.9:1'])
  assert.deepEqual(alice.pass(150), [`199 dial 2 ${AWAY}`])
})

test('[RC3] at most four addresses are dialled at a time', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: Array.from({ length: 9 }, (_, index) => `10.0.0.${index + 1}:80`) })
  alice.pass(4_000)
  assert.equal(alice.state.flights.length, 4)
  assert.deepEqual(alice.tell({ kind: 'failed', attempt: 2, failure: REFUSED }), ['dial 4 10.0.0.5:80'])
})

test('[RC4] the waits between rounds double from one second to a minute', () => {
  const alice = createDriver()
  const waits: (number | undefined)[] = []
  alice.tell({ kind: 'want', addresses: [HOME] })
  for (let attempt = 0; attempt < 9; attempt++) {
    alice.tell({ kind: 'failed', attempt, failure: REFUSED })
    waits.push(alice.next())
    assert.deepEqual(alice.pass(alice.next() ?? 0).length, 1)
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

test('[RC4] whatever the dice show, a wait is cut by at most a quarter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 12, maxLength: 12 }),
      (throws) => {
        let thrown = 0
        const alice = createDriver({ dice: () => throws[thrown++ % throws.length] ?? 0 })
        alice.tell({ kind: 'want', addresses: [HOME] })
        for (let attempt = 0; attempt < 10; attempt++) {
          alice.tell({ kind: 'failed', attempt, failure: REFUSED })
          const whole = Math.min(60_000, 1_000 * 2 ** attempt)
          const wait = alice.next() ?? 0
          assert.ok(wait >= whole * 0.75 && wait <= whole, `${wait} of ${whole}`)
          alice.pass(wait)
        }
      },
    ),
  )
})

test('[RC5] what makes success likelier starts a round at once and forgets the failures', () => {
  const causes: readonly ((driver: Driver) => readonly string[])[] = [
    (driver) => driver.tell({ kind: 'try-now' }),
    (driver) => driver.tell({ kind: 'moved' }),
    (driver) => driver.tell({ kind: 'server', on: true }),
    (driver) => driver.tell({ kind: 'sighted', addresses: ['192.168.1.13:4001'] }),
    (driver) => driver.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(AWAY) } }),
  ]
  for (const cause of causes) {
    const alice = createDriver()
    alice.tell({ kind: 'want', addresses: [HOME] })
    for (let attempt = 0; attempt < 5; attempt++) {
      alice.tell({ kind: 'failed', attempt, failure: REFUSED })
      if (attempt < 4) alice.pass(alice.next() ?? 0)
    }
    assert.equal(alice.next(), 16_000)
    assert.match(cause(alice)[0] ?? '', /^dial/)
    assert.equal(alice.state.failures, 0)
  }
})

test('[RC5] coming to the people list shortens the wait to the first one, however often it is said', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [HOME] })
  for (let attempt = 0; attempt < 5; attempt++) {
    alice.tell({ kind: 'failed', attempt, failure: REFUSED })
    if (attempt < 4) alice.pass(alice.next() ?? 0)
  }
  for (let times = 0; times < 100; times++) assert.deepEqual(alice.tell({ kind: 'appeared' }), [])
  assert.equal(alice.next(), 1_000)
})

test('[RC5] a sighting that says nothing new changes nothing', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'sighted', addresses: [HOME] })
  alice.tell({ kind: 'failed', attempt: 0, failure: REFUSED })
  assert.deepEqual(alice.tell({ kind: 'sighted', addresses: [HOME] }), [])
  assert.equal(alice.next(), 1_000)
})

test('[RC10] the relay waits a third of a second from when both sides know the addresses of the other', () => {
  const alice = createDriver({ server: true })
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [] }), ['ask'])
  assert.deepEqual(alice.pass(300), [])
  const answer = { kind: 'answer', addresses: addresses(HOME) } as const
  assert.deepEqual(alice.tell({ kind: 'heard', offer: answer }), [`dial 0 ${HOME}`])
  // The other side may still succeed in dialling this one.
  assert.deepEqual(alice.tell({ kind: 'failed', attempt: 0, failure: REFUSED }), [])
  assert.deepEqual(alice.pass(2_000), ['600 dial 1 punch', '600 dial 2 relay'])
})

test('[RC10] where somebody answers at an address, the handshake has over a second more', () => {
  const [alice, bob] = [createDriver({ server: true }), createDriver({ server: true, self: GREAT, device: SMALL })]
  const relayed = [alice, bob].map((each) => {
    each.tell({ kind: 'want', addresses: [] })
    each.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(HOME) } })
    const dialled = each.pass(210)
    each.tell({ kind: 'answered', attempt: 0 })
    return [...dialled, ...each.pass(2_000)].filter((word) => word.endsWith('relay'))
  })
  assert.deepEqual(relayed, [['1500 dial 2 relay'], ['1700 dial 2 relay']])
})

test('[RC10] once nobody answers any more, the relay waits no longer', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(HOME) } })
  alice.tell({ kind: 'answered', attempt: 0 })
  assert.deepEqual(alice.pass(600), ['300 dial 1 punch'])
  // Another device: a private address means something else on this network.
  const another = { kind: 'wrong-device', detail: '' } as const
  assert.deepEqual(alice.tell({ kind: 'failed', attempt: 0, failure: another }), ['dial 2 relay'])
})

test('[RC10] who answers with no address is called through the relay at once, and not at one moment', () => {
  const alice = createDriver({ server: true })
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [] }), ['ask'])
  assert.deepEqual(alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: [] } }), ['dial 0 relay'])
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'relayed', address: 'relay' } })
  assert.deepEqual(
    alice.pass(60_000).filter((word) => word.includes('punch')),
    [],
  )
})

test('[RC10] a direct link that comes within that time leaves the relay alone', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(HOME) } })
  alice.tell({ kind: 'answered', attempt: 0 })
  alice.pass(1_499)
  assert.deepEqual(alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'nearby', address: HOME } }), [
    'hand over 1',
    'give up 1',
  ])
  assert.deepEqual(alice.pass(600_000), [])
})

test('[RC10] the relay is used when the other side does not answer with its addresses', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  assert.deepEqual(alice.pass(1_500), ['1500 dial 0 relay'])
})

test('[RC10] addresses that are known are tried before the server is asked for more', () => {
  const alice = createDriver({ server: true })
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [HOME] }), [`dial 0 ${HOME}`])
  assert.deepEqual(alice.pass(250), ['200 ask'])
})

test('[RC11] through the relay, direct paths are still tried, and one that comes is moved to', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.pass(1_500)
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'relayed', address: 'relay' } })
  assert.equal(alice.next(), 1_000)
  assert.deepEqual(alice.pass(1_000), ['2500 ask'])
  alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(AWAY) } })
  assert.deepEqual(alice.tell({ kind: 'connected', attempt: 1, link: { number: 2, path: 'direct', address: AWAY } }), [
    'hand over 2',
  ])
  assert.deepEqual(alice.pass(3_000), ['5500 close 1'])
  assert.equal(alice.next(), undefined)
})

test('[RC12] a device that is not at the server is not dialled through it', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  assert.deepEqual(alice.tell({ kind: 'absent' }), [])
  assert.deepEqual(outcomes(alice), ['0 relayed relay not-registered after 0'])
  assert.equal(alice.next(), 1_000)
})

test('[RC13] the newest fifty attempts are kept', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [HOME] })
  for (let attempt = 0; attempt < 70; attempt++) {
    alice.tell({ kind: 'failed', attempt, failure: REFUSED })
    alice.pass(alice.next() ?? 0)
  }
  assert.equal(alice.state.attempts.length, 50)
  assert.match(outcomes(alice)[0] ?? '', /trying$/)
  assert.match(outcomes(alice)[1] ?? '', /refused after 0$/)
})

test('[RC14] a dial without an answer ends after five seconds, and its late link is closed', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [HOME] })
  assert.deepEqual(alice.pass(5_000), ['5000 give up 0'])
  assert.deepEqual(outcomes(alice), [`0 nearby ${HOME} timeout after 5000`])
  assert.deepEqual(alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'nearby', address: HOME } }), [
    'close 1',
  ])
  assert.deepEqual(alice.tell({ kind: 'lost', link: 1 }), [])
})

test('[RC14] a dial through the relay has ten seconds', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  assert.deepEqual(alice.pass(11_500), ['1500 dial 0 relay', '11500 give up 0'])
})

test('[RC15] offers cause at most 24 dials a minute, whatever they say', () => {
  const alice = createDriver({ server: true })
  const dialled = new Set<string>()
  for (let second = 0; second < 60; second++) {
    const scan = addresses(...Array.from({ length: 8 }, (_, index) => `10.0.${second}.${index + 1}:22`))
    for (const each of alice.tell({ kind: 'heard', offer: { kind: 'ask', addresses: scan } })) dialled.add(each)
    for (const each of alice.pass(1_000)) dialled.add(each)
    for (const { number } of alice.state.flights) alice.tell({ kind: 'failed', attempt: number, failure: REFUSED })
  }
  const dials = [...dialled].filter((each) => each.includes(':22'))
  // What is left over of a full allowance at the start is refilled within the minute.
  assert.ok(dials.length >= 24 && dials.length <= 48, `${dials.length} dials`)
})

test('[RC15] an address that was offered is dialled once', () => {
  const alice = createDriver({ server: true })
  const offer = { kind: 'answer', addresses: addresses(AWAY) } as const
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'heard', offer })
  alice.tell({ kind: 'failed', attempt: 0, failure: REFUSED })
  alice.tell({ kind: 'server', on: false })
  assert.deepEqual(alice.pass(600_000), [])
})

test('[RC16] a member who asks is answered and may be dialled for a moment, though nobody wants them', () => {
  const alice = createDriver({ server: true })
  const ask = { kind: 'ask', addresses: addresses(AWAY) } as const
  assert.deepEqual(alice.tell({ kind: 'heard', offer: ask }), ['answer', `dial 0 ${AWAY}`])
  alice.tell({ kind: 'failed', attempt: 0, failure: REFUSED })
  assert.deepEqual(alice.pass(600_000), [])
})

test('[RC16] an answer is not answered, and nobody gets more than eight in a minute', () => {
  const alice = createDriver({ server: true })
  assert.deepEqual(alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: [] } }), [])
  const answers = Array.from({ length: 20 }, () => alice.tell({ kind: 'heard', offer: { kind: 'ask', addresses: [] } }))
  assert.equal(answers.flat().length, 8)
})

test('[RC16] two that ask each other at one moment do not go on asking', () => {
  const alice = createDriver({ server: true })
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [] }), ['ask'])
  assert.deepEqual(alice.tell({ kind: 'heard', offer: { kind: 'ask', addresses: [] } }), ['answer'])
  assert.deepEqual(alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: [] } }), ['dial 0 relay'])
  assert.deepEqual(alice.pass(1_500), [])
})

test('[RC17] the device with the greater id lets the other dial first', () => {
  const alice = createDriver({ self: SMALL, device: GREAT })
  const bob = createDriver({ self: GREAT, device: SMALL })
  for (const each of [alice, bob]) each.tell({ kind: 'want', addresses: [] })
  assert.deepEqual(alice.tell({ kind: 'sighted', addresses: [HOME] }), [`dial 0 ${HOME}`])
  assert.deepEqual(bob.tell({ kind: 'sighted', addresses: [HOME] }), [])
  assert.deepEqual(bob.pass(1_000), [`200 dial 0 ${HOME}`])
})

test('[RC30] a device that is released is left alone', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [HOME] })
  alice.tell({ kind: 'accepted', link: { number: 1, path: 'relayed', address: 'relay' } })
  assert.deepEqual(alice.tell({ kind: 'release' }), ['close 1', 'give up 0'])
  assert.deepEqual(alice.pass(600_000), [])
})

test('[RC31] a path that works for moments only is tried ever more slowly', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [HOME] })
  const waits = [100, 9_999, 9_999].map((stood, attempt) => {
    alice.tell({ kind: 'connected', attempt, link: { number: attempt, path: 'nearby', address: HOME } })
    alice.pass(stood)
    alice.tell({ kind: 'lost', link: attempt })
    const wait = alice.next()
    alice.pass(wait ?? 0)
    return wait
  })
  assert.deepEqual(waits, [1_000, 2_000, 4_000])
  alice.tell({ kind: 'connected', attempt: 3, link: { number: 3, path: 'nearby', address: HOME } })
  alice.pass(10_000)
  assert.deepEqual(alice.tell({ kind: 'lost', link: 3 }), [`dial 4 ${HOME}`])
  assert.equal(alice.state.failures, 0)
})

test('[RC3] nobody is dialled whom nobody wants, and what comes late or twice changes nothing', () => {
  const alice = createDriver({ server: true })
  const late = [
    alice.tell({ kind: 'try-now' }),
    alice.tell({ kind: 'moved' }),
    alice.tell({ kind: 'absent' }),
    alice.tell({ kind: 'sighted', addresses: [HOME] }),
    alice.tell({ kind: 'failed', attempt: 7, failure: REFUSED }),
    alice.tell({ kind: 'began', attempt: 7 }),
    alice.tell({ kind: 'lost', link: 7 }),
    alice.tell({ kind: 'release' }),
    alice.pass(600_000),
  ]
  assert.deepEqual(late.flat(), [])
})

test('[RC34] who dialled is found again where it said that it listens, if it came from that very host', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses('192.168.1.7:4001', '10.0.0.9:25') } })
  assert.deepEqual(rememberedOf(alice.state), [])
  alice.tell({ kind: 'accepted', link: { number: 1, path: 'nearby', address: '192.168.1.7:50123' } })
  assert.deepEqual(rememberedOf(alice.state), ['192.168.1.7:4001'])
})

test('[RC34] what is said on a link that stands, or after it came, is remembered like what was said before', () => {
  const remembered = (path: 'nearby' | 'direct' | 'punched' | 'relayed', address: string): readonly string[] => {
    const alice = createDriver()
    alice.tell({ kind: 'want', addresses: [] })
    alice.tell({ kind: 'accepted', link: { number: 1, path, address } })
    alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses('192.168.1.7:4001') } })
    alice.tell({ kind: 'placed', addresses: addresses('192.168.1.7:4002', '10.0.0.9:25') })
    return rememberedOf(alice.state)
  }
  assert.deepEqual(remembered('nearby', '192.168.1.7:50123').toSorted(), ['192.168.1.7:4001', '192.168.1.7:4002'])
  assert.deepEqual(remembered('direct', '10.0.0.9:50123'), ['10.0.0.9:25'])
  assert.deepEqual(remembered('punched', '192.168.1.7:50123'), [])
  assert.deepEqual(remembered('relayed', 'relay'), [])
})

test('[RC34] however much is said on a link, nobody is dialled, eight are remembered, and no more new ones than by hearsay', () => {
  const alice = createDriver()
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'accepted', link: { number: 1, path: 'nearby', address: '192.168.1.7:50123' } })
  const remembered = new Set<string>()
  for (let port = 5_000; port < 5_100; port++) {
    const said = alice.tell({ kind: 'placed', addresses: addresses(`192.168.1.7:${port}`) })
    assert.deepEqual([...said, ...alice.pass(10)], [])
    for (const text of rememberedOf(alice.state)) remembered.add(text)
    assert.ok(rememberedOf(alice.state).length <= ANSWERED_ADDRESSES_MAX)
  }
  assert.equal(remembered.size, HEARSAY_DIALS_PER_MINUTE)
})

test('[RC35] when no direct link came within a third of a second, both call each other, once in a round', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.pass(1_500)
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'relayed', address: 'relay' } })
  assert.deepEqual(alice.pass(1_000), ['2500 ask'])
  alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(AWAY) } })
  assert.deepEqual(alice.pass(300), ['2800 dial 2 punch'])
  alice.tell({ kind: 'failed', attempt: 1, failure: REFUSED })
  assert.deepEqual(alice.pass(100), [])
  const punched = { number: 2, path: 'punched', address: AWAY } as const
  assert.deepEqual(alice.tell({ kind: 'connected', attempt: 2, link: punched }), ['hand over 2'])
  assert.deepEqual(alice.pass(600_000), ['5900 close 1'], 'the relayed link goes, and nothing better is looked for')
})

test('[RC35] a link that is better than the relay leaves nothing to call for', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  alice.tell({ kind: 'heard', offer: { kind: 'answer', addresses: addresses(AWAY) } })
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'direct', address: AWAY } })
  assert.deepEqual(alice.pass(600_000), [])
})

test('[RC35] however often the other side asks, it is called four times at once and four more in a minute', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [] })
  let punches = 0
  for (let second = 0; second < 60; second++) {
    alice.tell({ kind: 'try-now' })
    alice.tell({ kind: 'heard', offer: { kind: 'ask', addresses: [] } })
    for (const word of alice.pass(1_000)) {
      const [, number] = /dial (\d+) punch/.exec(word) ?? []
      if (number === undefined) continue
      punches += 1
      alice.tell({ kind: 'failed', attempt: Number(number), failure: { kind: 'not-let-in', detail: '' } })
    }
  }
  assert.ok(punches >= 4 && punches <= 8, `${punches}`)
})

test('[RC36] whoever is not wanted is not called, whatever they offer', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'accepted', link: { number: 1, path: 'relayed', address: 'relay' } })
  const words = [
    ...alice.tell({ kind: 'heard', offer: { kind: 'ask', addresses: addresses(AWAY) } }),
    ...alice.pass(600_000),
  ]
  assert.deepEqual(
    words.filter((each) => each.includes('punch')),
    [],
  )
})
