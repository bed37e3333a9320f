import assert from 'node:assert/strict'
import { test } from 'node:test'

import { systemTime } from '../../src/cli/time.ts'

const DAY_MILLIS = 24 * 60 * 60 * 1000
/** More than twice what a timer of the system holds. */
const WAIT_MILLIS = 60 * DAY_MILLIS

test('[CL79] what is due in sixty days happens then, once, and not at once', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  let rung = 0
  systemTime.after(WAIT_MILLIS, () => (rung += 1))
  for (let day = 1; day < 60; day += 1) context.mock.timers.tick(DAY_MILLIS)
  assert.equal(rung, 0)
  context.mock.timers.tick(DAY_MILLIS)
  context.mock.timers.tick(WAIT_MILLIS)
  assert.equal(rung, 1)
})

test('[CL79] what was called off after thirty of sixty days does not happen', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const cancel = systemTime.after(WAIT_MILLIS, () => assert.fail('it was called off'))
  for (let day = 1; day <= 30; day += 1) context.mock.timers.tick(DAY_MILLIS)
  cancel()
  context.mock.timers.tick(WAIT_MILLIS)
})
