import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { newPulse, pulseWake, SILENT_MILLIS, stepPulse, type PulseInput } from '../../../src/core/reach/pulse.ts'

/** One side of a link, whose round trip may be known already, and what it hears when. */
const createListener = (roundTrip?: number) => {
  let pulse = roundTrip === undefined ? newPulse : { ...newPulse, roundTrip }
  const said: string[] = []
  let [now, heard] = [0, 0]
  const tell = (input: PulseInput): void => {
    const stepped = stepPulse(pulse, input, { now, heard })
    pulse = stepped.pulse
    said.push(...stepped.effects.map((effect) => `${now} ${effect}`))
  }
  const passTo = (end: number): void => {
    for (; pulseWake(pulse) <= end; tell({ kind: 'time' })) now = Math.max(now, pulseWake(pulse))
    now = end
  }
  return {
    said,
    send: () => tell({ kind: 'sent' }),
    ask: () => tell({ kind: 'ask' }),
    answer: (roundTrip: number) => {
      heard += 1
      tell({ kind: 'answered', roundTrip })
    },
    hear: () => void (heard += 1),
    pass: (millis: number) => passTo(now + millis),
    /** Time passes in which nothing is looked at. */
    stall: (millis: number) => {
      now += millis
      tell({ kind: 'time' })
    },
  }
}

test('[RC58] a link on which nothing is sent asks for nothing', () => {
  const alice = createListener()
  alice.pass(600_000)
  assert.deepEqual(alice.said, [])
})

test('[RC58] while much is sent, the other side is asked five times a second', () => {
  const alice = createListener()
  for (let at = 0; at < 1_000; at += 10) {
    alice.send()
    if (at % 100 === 50) alice.answer(20)
    alice.pass(10)
  }
  assert.deepEqual(alice.said, ['0 ask', '200 ask', '400 ask', '600 ask', '800 ask'])
})

test('[RC58] when nothing comes for half a second, the link is silent, and told so once', () => {
  const alice = createListener()
  alice.send()
  alice.pass(20)
  alice.answer(20)
  alice.pass(980)
  for (let at = 0; at < 10_000; at += 100) {
    alice.send()
    alice.pass(100)
  }
  assert.deepEqual(alice.said, ['0 ask', '1000 ask', '1500 silent'])
})

test('[RC58] whatever comes is a sign of life, also while the answer waits behind it', () => {
  const alice = createListener()
  alice.send()
  for (let at = 0; at < 20_000; at += 250) {
    alice.hear()
    alice.pass(250)
  }
  assert.deepEqual(alice.said, ['0 ask'])
})

test('[RC58] before its round trip is known, a path has two seconds', () => {
  const alice = createListener()
  alice.send()
  alice.pass(10_000)
  assert.deepEqual(alice.said, ['0 ask', '2000 silent'])
})

test('[RC58] a slow path has four of its round trips', () => {
  const alice = createListener()
  alice.ask()
  alice.pass(900)
  alice.answer(900)
  alice.ask()
  alice.pass(10_000)
  assert.deepEqual(alice.said, ['0 ask', '900 ask', '4500 silent'])
})

test('[RC57] what is heard on a silent link brings it back', () => {
  const alice = createListener(20)
  alice.send()
  alice.pass(700)
  alice.answer(700)
  const bob = createListener(20)
  bob.send()
  bob.pass(700)
  bob.hear()
  bob.pass(700)
  assert.deepEqual(alice.said, ['0 ask', '500 silent', '700 alive'])
  assert.deepEqual(bob.said, ['0 ask', '500 silent', '1000 alive'])
})

test('[RC58] a link that was silent for being slow has twice as long from then on, up to two seconds', () => {
  const alice = createListener(20)
  for (let times = 0; times < 4; times++) {
    alice.ask()
    alice.pass(3_000)
    alice.answer(20)
  }
  const bob = createListener(20)
  bob.send()
  bob.pass(600)
  bob.hear()
  bob.pass(3_000)
  const patience = alice.said.filter((word) => word.endsWith('silent')).map((word) => parseInt(word) % 3_000)
  assert.deepEqual(patience, [500, 1_000, 2_000, 2_000])
  assert.deepEqual(bob.said, ['0 ask', '500 silent', '1000 alive', '2000 silent'])
})

test('[RC58] who looks too late, because the machine was busy, looks again before judging', () => {
  const alice = createListener(20)
  alice.send()
  alice.stall(700)
  assert.deepEqual(alice.said, ['0 ask'])
  alice.pass(700)
  assert.deepEqual(alice.said, ['0 ask', '1200 silent'])
})

test('[RC58] nobody is silent who was heard in the last half second, whatever happens when', () => {
  const happening = fc.tuple(fc.constantFrom('send', 'ask', 'answer', 'hear', 'pass'), fc.nat(3_000))
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (story) => {
      const alice = createListener()
      let [now, last] = [0, 0]
      for (const [what, millis] of story) {
        if (what === 'answer' || what === 'hear') last = now
        if (what === 'answer') alice.answer(millis % 300)
        else if (what === 'pass') {
          alice.pass(millis)
          now += millis
        } else alice[what]()
        const silent = alice.said.splice(0).find((each) => each.endsWith('silent'))
        assert.ok(silent === undefined || parseInt(silent) - last >= SILENT_MILLIS.least, `${silent}, heard at ${last}`)
      }
    }),
  )
})
