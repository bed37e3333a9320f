import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Update } from '../../src/view/update.ts'
import type { GroupChange } from '../../src/view/view.ts'
import { reflect, type Mirror } from '../../src/web/peer/mirror.ts'
import { conversation, group, idOf, lines, NOW, person, status } from './fake/people.ts'

const WITH_BOB = idOf('with bob')
const CLUB = group('club').id

const mirrorOf = (...updates: readonly Update[]): Mirror =>
  updates.reduce<Mirror | undefined>((mirror, update) => reflect(mirror, update, NOW), undefined) as Mirror

const TYPING: readonly Update[] = [
  { kind: 'snapshot', status: status(), people: [], conversations: [], invitations: [], joinings: [] },
  ...[WITH_BOB, CLUB].map((each) => ({ kind: 'typing', conversation: each, person: idOf('bob') }) as const),
  { kind: 'typing', conversation: CLUB, person: idOf('erin') },
]

const whoTypes = (update: Update): readonly (readonly string[])[] => {
  const { typing } = mirrorOf(...TYPING, update)
  return [WITH_BOB, CLUB].map((each) => [...(typing.get(each)?.keys() ?? [])])
}

test('[UI200] who is blocked, left or was removed is not said to be typing, nor is anybody in a group that I left', () => {
  const changed = (change: GroupChange): Update => {
    const [line] = lines('club', [{ by: 'erin', ago: 0, event: { kind: 'change', change } }])
    return { kind: 'line', conversation: CLUB, line: line ?? assert.fail() }
  }
  const [bob, erin] = [idOf('bob'), idOf('erin')]
  assert.deepEqual(whoTypes({ kind: 'person', person: person('bob') }), [[bob], [bob, erin]])
  assert.deepEqual(whoTypes({ kind: 'person', person: person('bob', { standing: 'blocked' }) }), [[], [erin]])
  assert.deepEqual(whoTypes({ kind: 'conversation', conversation: conversation('bob', { at: 'blocked' }) }), [
    [],
    [bob, erin],
  ])
  assert.deepEqual(whoTypes(changed({ kind: 'removed', person: bob })), [[bob], [erin]])
  assert.deepEqual(whoTypes(changed({ kind: 'left', person: bob })), [[bob], [erin]])
  assert.deepEqual(whoTypes(changed({ kind: 'title', title: 'Club of two' })), [[bob], [bob, erin]])
  assert.deepEqual(whoTypes({ kind: 'conversation', conversation: group('club', { role: 'gone' }) }), [[bob], []])
})
