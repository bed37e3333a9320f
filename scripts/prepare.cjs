'use strict'
// Makes a checkout ready to run: installs packages and builds the window, each only when needed. Uses nothing but old
// JavaScript and what Node 12 brings, because it runs before anything is installed.

const path = require('path')
const { hold } = require('./lock.cjs')
const { install, installed } = require('./packages.cjs')
const { buildWindow, windowBuilt } = require('./window.cjs')

const ROOT = path.resolve(__dirname, '..')
const LOCK = path.join(ROOT, '.cache', 'preparing')

/**
 * Does what is missing, says so in a line each, and says nothing when nothing is missing. Two at once, in two
 * terminals, take turns. Ends the process with clear words when it cannot go on.
 */
const prepare = () => {
  if (installed(ROOT) && windowBuilt(ROOT)) return
  try {
    const release = hold(LOCK, say)
    try {
      // Asked again: somebody else may have done it while we waited.
      if (!installed(ROOT)) install(ROOT, say)
      if (!windowBuilt(ROOT)) buildWindow(ROOT, say)
    } finally {
      release()
    }
  } catch (error) {
    say(error.message)
    process.exit(1)
  }
}

// Standard error, so that the output of a command that is piped somewhere stays clean.
const say = (words) => process.stderr.write('kith: ' + words + '\n')

module.exports = { prepare }

if (require.main === module) prepare()
