import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../../src/core/bytes/cbor.ts'
import { encodeLine, gapsIn, readLine, type Line } from '../../../src/core/timeline/line.ts'
import { mutated } from '../bytes/mutated.ts'

const person = 'ab'.repeat(32)
const other = 'cd'.repeat(32)

const lines: readonly Line[] = [
  {
    kind: 'text',
    person,
    message: {
      kind: 'message',
      text: 'hi',
      reply: other,
      edit: { time: 7, author: person, seq: 2 },
      reactions: [{ emoji: '👍', person: other, on: true, at: { time: 5, author: other, seq: 1 } }],
    },
  },
  {
    kind: 'text',
    person,
    message: { kind: 'unplaced', text: 'hi', reply: null, edited: true, reactions: [['👍', [other]]] },
  },
  { kind: 'text', person, message: { kind: 'deleted' } },
  { kind: 'renamed', person, from: 'Ann', to: 'Anna' },
  { kind: 'joined', person },
  { kind: 'gap', person, count: 3 },
  { kind: 'forked', person },
  { kind: 'sealed', person },
  { kind: 'newer', person, what: 'kind 42' },
  { kind: 'change', person, change: { kind: 'founded', title: 'Family' } },
  { kind: 'change', person, change: { kind: 'added', person: other, role: 'admin' } },
  { kind: 'change', person, change: { kind: 'removed', person: other } },
  { kind: 'change', person, change: { kind: 'left', person } },
  { kind: 'change', person, change: { kind: 'role', person: other, role: 'member' } },
  { kind: 'change', person, change: { kind: 'title', title: 'Relatives' } },
  { kind: 'change', person, change: { kind: 'picture' } },
  { kind: 'shared', person, with: other, days: 7, count: 12 },
  { kind: 'shared', person, with: other, days: null, count: 0 },
  { kind: 'introduced', person, group: other, title: 'Family' },
  { kind: 'void', person },
  { kind: 'split', person },
  { kind: 'device', person },
]

test('[TL10] every line reads back as it was written', () => {
  for (const line of lines) assert.deepEqual(readLine(encodeLine(line)), line)
})

test('[TL10] a line of a later version, and a damaged one, is no line, and nothing throws', (t) => {
  const seed = 5_005
  t.diagnostic(`seed ${seed}`)
  assert.equal(readLine(encode([99, new Uint8Array(32), 'a poll'])), undefined)
  for (const { bytes } of mutated(lines.map(encodeLine), { seed })) {
    const line = readLine(bytes)
    if (line) assert.deepEqual(readLine(encodeLine(line)), line)
  }
})

test('[PE26] what is missing is counted the same whatever came first beyond it', () => {
  const beyond = [3, 4, 8].map((seq) => [seq, { id: '', prev: '', time: seq * 10 }] as const)
  const chain = { seq: 1, id: '', time: 10, referred: 0, forked: false }
  const gaps = [
    { seq: 3, time: 30, count: 1 },
    { seq: 8, time: 80, count: 3 },
  ]
  for (const came of [beyond, beyond.toReversed()]) assert.deepEqual(gapsIn({ ...chain, beyond: new Map(came) }), gaps)
})
