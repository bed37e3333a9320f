import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Theory } from './pairs.ts'
import type { Outcome } from './run.ts'
import { tableOf } from './table.ts'
import { verdictOf } from './verdict.ts'

const direct: Outcome = { path: 'punched', by: 'tcp', first: 200, direct: 500, failures: [] }
const relayed: Outcome = { path: 'relayed', first: 300, failures: ['punched: not-let-in'] }
const silent: Outcome = { path: 'relayed', failures: [] }
const nobody: Outcome = { path: 'none', failures: ['not found'] }

const times = (count: number, outcome: Outcome): readonly Outcome[] => Array.from({ length: count }, () => outcome)
const verdict = (theory: Theory, ...runs: readonly Outcome[]): string => verdictOf({ pair: 'a+b', theory, runs })

test('[LB5] a pair that is direct in theory has to be so in 95 of 100 runs', () => {
  assert.equal(verdict('direct', ...times(95, direct), ...times(5, relayed)), 'good')
  assert.equal(verdict('direct', ...times(94, direct), ...times(6, relayed)), 'not direct')
  assert.equal(verdict('direct', ...times(4, direct), relayed), 'not direct')
  assert.equal(verdict('relayed', ...times(5, relayed)), 'good')
})

test('[LB5] one run in which nothing arrived is one too many, and a path that theory excludes is told of', () => {
  assert.equal(verdict('direct', ...times(99, direct), silent), 'not connected')
  assert.equal(verdict('relayed', ...times(99, relayed), nobody), 'not connected')
  assert.equal(verdict('relayed', ...times(99, relayed), direct), 'against theory')
})

test('[LB5] the table marks what is not as it should be, and says how often each way was reached', () => {
  const udp: Outcome = { ...direct, by: 'udp', first: 400, speed: { roundTripMillis: 0.5, megabytesPerSecond: 20 } }
  const table = tableOf([
    { pair: 'a+b', theory: 'direct', runs: [direct, direct, relayed] },
    { pair: 'a+c', theory: 'direct', runs: [direct, udp] },
    { pair: 'b+c', theory: 'relayed', runs: [relayed] },
  ])
  assert.deepEqual(table.split('\n').slice(2), [
    '| **a+b: not direct** | direct | TCP 2/3, relay 1/3 | 200, worst 300 | 500, worst 500 |  |  |  | punched: not-let-in |',
    '| a+c | direct | TCP 1/2, UDP 1/2 | 200, worst 400 | 500, worst 500 | 0.50 |  | 20 |  |',
    '| b+c | relayed | relay | 300 |  |  |  |  | punched: not-let-in |',
  ])
})
