import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import test, { type TestContext } from 'node:test'
import { RUNTIMES } from '../../bin/runtime.js'
import { HELD_MILLIS_MAX, isStale } from '../../scripts/lock.cjs'
import { agrees, installed, wordsForFailure } from '../../scripts/packages.cjs'
import { windowBuilt } from '../../scripts/window.cjs'
import { ROOT } from '../repository/sources.ts'

/** A checkout in a folder of its own: our scripts, and one package that is a folder in it, so that no network is needed. */
const checkout = (t: TestContext): string => {
  const root = mkdtempSync(join(tmpdir(), 'kith-checkout-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const folder of ['bin', 'scripts']) cpSync(join(ROOT, folder), join(root, folder), { recursive: true })
  put(root, 'package.json', { name: 'checkout', version: '1.0.0', type: 'module', dependencies: { part: 'file:part' } })
  put(root, 'part/package.json', { name: 'part', version: '1.0.0' })
  put(root, 'package-lock.json', {
    name: 'checkout',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'checkout', version: '1.0.0', dependencies: { part: 'file:part' } },
      'node_modules/part': { resolved: 'part', link: true },
      part: { version: '1.0.0' },
    },
  })
  return root
}

const put = (root: string, path: string, content: unknown): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
}

const startPreparing = (root: string) => {
  const { KITH_LAUNCHED: _, ...env } = process.env
  return spawn(process.execPath, ['scripts/prepare.cjs'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Everything that it prints, and its exit code. */
const prepare = async (root: string): Promise<readonly [string, number | null]> => {
  const preparing = startPreparing(root)
  const [output, errors, [status]] = await Promise.all([
    text(preparing.stdout),
    text(preparing.stderr),
    once(preparing, 'exit') as Promise<[number | null]>,
  ])
  return [output + errors, status]
}

const INSTALLING = 'kith: installing packages (once, about a minute) ...\n'

test('[REP19] a fresh checkout gets its packages, in one line, and the next time nothing happens', async (t) => {
  const root = checkout(t)
  assert.deepEqual(await prepare(root), [INSTALLING, 0])
  assert.ok(existsSync(join(root, 'node_modules/part/package.json')))
  assert.deepEqual(await prepare(root), ['', 0])
})

test('[REP19] packages are installed again when the lock file has changed, or when they are gone', async (t) => {
  const root = checkout(t)
  await prepare(root)
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  put(root, 'package-lock.json', lock.replace('"part":{"version":"1.0.0"}', '"part":{"version":"1.1.0"}'))
  put(root, 'part/package.json', { name: 'part', version: '1.1.0' })
  assert.deepEqual(await prepare(root), [INSTALLING, 0])
  rmSync(join(root, 'node_modules'), { recursive: true })
  assert.deepEqual(await prepare(root), [INSTALLING, 0])
})

test('[REP19] a lock file that only looks different needs no installing', async (t) => {
  const root = checkout(t)
  await prepare(root)
  put(root, 'package-lock.json', `${readFileSync(join(root, 'package-lock.json'), 'utf8')}\n`)
  assert.deepEqual(await prepare(root), ['', 0])
})

test('[REP19] what cannot be installed ends with words, not with a trace', async (t) => {
  const root = checkout(t)
  put(root, 'package.json', { name: 'checkout', version: '1.0.0', dependencies: { part: 'file:part', other: '1.0.0' } })
  const [output, status] = await prepare(root)
  assert.equal(status, 1)
  assert.match(
    output,
    /kith: the packages could not be installed:\nnpm error code EUSAGE\n.*\n.*Missing: other@1\.0\.0 from lock file/,
  )
  assert.doesNotMatch(output, /at .*prepare\.cjs/)
})

test('[REP19] a registry that cannot be reached is told from a lock file that does not fit', () => {
  assert.match(
    wordsForFailure('npm error code EAI_AGAIN\nnpm error syscall getaddrinfo'),
    /\(EAI_AGAIN\): is there a network/,
  )
  const many = Array.from({ length: 99 }, (_, line) => `npm error ${line}`).join('\n')
  assert.equal(wordsForFailure(`npm error\n${many}`).split('\n').at(-1), 'npm error 11')
})

test('[REP19] an install agrees with a lock file when all but other platforms is there, the same', () => {
  const one = { version: '1.0.0', integrity: 'sha512-a' }
  const locked = { '': {}, 'node_modules/one': one, 'node_modules/other': { ...one, optional: true } }
  assert.equal(agrees(locked, { 'node_modules/one': one }), true)
  assert.equal(agrees(locked, { 'node_modules/one': one, 'node_modules/other': one, 'node_modules/more': one }), true)
  assert.equal(agrees(locked, { 'node_modules/one': { ...one, version: '1.0.1' } }), false)
  assert.equal(agrees(locked, { 'node_modules/one': { ...one, integrity: 'sha512-b' } }), false)
  assert.equal(agrees(locked, { 'node_modules/other': one }), false)
})

test('[REP19] the packages of this checkout agree with its lock file', () => {
  assert.equal(installed(ROOT), true)
})

test('[REP1] scripts run with the Node that came with Kith, whatever Node npm runs them with', async (t) => {
  const root = checkout(t)
  await prepare(root)
  put(root, 'older.cjs', `Object.defineProperty(process, 'version', { value: 'v20.20.2' })`)
  put(root, 'what.ts', `const node: string = process.version\nconsole.log(node)`)
  const runtime = join(root, 'node_modules', String(RUNTIMES[`${process.platform}-${process.arch}`]))
  mkdirSync(dirname(runtime), { recursive: true })
  symlinkSync(process.execPath, runtime)
  const args = ['--require', './older.cjs', 'scripts/run.cjs', 'what.ts']
  const ran = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  assert.deepEqual([ran.stdout, ran.stderr, ran.status], [`${process.version}\n`, '', 0])
})

/** Stands in for the builder of the window. */
const VITE = `
import { mkdirSync, writeFileSync } from 'node:fs'
if (process.env.BREAK) console.error('a broken source'), process.exit(1)
mkdirSync('dist/web', { recursive: true })
writeFileSync('dist/web/index.html', '<!doctype html>')`

/** A checkout with a window to build, everything else prepared. */
const checkoutWithWindow = async (t: TestContext): Promise<string> => {
  const root = checkout(t)
  await prepare(root)
  put(root, 'node_modules/vite/bin/vite.js', VITE)
  put(root, 'node_modules/vite/package.json', { type: 'module' })
  put(root, 'src/web/vite.config.ts', '')
  put(root, 'src/web/main.tsx', 'first')
  return root
}

const BUILDING = 'kith: building the window ...\n'

test('[REP19] the window is built once for the same sources, and again for others', async (t) => {
  const root = await checkoutWithWindow(t)
  assert.deepEqual(await prepare(root), [BUILDING, 0])
  assert.deepEqual(await prepare(root), ['', 0])
  for (const source of ['src/web/main.tsx', 'src/web/new.tsx', 'src/view/view.ts', 'src/core/deep/down.ts']) {
    put(root, source, 'changed')
    assert.deepEqual(await prepare(root), [BUILDING, 0], source)
  }
  put(root, 'src/server/serve.ts', 'no part of the window')
  assert.deepEqual(await prepare(root), ['', 0])
  rmSync(join(root, 'dist'), { recursive: true })
  assert.deepEqual(await prepare(root), [BUILDING, 0])
})

test('[REP19] a window that cannot be built is reported, and the one before it does not pass for it', async (t) => {
  const root = await checkoutWithWindow(t)
  await prepare(root)
  put(root, 'src/web/main.tsx', 'broken')
  const env = { ...process.env, BREAK: '1' }
  const broken = spawnSync(process.execPath, ['scripts/prepare.cjs'], { cwd: root, env, encoding: 'utf8' })
  assert.equal(broken.status, 1)
  assert.match(broken.stderr, /kith: the window could not be built:\na broken source/)
  put(root, 'src/web/main.tsx', 'first')
  assert.equal(windowBuilt(root), false)
})

test('[REP19] without sources of a window there is nothing to build', (t) => {
  assert.equal(windowBuilt(checkout(t)), true)
})

test('[REP20] several at once on a fresh checkout install once, and all of them end well', async (t) => {
  const root = checkout(t)
  const all = await Promise.all([1, 2, 3].map(async () => prepare(root)))
  assert.deepEqual(
    all.map(([, status]) => status),
    [0, 0, 0],
  )
  const lines = all.flatMap(([output]) => output.split('\n'))
  assert.equal(lines.filter((line) => `${line}\n` === INSTALLING).length, 1)
})

test('[REP20] a turn whose holder died is taken over', async (t) => {
  const root = checkout(t)
  const died = spawnSync(process.execPath, ['--version'])
  put(root, '.cache/preparing', { pid: died.pid, host: hostname(), once: 'x' })
  assert.deepEqual(await prepare(root), [INSTALLING, 0])
  assert.equal(existsSync(join(root, '.cache/preparing')), false)
})

test('[REP20] a turn that is really held is waited for, in a line that says for whom', async (t) => {
  const root = checkout(t)
  put(root, '.cache/preparing', { pid: process.pid, host: hostname(), once: 'x' })
  const waiting = startPreparing(root)
  const [said] = (await once(waiting.stderr, 'data')) as [Buffer]
  assert.match(said.toString(), new RegExp(`^kith: waiting until process ${process.pid} has set up Kith`))
  rmSync(join(root, '.cache/preparing'))
  assert.deepEqual(await once(waiting, 'exit'), [0, null])
})

test('[REP20] nobody holds a turn for longer than preparing can take, nor from another machine for ever', () => {
  const holder = { pid: process.pid, host: hostname(), since: 1_000 }
  assert.equal(isStale(holder, 1_000 + HELD_MILLIS_MAX), false)
  assert.equal(isStale(holder, 1_001 + HELD_MILLIS_MAX), true)
  assert.equal(isStale({ ...holder, host: 'elsewhere', pid: 0 }, 2_000), false)
  assert.equal(isStale({ ...holder, host: 'elsewhere', pid: 0 }, 1_001 + HELD_MILLIS_MAX), true)
})
