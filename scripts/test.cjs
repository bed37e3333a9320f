'use strict'
// `npm test`, from a fresh clone: sets up whatever is missing, then runs the tests with the Node that Kith runs with.
// Names of test files and options of Node's test runner may follow (`npm test -- test/store/*.test.ts`).

const os = require('os')
const { prepare } = require('./prepare.cjs')
const { run } = require('./run.cjs')

const ALL = 'test/**/*.test.ts'
/** Longer than any test file takes: whatever runs on has hung. */
const FILE_MILLIS_MAX = 5 * 60 * 1000
/** Tests wait for processes and browsers most of their time, so that even one core runs two files at once. */
const FILES_AT_ONCE = Math.max(2, Math.min(4, os.cpus().length - 1))

const test = (args) => {
  prepare()
  const files = args.filter((arg) => !arg.startsWith('-'))
  if (files.length === 0) run(['scripts/provide.ts'])
  run(
    ['--test', '--test-reporter=spec', '--test-timeout=' + FILE_MILLIS_MAX, '--test-concurrency=' + FILES_AT_ONCE]
      .concat(args.filter((arg) => arg.startsWith('-')))
      .concat(files.length === 0 ? [ALL] : files),
  )
}

test(process.argv.slice(2))
