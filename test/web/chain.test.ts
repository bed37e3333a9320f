import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoteOf, quoteWords } from '../../src/view/quote.ts'
import { compareOrders, type LineView } from '../../src/view/view.ts'
import {
  CHAIN_LINES_MAX,
  newestChain,
  withLine,
  withNewer,
  withOlder,
  withoutFarNewer,
  withoutFarOlder,
  withoutLine,
  type Chain,
} from '../../src/web/chain/chain.ts'
import { keptRows, rowsOf } from '../../src/web/chain/rows.ts'
import { idOf, ME, MINUTE, NOW } from './fake/people.ts'

const lineAt = (
  time: number,
  facts: {
    readonly author?: string
    readonly seq?: number
    readonly mine?: boolean
    readonly text?: string
    readonly at?: number
  } = {},
): LineView => {
  const { author = 'bob', seq = time + 1, mine = false, text = `at ${time}`, at = NOW + time * 1_000 } = facts
  return {
    id: `${time} ${author} ${seq}`,
    order: { time, author, seq },
    at,
    person: mine ? ME.id : idOf(author),
    mine,
    kind: 'message',
    text,
    edited: false,
    reactions: [],
  }
}
const EMPTY: Chain = newestChain({ lines: [], more: false })
const idsOf = (chain: Chain): readonly string[] => chain.lines.map((line) => line.id)
const run = (from: number, to: number): readonly LineView[] =>
  Array.from({ length: to - from }, (_, index) => lineAt(from + index))

const lines = fc
  .uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom('ann', 'bob', 'carol'), fc.integer({ min: 1, max: 5 })),
    { selector: String, maxLength: 40 },
  )
  .map((all) => all.map(([time, author, seq]) => lineAt(time, { author, seq })))

test('[UI98] answers quote a line as it stands, also when it is not loaded', () => {
  const said = lineAt(1, { text: 'a secret' })
  const answers = [3, 12].map((time): LineView => ({
    ...lineAt(time),
    kind: 'message',
    text: 'indeed',
    edited: false,
    reactions: [],
    reply: quoteOf(said),
  }))
  const all = answers.reduce(withLine, newestChain({ lines: run(0, 15), more: false }))
  const part: Chain = { lines: all.lines.slice(10), older: true, newer: false }
  const quotes = (chain: Chain) =>
    chain.lines.flatMap((line) => (line.kind === 'message' && line.reply ? [quoteWords(line.reply)] : []))
  assert.deepEqual(quotes(all), ['a secret', 'a secret'])
  const edited = lineAt(1, { text: 'no secret' })
  const { id, order, at, person, mine } = said
  const deleted: LineView = { id, order, at, person, mine, kind: 'deleted' }
  for (const [chain, count] of [
    [all, 2],
    [part, 1],
  ] as const) {
    assert.deepEqual(quotes(withLine(chain, edited)), Array(count).fill('no secret'))
    assert.deepEqual(quotes(withLine(chain, deleted)), Array(count).fill('This message was deleted'))
  }
  assert.deepEqual(idsOf(withLine(part, deleted)), idsOf(part))
})

test('[UI6] lines arrive in any order, some twice, and stand once each in the order of all', () => {
  fc.assert(
    fc.property(
      lines.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
      ),
      ([all, arrived]) => {
        const chain = arrived.reduce(withLine, EMPTY)
        assert.deepEqual(
          idsOf(chain),
          all.toSorted((one, other) => compareOrders(one.order, other.order)).map((line) => line.id),
        )
      },
    ),
  )
})

test('[UI6] a changed line takes the place of the one before, also when its order changed', () => {
  const chain = run(0, 3).reduce(withLine, EMPTY)
  const edited = { ...lineAt(1), text: 'changed' } as LineView
  assert.equal((withLine(chain, edited).lines[1] as { text?: string }).text, 'changed')
  const moved = { ...lineAt(0), order: { time: 9, author: 'bob', seq: 1 } }
  assert.deepEqual(idsOf(withLine(chain, moved)), [lineAt(1).id, lineAt(2).id, lineAt(0).id])
  assert.deepEqual(idsOf(withoutLine(chain, lineAt(1).id)), [lineAt(0).id, lineAt(2).id])
})

test('[UI6] pages join at either end without doubling what both hold', () => {
  const middle: Chain = { lines: run(10, 20), older: true, newer: true }
  const whole = withNewer(withOlder(middle, { lines: run(5, 12), more: false }), { lines: run(18, 25), more: false })
  assert.deepEqual(whole, { lines: run(5, 25), older: false, newer: false })
})

test('[UI7] a line of a part that is not loaded changes nothing', () => {
  const part: Chain = { lines: run(10, 20), older: true, newer: true }
  assert.equal(withLine(part, lineAt(3)), part)
  assert.equal(withLine(part, lineAt(30)), part)
  assert.equal(withLine({ ...part, newer: false }, lineAt(30)).lines.length, 11)
})

test('[UI16] far lines are let go around the one that is looked at, and are known to be missing', () => {
  const long: Chain = { lines: run(0, 2_000), older: false, newer: false }
  const cut = withoutFarNewer(long, 900)
  const kept = withoutFarOlder(cut, 900)
  assert.deepEqual([cut.lines.length, cut.newer, cut.older], [900 + CHAIN_LINES_MAX / 2, true, false])
  assert.deepEqual([kept.lines.length, kept.older], [CHAIN_LINES_MAX, true])
  assert.equal(withoutFarOlder({ ...long, lines: run(0, 300) }, 299).lines.length, 300)
})

const UTC = { timeZone: 'UTC' }

test('[UI8] bubbles of one author and one minute form a group; others part it', () => {
  const start = Math.ceil(NOW / MINUTE) * MINUTE
  const spoken = [
    lineAt(0, { at: start }),
    lineAt(1, { at: start + 10_000 }),
    lineAt(2, { at: start + 20_000, mine: true, author: 'ann' }),
    lineAt(3, { at: start + 30_000 }),
    lineAt(4, { at: start + 60_000 }),
  ]
  const shape = rowsOf(spoken, 'all', UTC).map(
    (row) => `${row.startsGroup ? '[' : ''}${row.line.order.time}${row.endsGroup ? ']' : ''}`,
  )
  assert.equal(shape.join(''), '[01][2][3][4]')
})

test('[UI8] each day begins once, in the zone of the reader', () => {
  const midnight = Date.UTC(2026, 10, 22)
  const spoken = [
    lineAt(0, { at: midnight - 120_000 }),
    lineAt(1, { at: midnight - 60_000 }),
    lineAt(2, { at: midnight }),
    lineAt(3, { at: midnight + 1 }),
  ]
  const days = (timeZone: string) => rowsOf(spoken, 'all', { timeZone }).map((row) => row.startsDay)
  assert.deepEqual(days('UTC'), [true, false, true, false])
  assert.deepEqual(days('America/New_York'), [true, false, false, false])
})

test('[UI8] there are as many rows as lines, and rows that did not change are the same values', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const chain = all.reduce(withLine, EMPTY)
      const rows = rowsOf(chain.lines, 'all', UTC)
      assert.equal(rows.length, chain.lines.length)
      assert.deepEqual(
        keptRows(rows, rowsOf(chain.lines, 'all', UTC)).map((row, index) => row === rows[index]),
        rows.map(() => true),
      )
    }),
  )
})

test('[UI9] the mark stands before the first unread message of somebody else', () => {
  const spoken = [lineAt(0), lineAt(1), lineAt(2, { mine: true, author: 'ann' }), lineAt(3), lineAt(4)]
  const marked = (read: Parameters<typeof rowsOf>[1]) => rowsOf(spoken, read, UTC).findIndex((row) => row.startsNew)
  assert.equal(marked(lineAt(1).order), 3)
  assert.equal(marked('all'), -1)
  assert.equal(marked(lineAt(4).order), -1)
  assert.equal(marked({ time: 0, author: '', seq: 0 }), -1)
})
