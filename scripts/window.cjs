'use strict'

const childProcess = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const { chooseRuntime, wordsForNoRuntime } = require('../bin/runtime.js')

/** Everything that the window is made from: its own folder, what it may import, and the packages. */
const SOURCES = ['src/web', 'src/api', 'src/view', 'src/core', 'package-lock.json', 'tsconfig.json']
const CONFIG = path.join('src', 'web', 'vite.config.ts')
const PAGE = path.join('dist', 'web', 'index.html')
/** Beside the built window, not in it: what is in it can be fetched. */
const STAMP = path.join('dist', 'web.sources')

/** Whether the built window was made from exactly these sources. True as well where there are no sources to build. */
const windowBuilt = (root) => {
  if (!fs.existsSync(path.join(root, CONFIG))) return true
  if (!fs.existsSync(path.join(root, PAGE)) || !fs.existsSync(path.join(root, STAMP))) return false
  return fs.readFileSync(path.join(root, STAMP), 'utf8') === digestOf(root, SOURCES)
}

/** One hash over the names and contents of all files in these places. */
const digestOf = (root, places) => {
  const hash = crypto.createHash('sha256')
  const add = (place) => {
    const file = path.join(root, place)
    if (fs.statSync(file).isDirectory())
      return fs
        .readdirSync(file)
        .sort()
        .forEach((name) => add(place + '/' + name))
    const content = fs.readFileSync(file)
    hash.update(place + '\n' + content.length + '\n').update(content)
  }
  places.filter((place) => fs.existsSync(path.join(root, place))).forEach(add)
  return hash.digest('hex')
}

/** Builds the window into `dist/web`. Throws an error whose message is for the user. */
const buildWindow = (root, say) => {
  say('building the window ...')
  const digest = digestOf(root, SOURCES)
  // An interrupted build must not pass for the one before it.
  if (fs.existsSync(path.join(root, STAMP))) fs.unlinkSync(path.join(root, STAMP))
  const runtime = chooseRuntime(process, (file) => require.resolve(file, { paths: [root] }))
  if (runtime.at === 'none') throw new Error(wordsForNoRuntime(process))
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const to = ['--outDir', path.join(root, 'dist', 'web'), '--emptyOutDir']
  const built = childProcess.spawnSync(
    runtime.path,
    [vite, 'build', path.join('src', 'web'), '--logLevel', 'warn'].concat(to),
    {
      cwd: root,
      encoding: 'utf8',
      env: Object.assign({}, process.env, { NODE_ENV: 'production', NO_COLOR: '1' }),
    },
  )
  if (built.error) throw new Error('the window could not be built: ' + built.error.message)
  if (built.status !== 0) throw new Error('the window could not be built:\n' + built.stdout + built.stderr)
  fs.writeFileSync(path.join(root, STAMP), digest)
}

module.exports = { buildWindow, digestOf, windowBuilt }
