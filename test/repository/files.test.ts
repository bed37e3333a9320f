import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import test from 'node:test'
import { filesIn, ROOT } from './sources.ts'

const FILE_LINES_MAX = 300

/** Files that are longer than a file may be, each with the reason. */
const LONG_FOR_A_REASON: Readonly<Record<string, string>> = {}

const BINARY = new Set(['.png', '.jpg', '.ico', '.woff2', '.webp', '.db', '.bin'])

/** Everything that belongs to the repository: what is installed, built, cached or kept by git does not. */
const files = readdirSync(ROOT, { withFileTypes: true })
  .filter(({ name }) => !['node_modules', '.git', 'dist', '.cache'].includes(name))
  .flatMap((entry) => (entry.isDirectory() ? filesIn(entry.name) : [entry.name]))
  .filter((path) => !path.startsWith('bench/results/') && !BINARY.has(extname(path)))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

/** Each place where `pattern` occurs, as `file:line: what`. */
const places = (pattern: RegExp, among = files): readonly string[] =>
  among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = pattern.exec(line)
      return found === null ? [] : [`${path}:${index + 1}: ${found[0]}`]
    }),
  )

test('[REP12] no file of the source is longer than 300 lines', () => {
  assert.deepEqual(
    files
      .filter(({ path }) => path.startsWith('src/') && LONG_FOR_A_REASON[path] === undefined)
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > FILE_LINES_MAX)
      .map(({ path, lines }) => `${path}: ${lines}`),
    [],
  )
})

test('[REP13] no file names a folder of the machine it was written on', () => {
  assert.deepEqual(places(/(?<![\w.}])\/(?:home|root|work|Users)\/[\w.]*/), [])
})

test('[REP13] no file names the registry that packages came from, least of all the lock file', () => {
  assert.deepEqual(places(/\/\/registry\.|npmjs\.(?:org|com)|yarn[p]kg|"resolved"[:]/), [])
})

// The patterns are written so that they do not find themselves.
test('[REP14] nothing is left unfinished', () => {
  const lock = 'package-lock.json'
  assert.deepEqual(
    places(
      /\b(?:TOD[O]|FIXM[E]|X{3}|HAC[K]|WI[P])\b|not (?:yet )?implemented|coming soo[n]|lorem ipsu[m]/,
      files.filter(({ path }) => path !== lock),
    ),
    [],
  )
})
