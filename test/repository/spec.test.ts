import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { filesIn, ROOT } from './sources.ts'

const RULE = /^- \*\*([A-Z]{2,4}\d+[a-z]?)\*\* \S/gm
/** A title begins with the rules it proves: `[SY4] ...`, `[SY4, SY5] ...` or `[SY4] [SY5] ...`. */
const CITATIONS = /['"`]((?:\[[A-Z]{2,4}\d+[a-z]?(?:, ?[A-Z]{2,4}\d+[a-z]?)*\] ?)+)/g
const ID = /[A-Z]{2,4}\d+[a-z]?/g

const rules = [...readFileSync(join(ROOT, 'SPEC.md'), 'utf8').matchAll(RULE)].map(([, id = '']) => id)

const citations = filesIn('test')
  .filter((path) => /\.tsx?$/.test(path))
  .flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(CITATIONS)].flatMap(([, brackets = '']) =>
      (brackets.match(ID) ?? []).map((id) => ({ id, path })),
    ),
  )

test('[REP11] every rule of SPEC.md has a number of its own', () => {
  assert.deepEqual(
    rules.filter((id, at) => rules.indexOf(id) !== at),
    [],
  )
  assert.ok(rules.length > 0)
})

test('[REP11] every rule of SPEC.md is cited by the title of a test', () => {
  const cited = new Set(citations.map(({ id }) => id))
  assert.deepEqual(
    rules.filter((id) => !cited.has(id)),
    [],
  )
})

test('[REP11] every citation in the title of a test is a rule of SPEC.md', () => {
  const known = new Set(rules)
  assert.deepEqual(
    [...new Set(citations.filter(({ id }) => !known.has(id)).map(({ id, path }) => `${id} in ${path}`))],
    [],
  )
})
