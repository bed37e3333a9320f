'use strict'
// `node scripts/run.cjs FILE ...`: sets up whatever is missing, then runs a file with the Node that Kith runs with. Not
// every npm puts that one on the path of its scripts: npm 10 does not link it.

const childProcess = require('child_process')
const path = require('path')
const { chooseRuntime, wordsForNoRuntime } = require('../bin/runtime.js')
const { prepare } = require('./prepare.cjs')

const ROOT = path.resolve(__dirname, '..')

/** Runs the Node that Kith runs with, in the checkout, and ends this process with its exit code if that is not 0. */
const run = (args) => {
  const runtime = chooseRuntime(process, require.resolve)
  if (runtime.at === 'none') {
    process.stderr.write(wordsForNoRuntime(process) + '\n')
    process.exit(1)
  }
  const options = { cwd: ROOT, stdio: 'inherit' }
  const ran = childProcess.spawnSync(runtime.path, ['--disable-warning=ExperimentalWarning'].concat(args), options)
  if (ran.error) throw ran.error
  if (ran.status !== 0) process.exit(ran.status === null ? 1 : ran.status)
}

module.exports = { run }

if (require.main === module) {
  prepare()
  run(process.argv.slice(2))
}
