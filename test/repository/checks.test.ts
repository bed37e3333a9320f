import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'
import { ROOT } from './sources.ts'

/** Runs a tool that is installed here; its output becomes the failure. */
const passes = (tool: string, ...args: readonly string[]): void => {
  const ran = spawnSync(process.execPath, [join(ROOT, 'node_modules', tool), ...args], { cwd: ROOT, encoding: 'utf8' })
  assert.equal(ran.status, 0, `${args.join(' ')}\n${ran.stdout}${ran.stderr}`)
}

const TSC = 'typescript/bin/tsc'

test('[REP16] the types of everything that runs in Node fit', () => passes(TSC, '-p', '.'))
test('[REP7, REP16] the types of the core fit, where neither Node nor a browser is known', () =>
  passes(TSC, '-p', 'src/core'))
test('[REP8, REP16] the types of the window fit, where Node is not known', () => passes(TSC, '-p', 'src/web'))
test('[REP16] the types of the tests in and of a browser fit', () => passes(TSC, '-p', 'test/web'))
test('[REP16] the linter finds nothing', () => passes('oxlint/bin/oxlint'))
test('[REP16] everything is formatted', () => passes('oxfmt/bin/oxfmt', '--list-different'))
test('[REP16] nothing is unused: no file, no export, no package', () => passes('knip/bin/knip.js', '--no-progress'))
