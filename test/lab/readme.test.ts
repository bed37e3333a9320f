import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nameOf, PAIRS } from './pairs.ts'
import { withResults } from './readme.ts'
import { formatResults, together, type Results } from './results.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const results = JSON.parse(read('results.json')) as Results

test('[LB6] the README says of the lab what the results say', () => {
  const readme = read('../../README.md')
  assert.equal(withResults(readme, results), readme)
})

test('[LB6] the results that are kept are of all pairs, and of each as often as they say', () => {
  assert.deepEqual(
    results.rows.map(({ pair, runs }) => `${pair} ${runs.length}`),
    PAIRS.map((pair) => `${nameOf(pair)} ${results.runs}`),
  )
})

test('[LB6] results read back as they were kept, and those of two times are put together', () => {
  assert.deepEqual(JSON.parse(formatResults(results)), results)
  const both = together(results, results)
  assert.equal(both.runs, results.runs * 2)
  assert.deepEqual(
    both.rows.map(({ runs }) => runs.length),
    results.rows.map(({ runs }) => runs.length * 2),
  )
  assert.deepEqual(
    both.moves.map(({ pauses }) => pauses.length),
    results.moves.map(({ pauses }) => pauses.length * 2),
  )
})
