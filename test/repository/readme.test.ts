import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

const found = (pattern: RegExp): readonly string[] => [...readme.matchAll(pattern)].map(([, name = '']) => name)

test('[REP21] the commands of the README are scripts of the package and commands of Kith', () => {
  const named = found(/\bnpm (?:run )?([a-z]+)\b/g)
  assert.ok(named.includes('start') && named.includes('test') && named.includes('server'))
  assert.deepEqual(
    named.filter((name) => scripts[name] === undefined),
    [],
  )
  const known = new Set(COMMANDS.map(({ name }) => name))
  const spoken = found(/`npx \. ([a-z]+)/g)
  assert.ok(spoken.length >= 8)
  assert.deepEqual(
    spoken.filter((name) => !known.has(name)),
    [],
  )
})

test('[REP21] the pictures and documents that the README names are there', () => {
  const places = found(/\]\(([^)]+)\)/g)
  assert.ok(places.includes('docs/screenshots/conversation-light.png'))
  assert.deepEqual(
    places.filter((place) => !existsSync(join(ROOT, place))),
    [],
  )
})
