'use strict'

const childProcess = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')

/** Written after an install was compared with the lock file, so that the next start need not compare again. */
const STAMP = path.join('node_modules', '.kith-installed')

/** Whether `node_modules` holds what the lock file says, for this platform. */
const installed = (root) => {
  const wanted = stampOf(root)
  if (read(path.join(root, STAMP)) === wanted) return true
  const actual = read(path.join(root, 'node_modules', '.package-lock.json'))
  if (actual === undefined) return false
  const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  if (!agrees(lock.packages, JSON.parse(actual).packages)) return false
  fs.writeFileSync(path.join(root, STAMP), wanted)
  return true
}

/**
 * Whether an install (`packages` of npm's hidden lock file) has everything of a lock file (`packages` of it) in the
 * same version and with the same content. Optional packages may be missing: those of other platforms always are.
 */
const agrees = (locked, actual) =>
  Object.keys(locked)
    .filter((place) => place !== '')
    .every((place) => {
      const [want, have] = [locked[place], actual[place]]
      if (have === undefined) return want.optional === true
      return have.version === want.version && have.integrity === want.integrity
    })

const stampOf = (root) =>
  crypto
    .createHash('sha256')
    .update(process.platform + ' ' + process.arch + '\n')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')

/** Installs what the lock file says. Throws an error whose message is for the user. */
const install = (root, say) => {
  say('installing packages (once, about a minute) ...')
  const [command, args] = npm(['--no-audit', '--no-fund', '--loglevel=error'], fs.existsSync(path.join(root, STAMP)))
  const ran = childProcess.spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: command === 'npm.cmd',
    // Development packages are part of it: the window is built from them.
    env: Object.assign({}, process.env, { NODE_ENV: 'development' }),
  })
  if (ran.error && ran.error.code === 'ENOENT') throw new Error('npm was not found: install it together with Node')
  if (ran.error) throw new Error('npm could not be started: ' + ran.error.message)
  if (ran.status !== 0) throw new Error(wordsForFailure(ran.stderr))
  if (!installed(root))
    throw new Error('npm installed something else than package-lock.json says; run "npm ci" and look')
}

/** Codes of npm for a registry that cannot be reached. */
const NO_NETWORK = /npm error code (E(?:AI_AGAIN|NOTFOUND|CONN\w+|TIMEDOUT|NETUNREACH|HOSTUNREACH)|ERR_SOCKET_TIMEOUT)/
/** npm follows its reasons with everything that it knows of the command. */
const REASON_LINES_MAX = 12

/** What to tell the user, from what npm wrote when it failed. */
const wordsForFailure = (said) => {
  const unreachable = NO_NETWORK.exec(said)
  if (unreachable !== null)
    return 'the packages could not be fetched (' + unreachable[1] + '): is there a network? Then start again.'
  const reasons = said.split('\n').filter((line) => line.startsWith('npm error') && line.trim() !== 'npm error')
  return ['the packages could not be installed:'].concat(reasons.slice(0, REASON_LINES_MAX)).join('\n')
}

const npm = (options, again) => {
  // Windows cannot delete the Node that is running this from node_modules, and "npm ci" deletes all of it first.
  const how = process.platform === 'win32' && again ? ['install', '--no-save'] : ['ci']
  const args = how.concat(['--include=dev', '--include=optional'], options)
  const cli = process.env.npm_execpath
  if (cli !== undefined && /npm-cli\.[cm]?js$/.test(cli))
    return [process.env.npm_node_execpath || process.execPath, [cli].concat(args)]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args]
}

const read = (file) => {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

module.exports = { agrees, install, installed, wordsForFailure }
