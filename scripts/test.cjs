'use strict'
// `npm test`, from a fresh clone: sets up whatever is missing, then runs the tests with the Node that Kith runs with.
// Names of test files and options of Node's test runner may follow (`npm test -- test/store/*.test.ts`).

const childProcess = require('child_process')
const os = require('os')
const path = require('path')
const { chooseRuntime, wordsForNoRuntime } = require('../bin/runtime.js')
const { prepare } = require('./prepare.cjs')

const ROOT = path.resolve(__dirname, '..')
const ALL = 'test/**/*.test.ts'
/** Longer than any test file takes: whatever runs on has hung. */
const FILE_MILLIS_MAX = 5 * 60 * 1000
/** Several tests wait for processes and browsers most of their time, so that even one core runs two files at once. */
const FILES_AT_ONCE = Math.max(2, Math.min(4, os.cpus().length - 1))

const run = (node, args) => {
  const ran = childProcess.spawnSync(node, ['--disable-warning=ExperimentalWarning'].concat(args), {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (ran.error) throw ran.error
  if (ran.status !== 0) process.exit(ran.status === null ? 1 : ran.status)
}

const test = (args) => {
  prepare()
  const runtime = chooseRuntime(process, require.resolve)
  if (runtime.at === 'none') {
    process.stderr.write(wordsForNoRuntime(process) + '\n')
    process.exit(1)
  }
  const options = args.filter((arg) => arg.startsWith('-'))
  const files = args.filter((arg) => !arg.startsWith('-'))
  if (files.length === 0) run(runtime.path, ['scripts/provide.ts'])
  run(
    runtime.path,
    ['--test', '--test-reporter=spec', '--test-timeout=' + FILE_MILLIS_MAX, '--test-concurrency=' + FILES_AT_ONCE]
      .concat(options)
      .concat(files.length === 0 ? [ALL] : files),
  )
}

test(process.argv.slice(2))
