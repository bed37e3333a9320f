import assert from 'node:assert/strict'
import test from 'node:test'
import { noServer, serverWake, stepServer, type ServerInput, type ServerReach } from '../../../src/core/reach/server.ts'
import { NO_STUN } from '../../../src/core/stun/ports.ts'
import { REFUSED } from './driver.ts'

const ADDRESS = '203.0.113.1:12345'

const createDriver = (dice = 1) => {
  let state: ServerReach = noServer
  let now = 0
  const tell = (input: ServerInput): string[] => {
    const { server, effects } = stepServer(state, input, { now, dice })
    state = server
    return effects.map((effect) => `${effect.do} ${effect.attempt}`)
  }
  return {
    tell,
    pass: (millis: number): string[] => {
      const end = now + millis
      const words: string[] = []
      while (serverWake(state) <= end) {
        now = Math.max(now, serverWake(state))
        words.push(...tell({ kind: 'time' }).map((each) => `${now} ${each}`))
      }
      now = end
      return words
    },
    wait: (): number => serverWake(state) - now,
    get state() {
      return state
    },
  }
}

const welcome = (attempt: number) =>
  ({ kind: 'welcomed', attempt, welcome: { people: 'on', mailboxes: 'on', observed: '', stun: NO_STUN } }) as const

test('[RC18] a server is dialled, greeted and then connected', () => {
  const driver = createDriver()
  assert.deepEqual(driver.tell({ kind: 'use', address: ADDRESS }), ['dial 1'])
  assert.deepEqual(driver.tell({ kind: 'linked', attempt: 1 }), ['greet 1'])
  assert.deepEqual(driver.tell(welcome(1)), [])
  assert.equal(driver.state.at, 'connected')
  assert.deepEqual(driver.pass(600_000), [])
})

test('[RC18] the waits double from one second to thirty', () => {
  for (const [dice, share] of [
    [1, 1],
    [0, 0.75],
  ] as const) {
    const driver = createDriver(dice)
    driver.tell({ kind: 'use', address: ADDRESS })
    const waits = [1, 2, 3, 4, 5, 6, 7].map((attempt) => {
      driver.tell({ kind: 'failed', attempt, failure: REFUSED })
      const wait = driver.wait()
      assert.deepEqual(driver.pass(wait).length, 1)
      return wait / share
    })
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  }
})

test('[RC18] a dial has ten seconds and a welcome five', () => {
  const driver = createDriver()
  driver.tell({ kind: 'use', address: ADDRESS })
  assert.deepEqual(driver.pass(11_000), ['10000 drop 1', '11000 dial 2'])
  driver.tell({ kind: 'linked', attempt: 2 })
  assert.deepEqual(driver.pass(5_000), ['16000 drop 2'])
  assert.equal(driver.state.at === 'waiting' && driver.state.trouble.failure.kind, 'not-kith')
})

test('[RC18] a device that connected elsewhere does not come back at once', () => {
  const driver = createDriver()
  driver.tell({ kind: 'use', address: ADDRESS })
  driver.tell({ kind: 'linked', attempt: 1 })
  driver.tell(welcome(1))
  driver.tell({ kind: 'failed', attempt: 1, failure: { kind: 'closed', detail: 'replaced' }, replaced: true })
  assert.equal(driver.wait(), 300_000)
})

test('[RC18] a connection that stood for long forgets what failed before, a short one does not', () => {
  const driver = createDriver()
  driver.tell({ kind: 'use', address: ADDRESS })
  const waits = [100, 100, 20_000].map((stood, index) => {
    driver.tell({ kind: 'linked', attempt: index + 1 })
    driver.tell(welcome(index + 1))
    driver.pass(stood)
    driver.tell({ kind: 'failed', attempt: index + 1, failure: REFUSED })
    const wait = driver.wait()
    driver.pass(wait)
    return wait
  })
  assert.deepEqual(waits, [1_000, 2_000, 1_000])
})

test('[RC19] the trouble counts from the first failure', () => {
  const driver = createDriver()
  driver.tell({ kind: 'use', address: ADDRESS })
  driver.pass(3_000)
  driver.tell({ kind: 'failed', attempt: 1, failure: REFUSED })
  driver.pass(1_000)
  driver.tell({ kind: 'failed', attempt: 2, failure: { kind: 'timeout', detail: '' } })
  const { state } = driver
  assert.deepEqual(state.at === 'waiting' && [state.trouble, state.until], [
    { since: 3_000, failure: { kind: 'timeout', detail: '' } },
    6_000,
  ])
})

test('[RC18] another server, or none, ends what there was; what comes late from it counts for nothing', () => {
  const driver = createDriver()
  driver.tell({ kind: 'use', address: ADDRESS })
  assert.deepEqual(driver.tell({ kind: 'use', address: ADDRESS }), [])
  assert.deepEqual(driver.tell({ kind: 'use', address: '203.0.113.2:12345' }), ['drop 1', 'dial 2'])
  assert.deepEqual(driver.tell({ kind: 'failed', attempt: 1, failure: REFUSED }), [])
  assert.deepEqual(driver.tell(welcome(1)), [])
  assert.deepEqual(driver.tell({ kind: 'linked', attempt: 1 }), ['drop 1'])
  assert.equal(driver.state.at, 'connecting')
  assert.deepEqual(driver.tell({ kind: 'use', address: undefined }), ['drop 2'])
  assert.deepEqual(driver.tell({ kind: 'use', address: ADDRESS }), ['dial 3'])
})

test('[RC18] a change of addresses tries a server that is waited for at once', () => {
  const driver = createDriver()
  driver.tell({ kind: 'use', address: ADDRESS })
  assert.deepEqual(driver.tell({ kind: 'hurry' }), [])
  driver.tell({ kind: 'failed', attempt: 1, failure: REFUSED })
  assert.deepEqual(driver.tell({ kind: 'hurry' }), ['dial 2'])
})
