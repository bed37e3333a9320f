import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { newPulse, pulseWake, SILENT_MILLIS, stepPulse, type PulseInput } from '../../../src/core/reach/pulse.ts'

/** One side of a link, and what it hears when. */
const createListener = () => {
  let pulse = newPulse
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

test('[RC58] while much is sent, the other side is asked twice a second', () => {
  const alice = createListener()
  for (let at = 0; at < 2_000; at += 10) {
    alice.send()
    if (at % 100 === 50) alice.answer(20)
    alice.pass(10)
  }
  assert.deepEqual(alice.said, ['0 ask', '500 ask', '1000 ask', '1500 ask'])
})

test('[RC58] when nothing comes for two seconds, the link is silent, and told so once', () => {
  const alice = createListener()
  alice.send()
  alice.pass(20)
  alice.answer(20)
  alice.pass(980)
  for (let at = 0; at < 10_000; at += 100) {
    alice.send()
    alice.pass(100)
  }
  assert.deepEqual(alice.said, ['0 ask', '1000 ask', '3000 silent'])
})

test('[RC58] whatever comes is a sign of life, also while the answer waits behind it', () => {
  const alice = createListener()
  alice.send()
  for (let at = 0; at < 20_000; at += 1_000) {
    alice.hear()
    alice.pass(1_000)
  }
  assert.deepEqual(alice.said, ['0 ask'])
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
  const alice = createListener()
  alice.send()
  alice.pass(2_500)
  alice.answer(2_400)
  const bob = createListener()
  bob.send()
  bob.pass(2_500)
  bob.hear()
  bob.pass(2_000)
  assert.deepEqual(alice.said, ['0 ask', '2000 silent', '2500 alive'])
  assert.deepEqual(bob.said, ['0 ask', '2000 silent', '4000 alive'])
})

test('[RC58] who looks too late, because the machine was busy, looks again before judging', () => {
  const alice = createListener()
  alice.send()
  alice.stall(3_000)
  assert.deepEqual(alice.said, ['0 ask'])
  alice.pass(2_000)
  assert.deepEqual(alice.said, ['0 ask', '5000 silent'])
})

test('[RC58] nobody is silent who was heard in the last two seconds, whatever happens when', () => {
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
        assert.ok(silent === undefined || parseInt(silent) - last >= SILENT_MILLIS, `${silent}, heard at ${last}`)
      }
    }),
  )
})
