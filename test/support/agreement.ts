import assert from 'node:assert/strict'
import { deliveryOf, type LineView } from '../../src/view/view.ts'
import { conversationOf, done, linesOf, type Home } from './town.ts'

/** Both hold the same conversation, without gaps and with everything open. */
export const assertAgreement = async (one: Home, other: Home): Promise<void> => {
  const [here, there] = [await linesOf(one, other), await linesOf(other, one)]
  assert.deepEqual(here.filter(isShared).map(asSeenByAnybody), there.filter(isShared).map(asSeenByAnybody))
  for (const line of [...here, ...there])
    assert.ok(!['gap', 'forked', 'sealed', 'newer'].includes(line.kind), line.kind)
}

/** Both know that the other has read all that they said, and have nothing left to read. */
export const assertAllRead = async (one: Home, other: Home): Promise<void> => {
  const conversation = await conversationOf(one, other)
  for (const [side, from] of [
    [one, other],
    [other, one],
  ] as const) {
    const lines = await linesOf(side, from)
    const progress = side.screen.conversations.get(conversation)?.progress ?? []
    const states = lines.filter((line) => line.mine).map((line) => deliveryOf(line, progress))
    assert.deepEqual([...new Set(states)], ['read'], `what ${side.name} said is not known to be read`)
    assert.equal(side.screen.conversations.get(conversation)?.unread, 0)
  }
}

/** A window that watched all the time shows what one opened now is shown. */
export const assertScreen = async (home: Home): Promise<void> => {
  const stop = new AbortController()
  for await (const first of home.calls.updates(stop.signal)) {
    if (first.kind !== 'snapshot') assert.fail(first.kind)
    assert.deepEqual([...home.screen.conversations.values()].sort(byId), [...first.conversations].sort(byId))
    assert.deepEqual([...home.screen.people.values()].sort(byId), [...first.people].sort(byId))
    assert.deepEqual(home.screen.status, first.status)
    break
  }
  stop.abort()
  for (const [conversation, lines] of home.screen.lines) {
    const page = done(await home.calls.history({ conversation, limit: 500 }))
    const shown = new Map(page.lines.map((line) => [line.id, line]))
    for (const [id, line] of lines) {
      const held = shown.get(id)
      if (held) assert.deepEqual(withoutSnippets(line), withoutSnippets(held))
      else assert.ok(page.more, `a line that was told is not in the history: ${id}`)
    }
  }
}

/** Reads everything that another said. */
export const readAll = async (one: Home, other: Home): Promise<void> => {
  const last = (await linesOf(one, other)).at(-1)
  if (last) done(await one.calls.read({ conversation: await conversationOf(one, other), upTo: last.order }))
}

/** That somebody accepted is a line for the other only. */
const isShared = (line: LineView): boolean => line.kind !== 'joined'

const asSeenByAnybody = ({ mine: _mine, at: _at, ...line }: LineView) => line

/** What is quoted may have changed since the line was told; times ahead of the clock are shown as they were then. */
const withoutSnippets = ({ at: _at, ...line }: LineView) =>
  line.kind === 'message' && line.reply ? { ...line, reply: line.reply.id } : line

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1)
