#!/usr/bin/env node
'use strict'
// The launcher: finds a Node that can run Kith, and runs Kith with it. Old JavaScript, for the reason in runtime.js.

const childProcess = require('child_process')
const fs = require('fs')
const path = require('path')
const url = require('url')
const { chooseRuntime, wordsForNoRuntime } = require('./runtime.js')

const MAIN = path.resolve(__dirname, '..', 'src', 'cli', 'main.ts')
/** Only a checkout has it: an installed Kith is complete as it is. */
const PREPARE = path.resolve(__dirname, '..', 'scripts', 'prepare.cjs')
/** Where compiled modules are kept, which takes a third off each start. Where it cannot be written, nothing is lost. */
const COMPILED = path.resolve(__dirname, '..', 'dist', 'compiled')
/** Tells the Node that was spawned that everything is prepared, and that no other may be spawned after it. */
const LAUNCHED = 'KITH_LAUNCHED'

const launch = () => {
  const launched = process.env[LAUNCHED] !== undefined
  delete process.env[LAUNCHED]
  if (!launched && fs.existsSync(PREPARE)) require(PREPARE).prepare()
  const runtime = chooseRuntime(process, require.resolve)
  if (runtime.at === 'here') runHere()
  else if (runtime.at === 'package' && !launched) runWith(runtime.path)
  else fail(wordsForNoRuntime(process))
}

const runHere = () => {
  silenceExperiments()
  require('module').enableCompileCache(COMPILED)
  import(url.pathToFileURL(MAIN).href)
    .then((kith) => kith.main(process.argv.slice(2)))
    .catch((error) => fail(error.stack || String(error)))
}

const runWith = (node) => {
  const child = childProcess.spawn(
    node,
    ['--disable-warning=ExperimentalWarning', __filename].concat(process.argv.slice(2)),
    { stdio: descriptorsFor(process.argv.slice(2)), env: Object.assign({}, process.env, { [LAUNCHED]: '1' }) },
  )
  // A terminal sends Ctrl+C to the child as well: passed on, it would come twice, and twice may mean "at once".
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY
  process.on('SIGINT', () => fromTerminal || child.kill('SIGINT'))
  process.on('SIGHUP', () => fromTerminal || child.kill('SIGHUP'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => fail('Kith cannot start ' + node + ': ' + error.message))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** Descriptors are not handed on by themselves: the first three always are, and the one that passphrases come from. */
const descriptorsFor = (args) => {
  const at = args.findIndex((arg) => /^--passphrase-fd(=|$)/.test(arg))
  const [, text] = at < 0 ? [] : args[at].includes('=') ? args[at].split('=') : args.slice(at)
  const descriptor = /^\d{1,4}$/.test(text) && isOpen(Number(text)) ? Number(text) : 0
  const handed = ['inherit', 'inherit', 'inherit']
  while (handed.length < descriptor) handed.push('ignore')
  if (descriptor > 2) handed.push(descriptor)
  return handed
}

const isOpen = (descriptor) => {
  try {
    return Boolean(fs.fstatSync(descriptor))
  } catch {
    return false
  }
}

/** The same as --disable-warning=ExperimentalWarning, for a Node that was started without it. */
const silenceExperiments = () => {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = (warning, ...details) => {
    const [type] = details
    if (type === 'ExperimentalWarning' || (type && type.type === 'ExperimentalWarning')) return
    emitWarning(warning, ...details)
  }
}

const fail = (words) => {
  process.stderr.write(words + '\n')
  process.exit(1)
}

launch()
