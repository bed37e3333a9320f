import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeLine, readLine, type Line } from '../../../src/core/timeline/line.ts'
import {
  amended,
  comparePositions,
  encodeMessage,
  readMessage,
  type Amendment,
  type Message,
} from '../../../src/core/timeline/message.ts'
import { mutated } from '../bytes/mutated.ts'

const alice = 'a1'.repeat(32)
const bob = 'b0'.repeat(32)
const original = { person: alice, text: 'first', reply: null }

const by = (person: string, time: number, content: Amendment['content']): Amendment => ({
  at: { time, author: person, seq: time },
  person,
  content,
})
const target = 'cc'.repeat(32)
const edit = (person: string, time: number, text: string) => by(person, time, { kind: 'edit', target, text })
const react = (person: string, time: number, emoji: string, on = true) =>
  by(person, time, { kind: 'reaction', target, emoji, on })

const words = (message: Message): string =>
  message.kind === 'deleted'
    ? 'deleted'
    : `${message.text}${message.edited ? ' (edited)' : ''} ${message.reactions.map(([emoji, people]) => `${emoji}${people.length}`).join(' ')}`.trim()

test('[TL6] the last edit of its own person counts, and of nobody else', () => {
  assert.equal(
    words(amended(original, [edit(alice, 3, 'third'), edit(alice, 2, 'second'), edit(bob, 4, 'not mine')])),
    'third (edited)',
  )
})

test('[TL6] a deletion by its own person is for good', () => {
  const deletion = by(alice, 2, { kind: 'delete', target })
  assert.equal(words(amended(original, [edit(alice, 3, 'back again'), deletion])), 'deleted')
  assert.equal(words(amended(original, [by(bob, 2, { kind: 'delete', target })])), 'first')
})

test('[TL7] of the reactions of one person with one emoji the last counts', () => {
  const all = [
    react(bob, 1, '👍'),
    react(bob, 2, '👍', false),
    react(alice, 3, '👍'),
    react(bob, 4, '🎉'),
    react(bob, 5, '🎉'),
  ]
  assert.equal(words(amended(original, all)), 'first 👍1 🎉1')
})

test('[TL8] the same amendments give the same message in whatever order they come', () => {
  const amendment = fc.record({
    time: fc.nat({ max: 9 }),
    author: fc.constantFrom(alice, bob),
    content: fc.oneof(
      fc.record({ kind: fc.constant('edit' as const), target: fc.constant(target), text: fc.constantFrom('x', 'y') }),
      fc.record({ kind: fc.constant('delete' as const), target: fc.constant(target) }),
      fc.record({
        kind: fc.constant('reaction' as const),
        target: fc.constant(target),
        emoji: fc.constantFrom('👍', '🎉', '❤️'),
        on: fc.boolean(),
      }),
    ),
  })
  const shuffled = fc
    .array(amendment, { maxLength: 12 })
    // An author has one event with each sequence.
    .map((all): Amendment[] =>
      all.map(({ time, author, content }, seq) => ({ at: { time, author, seq }, person: author, content })),
    )
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
  fc.assert(fc.property(shuffled, ([all, other]) => assert.deepEqual(amended(original, other), amended(original, all))))
})

test('[TL9] lines stand by time, then author, then sequence', () => {
  const at = (time: number, author: string, seq: number) => ({ time, author, seq })
  const inOrder = [at(1, bob, 9), at(2, alice, 7), at(2, alice, 8), at(2, bob, 1), at(3, alice, 1)]
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: 5 }), (shuffled) => {
      assert.deepEqual(shuffled.sort(comparePositions), inOrder)
    }),
  )
})

const message: Message = { kind: 'message', text: 'hi', reply: target, edited: true, reactions: [['👍', [alice, bob]]] }
const lines: readonly Line[] = [
  { kind: 'text', person: alice, message },
  { kind: 'text', person: alice, message: { kind: 'deleted' } },
  { kind: 'renamed', person: alice, from: 'Ann', to: 'Anna' },
  { kind: 'gap', person: alice, count: 3 },
  { kind: 'newer', person: alice, what: 'kind 99' },
  ...(['joined', 'forked', 'sealed'] as const).map((kind) => ({ kind, person: bob })),
]

test('[TL10] every line and message reads back as it was written', () => {
  for (const line of lines) assert.deepEqual(readLine(encodeLine(line)), line)
  assert.deepEqual(readMessage(encodeMessage(message)), message)
})

test('[TL10] no damaged line or message throws, and what is read is what was written', (t) => {
  const seed = 10_001
  t.diagnostic(`seed ${seed}`)
  for (const { bytes } of mutated(lines.map(encodeLine), { seed })) {
    const line = readLine(bytes)
    if (line) assert.deepEqual(readLine(encodeLine(line)), line)
  }
  for (const { bytes } of mutated([encodeMessage(message), encodeMessage({ kind: 'deleted' })], { seed })) {
    const read = readMessage(bytes)
    if (read) assert.deepEqual(encodeMessage(read), bytes)
  }
})
