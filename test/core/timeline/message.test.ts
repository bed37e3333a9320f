import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toHex } from '../../../src/core/bytes/hex.ts'
import { encodeLine, readLine, type Line } from '../../../src/core/timeline/line.ts'
import {
  amend,
  comparePositions,
  encodeMessage,
  newMessage,
  PERSON_REACTIONS_MAX,
  REACTIONS_MAX,
  readMessage,
  shownOf,
  type Amendment,
  type Message,
} from '../../../src/core/timeline/message.ts'
import { mutated } from '../bytes/mutated.ts'

const alice = 'a1'.repeat(32)
const bob = 'b0'.repeat(32)

/** What Alice said first, after all of these. */
const amended = (amendments: readonly Amendment[], from = newMessage({ text: 'first', reply: null })): Message =>
  amendments.reduce((message, amendment) => amend(message, alice, amendment), from)

const by = (person: string, time: number, content: Amendment['content']): Amendment => ({
  at: { time, author: person, seq: time },
  person,
  content,
})
const target = 'cc'.repeat(32)
const edit = (person: string, time: number, text: string) => by(person, time, { kind: 'edit', target, text })
const react = (person: string, time: number, emoji: string, on = true) =>
  by(person, time, { kind: 'reaction', target, emoji, on })

const words = (message: Message): string => {
  if (message.kind === 'deleted') return 'deleted'
  const { edited, reactions } = shownOf(message)
  return `${message.text}${edited ? ' (edited)' : ''} ${reactions.map(([emoji, people]) => `${emoji}${people.length}`).join(' ')}`.trim()
}

test('[TL6] the last edit of its own person counts, and of nobody else', () => {
  assert.equal(
    words(amended([edit(alice, 3, 'third'), edit(alice, 2, 'second'), edit(bob, 4, 'not mine')])),
    'third (edited)',
  )
})

test('[TL6] a deletion by its own person is for good', () => {
  const deletion = by(alice, 2, { kind: 'delete', target })
  assert.equal(words(amended([edit(alice, 3, 'back again'), deletion])), 'deleted')
  assert.equal(words(amended([by(bob, 2, { kind: 'delete', target })])), 'first')
})

test('[TL7] of the reactions of one person with one emoji the last counts', () => {
  const all = [
    react(bob, 1, '👍'),
    react(bob, 2, '👍', false),
    react(alice, 3, '👍'),
    react(bob, 4, '🎉'),
    react(bob, 5, '🎉'),
  ]
  assert.equal(words(amended(all)), 'first 👍1 🎉1')
})

/** Far more of them than a message of people would have, of which each author has one with each sequence. */
const amendmentsOf = (
  authors: readonly string[],
  emojis: readonly string[],
  most: number,
): fc.Arbitrary<readonly Amendment[]> => {
  const content = fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('edit' as const), target: fc.constant(target), text: fc.string() }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('reaction' as const),
        target: fc.constant(target),
        emoji: fc.constantFrom(...emojis),
        on: fc.boolean(),
      }),
    },
  )
  const amendment = fc.record({ time: fc.nat({ max: most }), author: fc.constantFrom(...authors), content })
  return fc
    .array(amendment, { minLength: most / 2, maxLength: most, size: 'max' })
    .map((all) => all.map(({ time, author, content }, seq) => ({ at: { time, author, seq }, person: author, content })))
}

/** As they may come: shuffled, some of them again, in groups between which the message is kept and read back. */
const arriving = (all: readonly Amendment[], seed: number): Message => {
  const coming = [...all, ...all.slice(0, 20)]
  const [shuffled = []] = fc.sample(fc.shuffledSubarray(coming, { minLength: coming.length }), { numRuns: 1, seed })
  const middle = Math.floor(shuffled.length / 3)
  const kept = readMessage(encodeMessage(amended(shuffled.slice(0, middle))))
  return amended(shuffled.slice(middle), kept ?? assert.fail('what was kept cannot be read'))
}

const people = Array.from({ length: 40 }, (_, index) => index.toString(16).padStart(2, '0').repeat(32))
const faces = Array.from({ length: 60 }, (_, index) => String.fromCodePoint(0x1f600 + index))

test('[TL8] however many amendments give the same message in whatever order and groups they come', (t) => {
  const seed = 8_001
  t.diagnostic(`seed ${seed}`)
  const crowd = amendmentsOf([alice, bob, ...people], ['👍', '🎉', '❤️'], 3_000)
  const pair = amendmentsOf([alice, bob], faces, 3_000)
  const few = amendmentsOf([alice, bob], ['👍', '🎉'], 12)
  fc.assert(
    fc.property(fc.oneof(crowd, pair, few), fc.nat(), (all, shuffle) => {
      const message = amended(all)
      assert.deepEqual(arriving(all, shuffle), message)
      // And that is the rule: of what is in order, the last counts.
      const inOrder = all.toSorted((a, b) => comparePositions(a.at, b.at))
      const edit = inOrder.findLast(({ content, person }) => content.kind === 'edit' && person === alice)
      assert.equal(
        message.kind === 'message' && message.text,
        edit?.content.kind === 'edit' ? edit.content.text : 'first',
      )
      const deletion = by(alice, 5, { kind: 'delete', target })
      assert.equal(words(arriving([...all, deletion], shuffle)), 'deleted')
    }),
    { seed, numRuns: 20, endOnFailure: true },
  )
})

test('[TL11] of the emoji with which a person reacted those count that they used last, and nobody else has fewer', () => {
  const all = [react(alice, 1, '🎉'), ...faces.map((emoji, index) => react(bob, index, emoji))]
  const last = faces.slice(-PERSON_REACTIONS_MAX).map((emoji) => `${emoji}1`)
  assert.equal(words(amended(all)), ['first', '🎉1', ...last].join(' '))
  assert.deepEqual(amended(all.toReversed()), amended(all))
  // One that had been let go of counts again when it is used again.
  assert.ok(words(amended([...all, react(bob, 99, faces[0] ?? '')])).endsWith(`${faces[0]}1`))
})

test('[TL11] of the reactions of all people the last count, so many as the message is still kept and read', () => {
  const crowd = Array.from({ length: 130 }, (_, index) => index.toString(16).padStart(2, '0').repeat(32))
  const used = faces.slice(0, PERSON_REACTIONS_MAX)
  const all = used.flatMap((emoji, turn) =>
    crowd.map((person, index) => react(person, turn * crowd.length + index, emoji)),
  )
  const message = amended(all)
  assert.ok(message.kind === 'message' && all.length > REACTIONS_MAX)
  assert.deepEqual(
    message.reactions.map(({ at }) => at.time),
    all.slice(-REACTIONS_MAX).map(({ at }) => at.time),
  )
  assert.deepEqual(amended(all.toReversed()), message)
  const line: Line = { kind: 'text', person: alice, message: { ...message, text: 'x'.repeat(64 * 1024) } }
  assert.deepEqual(readLine(encodeLine(line)), line)
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

const message: Message = {
  kind: 'message',
  text: 'hi',
  reply: target,
  edit: { time: 9, author: alice, seq: 4 },
  reactions: [
    { emoji: '👍', person: alice, on: true, at: { time: 3, author: alice, seq: 2 } },
    { emoji: '👍', person: bob, on: false, at: { time: 3, author: bob, seq: 1 } },
  ],
}
/** As the first version kept it. */
const first: Message = { kind: 'unplaced', text: 'hi', reply: target, edited: true, reactions: [['👍', [alice, bob]]] }
const lines: readonly Line[] = [
  { kind: 'text', person: alice, message },
  { kind: 'text', person: alice, message: first },
  { kind: 'text', person: alice, message: { kind: 'deleted' } },
  { kind: 'renamed', person: alice, from: 'Ann', to: 'Anna' },
  { kind: 'gap', person: alice, count: 3 },
  { kind: 'newer', person: alice, what: 'kind 99' },
  ...(['joined', 'forked', 'sealed'] as const).map((kind) => ({ kind, person: bob })),
]

test('[TL10] every line and message reads back as it was written', () => {
  for (const line of lines) assert.deepEqual(readLine(encodeLine(line)), line)
  for (const each of [message, first]) assert.deepEqual(readMessage(encodeMessage(each)), each)
})

test('[TL10] no damaged line or message throws, and what is read is what was written', (t) => {
  const seed = 10_001
  t.diagnostic(`seed ${seed}`)
  for (const { bytes } of mutated(lines.map(encodeLine), { seed })) {
    const line = readLine(bytes)
    if (line) assert.deepEqual(readLine(encodeLine(line)), line)
  }
  for (const { bytes } of mutated([message, first, { kind: 'deleted' } as const].map(encodeMessage), { seed })) {
    const read = readMessage(bytes)
    if (read) assert.equal(toHex(encodeMessage(read)), toHex(bytes))
  }
})
