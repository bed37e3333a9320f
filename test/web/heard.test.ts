import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LineView } from '../../src/view/view.ts'
import { reflected } from '../../src/web/peer/session.ts'
import { createKith } from '../../src/web/peer/store.ts'
import { idOf, lines, NOW } from './fake/people.ts'

const WITH_BOB = idOf('with bob')

test('[UI301] a message that came is read out, one of before that is reacted to or changed is not', () => {
  const [old, fresh] = lines('bob', [
    { by: 'bob', ago: 60, text: 'long ago' },
    { by: 'bob', ago: 0, text: 'just now' },
  ]) as [LineView & { kind: 'message' }, LineView & { kind: 'message' }]
  const reacted = { ...old, reactions: [{ emoji: '+', people: [idOf('bob')] }] }
  const told = (line: LineView) => ({ kind: 'line', conversation: WITH_BOB, line }) as const
  const { heard } = reflected(
    createKith().getState(),
    [told(reacted), { ...told(fresh), came: true }, told({ ...old, text: 'changed', edited: true }), told(fresh)],
    NOW,
  )
  assert.deepEqual(
    heard?.map(({ text }) => text),
    ['just now'],
  )
})
