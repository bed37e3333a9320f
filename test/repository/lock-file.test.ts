import assert from 'node:assert/strict'
import test from 'node:test'
import { locked, placeOf } from './locked.ts'

// With one missing `npm ci` refuses everywhere, while an existing node_modules goes on working.
test('[REP19] the lock file has an entry for every package that one of its packages wants, for every platform', () => {
  const missing = Object.keys(locked).flatMap((place) => {
    const { dependencies, optionalDependencies } = locked[place] ?? {}
    return Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => placeOf(name, place) === undefined)
      .map((name) => `${place} wants ${name}`)
  })
  assert.deepEqual(missing, [])
})
